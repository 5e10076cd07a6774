import { expect, test } from 'vitest'
import { autostartFile, desktopEntry, isEnabled } from '../../../main/shell/autostart-file.ts'

const execLine = (text: string): string | undefined => text.split('\n').find((line) => line.startsWith('Exec='))

test('the autostart file starts the program in the tray, on its data folder', () => {
  const entry = desktopEntry({ program: '/opt/Mailroom/mailroom', args: ['--data', '/srv/post', '--hidden'] })
  expect(execLine(entry)).toBe('Exec="/opt/Mailroom/mailroom" "--data" "/srv/post" "--hidden"')
  expect(isEnabled(entry)).toBe(true)
})

test.each([
  ['a blank', '/srv/my post', '"/srv/my post"'],
  ['a percent sign', '/srv/100%', '"/srv/100%%"'],
  ['a dollar', '/srv/$HOME', '"/srv/\\\\$HOME"'],
  ['a quote', '/srv/"a"', '"/srv/\\\\"a\\\\""'],
  ['a backslash', '/srv/a\\b', '"/srv/a\\\\\\\\b"'],
])('%s in a path stands for itself', (_what, path, written) => {
  expect(execLine(desktopEntry({ program: path, args: [] }))).toBe(`Exec=${written}`)
})

test.each([
  ['[Desktop Entry]\nHidden=true\n', false],
  ['[Desktop Entry]\nX-GNOME-Autostart-enabled=false\n', false],
  ['[Desktop Entry]\nExec=mailroom\n', true],
  ['', false],
])('what the desktop has switched off is off: %j', (text, on) => {
  expect(isEnabled(text)).toBe(on)
})

test('it lies where the desktop looks', () => {
  expect(autostartFile({ XDG_CONFIG_HOME: '/home/ann/conf' })).toBe('/home/ann/conf/autostart/mailroom.desktop')
  expect(autostartFile({ XDG_CONFIG_HOME: 'relative' })).toMatch(/\.config\/autostart\/mailroom\.desktop$/)
  expect(autostartFile({})).toMatch(/\.config\/autostart\/mailroom\.desktop$/)
})
