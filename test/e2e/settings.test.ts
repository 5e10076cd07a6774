import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApplication, Locator } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { RESULTS, keepingAll, picture, sees, startApp } from '../support/app-under-test.ts'
import type { AppUnderTest } from '../support/app-under-test.ts'
import { peerFolder } from '../support/peers/processes.ts'

const PASSWORD = 'swordfish-4711'
const CONFIG = `# Our office, set up by Ann. Call 4711 before changing anything.
${keepingAll(`
[queue.route.provider]
type = "relay"
description = "Our provider"
address = "127.0.0.9"
port = 2500
tls.implicit = false
auth.username = "office"
auth.secret = "${PASSWORD}" # to be moved

[limits]
message-size = "20 MB" # the scanner's most
`)}`

async function settingsOf(config: string, more: { data?: string; env?: Record<string, string> } = {}): Promise<AppUnderTest> {
  const app = await startApp({ config, ...more })
  await app.go('Settings')
  return app
}

/** As editors save: another file takes the old one's name. */
async function saveByHand({ configPath }: AppUnderTest, edit: (text: string) => string): Promise<string> {
  const text = edit(await readFile(configPath, 'utf8'))
  await writeFile(`${configPath}.new`, text)
  await rename(`${configPath}.new`, configPath)
  return text
}

/** What the system's own dialogs would answer: nobody sits here to choose a file. */
async function answerDialogs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] })
  }, path)
}

async function type(field: Locator, text: string): Promise<void> {
  await field.fill(text)
  await field.press('Enter')
}

test('a setting that is changed stands in the file with the comments around it, and can be undone', async () => {
  const { window, configText } = await settingsOf(CONFIG)
  const size = window.getByLabel('Largest message', { exact: true })
  expect(await size.inputValue()).toBe('20')
  await type(size, '35')
  await sees(window, 'Saved and in force.')
  expect(await configText()).toBe(CONFIG.replace('"20 MB" #', '"35 MB" #'))
  await window.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(configText).toBe(CONFIG)
  await expect.poll(() => size.inputValue()).toBe('20')
})

test('what is typed is looked at by the engine at once, and nothing wrong is written', async () => {
  const { window, configText } = await settingsOf(CONFIG)
  const size = window.getByLabel('Largest message', { exact: true })
  await size.fill('0')
  await expect.poll(() => size.getAttribute('aria-invalid')).toBe('true')
  await sees(window, /1024/)
  await size.press('Tab')
  await window.getByLabel('Give up after', { exact: true }).fill('soon')
  await window.getByLabel('Give up after', { exact: true }).press('Enter')
  await sees(window, /“?"?soon/)
  expect(await configText()).toBe(CONFIG)
  await window.getByLabel('Give up after', { exact: true }).press('Escape')
  expect(await window.getByLabel('Give up after', { exact: true }).inputValue()).toBe('3')
})

test('a schedule that Mailroom brings along is written whole when one part of it changes', async () => {
  const { window, ask } = await settingsOf(CONFIG)
  await type(window.getByLabel('Tell the sender that it is late after', { exact: true }), '4h')
  await sees(window, 'Saved and in force.')
  const { settings } = await ask('config.get', {})
  expect(settings.queue.schedules['remote']).toMatchObject({
    retryMs: [2, 5, 10, 15, 30, 60, 120].map((minutes) => minutes * 60_000),
    notifyMs: [4 * 3_600_000],
    expiry: { kind: 'time', afterMs: 3 * 86_400_000 },
  })
})

test('what the window cannot express is shown as it stands in the file, and left alone', async () => {
  const expression = "'postmaster@' + config_get('report.domain')"
  const { window } = await settingsOf(`${CONFIG}\n[report]\ndsn.from-address = "${expression}"\n`)
  await sees(window, expression)
  expect(await window.getByRole('textbox', { name: 'Address they come from' }).count()).toBe(0)
  await window.getByRole('link', { name: 'Show in the file' }).click()
  await window.getByLabel('config.toml, the settings as text').waitFor()
})

test('a hand edit shows at once; a bad one is told with its line, which opens in the text', async () => {
  const started = await settingsOf(CONFIG)
  const { window } = started
  const size = window.getByLabel('Largest message', { exact: true })
  await saveByHand(started, (text) => text.replace('"20 MB"', '"7 MB"'))
  await expect.poll(() => size.inputValue()).toBe('7')
  const broken = await saveByHand(started, (text) => text.replace('"7 MB"', '"seven"'))
  const line = broken.split('\n').findIndex((one) => one.includes('"seven"')) + 1
  await sees(window, `config.toml has a mistake in line ${line}. The last good settings stay in force.`)
  await picture(window, join(RESULTS, 'settings', 'mistake.png'))
  await window.getByRole('link', { name: `Open at line ${line}` }).click()
  const text = window.getByLabel('config.toml, the settings as text')
  const selected = (): Promise<string> =>
    text.evaluate((box) => (box instanceof HTMLTextAreaElement ? box.value.slice(box.selectionStart, box.selectionEnd) : ''))
  await expect.poll(selected).toContain('"seven"')
  await window.keyboard.type('"8 MB"')
  await window.keyboard.press('Control+s')
  await sees(window, 'config.toml is saved and in force.')
  expect((await started.ask('config.get', {})).settings.limits.maxMessageBytes).toBe(8 * 1024 * 1024)
})

test('the history shows what each change was, and an old text comes back whole, its password too', async () => {
  const started = await settingsOf(CONFIG)
  const { window, configText } = started
  await type(window.getByLabel('Largest message', { exact: true }), '35')
  await sees(window, 'Saved and in force.')
  await saveByHand(started, (text) => text.replace(PASSWORD, 'another-word'))
  await window.getByRole('link', { name: 'History', exact: true }).click()
  const list = window.getByRole('list', { name: 'History of config.toml' })
  await list.getByText('queue.route.provider.auth.secret').waitFor()
  await list.getByText('limits.message-size').click()
  const diff = window.getByRole('region', { name: 'The lines that differ' })
  await diff.getByText('message-size = "20 MB" # the scanner\'s most').waitFor()
  await diff.getByText('message-size = "35 MB" # the scanner\'s most').waitFor()
  await picture(window, join(RESULTS, 'settings', 'history.png'))
  expect(await window.locator('body').innerText()).not.toContain(PASSWORD)
  await window.getByRole('button', { name: 'Go back to before this…' }).click()
  await window.getByRole('button', { name: 'Go back', exact: true }).click()
  await expect.poll(configText).toBe(CONFIG)
  await window.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(configText).toContain('another-word')
})

test('an export without passwords has none in it; one with them opens by its passphrase on another computer alone', async () => {
  const first = await settingsOf(CONFIG)
  const folder = await peerFolder(onTestFinished, 'exports')
  const plain = join(folder, 'plain.toml')
  const sealed = join(folder, 'sealed.txt')
  await answerDialogs(first.app, plain)
  await first.window.getByRole('button', { name: 'Export…' }).click()
  const dialog = first.window.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Export…' }).click()
  await sees(first.window, 'Exported to plain.toml.')
  const text = await readFile(plain, 'utf8')
  expect(text).not.toContain(PASSWORD)
  expect(text).toContain('auth.secret = "%{secret:route-provider}%" # to be moved')

  await answerDialogs(first.app, sealed)
  await first.window.getByRole('button', { name: 'Export…' }).click()
  await dialog.getByRole('radio', { name: 'With passwords, sealed' }).click()
  await dialog.getByLabel('Passphrase', { exact: true }).fill('correct horse')
  await dialog.getByLabel('The passphrase once more').fill('correct horse')
  await dialog.getByRole('button', { name: 'Export…' }).click()
  await sees(first.window, 'Exported to sealed.txt.')
  const locked = await readFile(sealed, 'utf8')
  expect(locked).toMatch(/^mailroom-sealed 1\n/)
  expect(locked).not.toContain('provider')
  await first.close()

  const empty = keepingAll()
  const second = await settingsOf(empty)
  await answerDialogs(second.app, sealed)
  await second.window.getByRole('button', { name: 'Import…' }).click()
  const sheet = second.window.getByRole('dialog')
  await sheet.getByLabel('Passphrase').fill('wrong horse')
  await sheet.getByRole('button', { name: 'Open', exact: true }).click()
  await sees(sheet, /does not open with this passphrase/)
  await sheet.getByLabel('Passphrase').fill('correct horse')
  await sheet.getByRole('button', { name: 'Open', exact: true }).click()
  await sees(sheet, 'Nothing is written yet. 1 password comes with it.')
  await sees(sheet, 'description = "Our provider"')
  await picture(second.window, join(RESULTS, 'settings', 'import.png'))
  expect(await second.configText()).toBe(empty)
  await sheet.getByRole('button', { name: 'Import all of it' }).click()
  await sees(second.window, 'The settings from sealed.txt are in force.')
  expect(await second.configText()).toBe(CONFIG.replace(`"${PASSWORD}"`, '"%{secret:route-provider}%"'))
  const { settings, inForce } = await second.ask('config.get', {})
  expect(inForce).toBe(true)
  expect(settings.queue.routes['provider']).toMatchObject({ auth: { username: 'office', secret: 'stored' } })
  expect(await readFile(join(second.data, 'secrets.json'), 'utf8')).not.toContain(PASSWORD)
})

test('a file without its passwords asks for them, and a foreign file is refused; either way nothing is written before', async () => {
  const { app, window, configText, ask } = await settingsOf(keepingAll())
  const folder = await peerFolder(onTestFinished, 'imports')
  const file = join(folder, 'office.toml')
  await answerDialogs(app, file)
  const sheet = window.getByRole('dialog')
  await writeFile(file, '[tool.other]\nname = "x"\n')
  await window.getByRole('button', { name: 'Import…' }).click()
  await sees(sheet, 'This file holds no settings of Mailroom.')
  await sheet.getByRole('button', { name: 'Close' }).click()

  await writeFile(file, CONFIG.replace(PASSWORD, '%{secret:route-provider}%').replace('"20 MB"', '"much"'))
  await window.getByRole('button', { name: 'Import…' }).click()
  await sees(sheet, 'These settings have errors, so they are not taken')
  expect(await sheet.getByRole('button', { name: 'Import all of it' }).count()).toBe(0)
  await sheet.getByRole('button', { name: 'Cancel' }).click()

  await writeFile(file, CONFIG.replace(PASSWORD, '%{secret:route-provider}%'))
  await window.getByRole('button', { name: 'Import…' }).click()
  await sheet.getByLabel('Password “route-provider”').fill(PASSWORD)
  await sheet.getByRole('button', { name: 'Import all of it' }).click()
  await sees(window, 'The settings from office.toml are in force.')
  expect((await ask('config.get', {})).inForce).toBe(true)
  await window.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(configText).toBe(keepingAll())
})

test('language and colours change at once and outlive a restart', async () => {
  const first = await settingsOf(CONFIG)
  // The test's driver would keep the page light.
  await first.window.emulateMedia({ colorScheme: null })
  await first.window.getByLabel('Language', { exact: true }).selectOption('de')
  await sees(first.window, 'Größte Nachricht')
  await first.window.getByLabel('Farben').selectOption('dark')
  const ground = (): Promise<string> => first.window.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await expect.poll(ground).toBe('rgb(31, 30, 27)')
  await picture(first.window, join(RESULTS, 'settings', 'german-dark.png'))
  await first.window.getByLabel('Farben').selectOption('light')
  await expect.poll(ground).toBe('rgb(251, 250, 247)')
  await expect.poll(() => readFile(join(first.data, 'preferences.json'), 'utf8')).toContain('"light"')
  await first.close()
  const again = await startApp({ config: null, data: first.data })
  await again.window
    .getByRole('heading', { name: 'Überblick' })
    .or(again.window.getByRole('link', { name: /^Einstellungen/ }))
    .first()
    .waitFor()
  expect(await again.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('light')
  // No word of it is in the relay's own settings.
  expect(await again.configText()).toBe(CONFIG)
})

test('starting at login is a file of the desktop, there while the switch is on', async () => {
  const home = await peerFolder(onTestFinished, 'desktop')
  const { window, data } = await settingsOf(CONFIG, { env: { XDG_CONFIG_HOME: home } })
  const file = join(home, 'autostart', 'mailroom.desktop')
  const atLogin = window.getByRole('switch', { name: 'Start when you log in' })
  expect(await atLogin.isChecked()).toBe(false)
  await atLogin.click()
  await expect.poll(() => existsSync(file)).toBe(true)
  const entry = await readFile(file, 'utf8')
  expect(entry).toContain(`"--data" "${data}" "--hidden"`)
  await window.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => existsSync(file)).toBe(false)
  await expect.poll(() => atLogin.isChecked()).toBe(false)
})

/** What the operating system would show; a click on it leads where the real one would. */
async function watchNotifications(app: ElectronApplication): Promise<{ titles(): Promise<string[]>; clickLast(): Promise<void> }> {
  await app.evaluate(({ Notification }) => {
    const shown: Electron.Notification[] = []
    Object.assign(globalThis, { shownNotifications: shown })
    Notification.prototype.show = function show(this: Electron.Notification) {
      shown.push(this)
    }
  })
  return {
    titles: () =>
      app.evaluate(() =>
        (globalThis as unknown as { shownNotifications: Electron.Notification[] }).shownNotifications.map(({ title }) => title),
      ),
    clickLast: () =>
      app.evaluate(
        () => void (globalThis as unknown as { shownNotifications: Electron.Notification[] }).shownNotifications.at(-1)?.emit('click'),
      ),
  }
}

test('what needs a person is told once by the operating system, leads to its place, and is told again only when it was over meanwhile', async () => {
  const started = await startApp({ config: CONFIG })
  const { app, window, data } = started
  const { titles, clickLast } = await watchNotifications(app)
  await saveByHand(started, (text) => text.replace('"20 MB"', '"much"'))
  await expect.poll(titles).toEqual(['The settings file has an error'])
  await saveByHand(started, (text) => text.replace('"much"', '"more"'))
  await expect.poll(async () => (await started.ask('status.get', {})).alerts[0]?.count).toBe(2)
  expect(await titles()).toHaveLength(1)
  await clickLast()
  await window.getByLabel('config.toml, the settings as text').waitFor()
  await saveByHand(started, (text) => text.replace('"more"', '"20 MB"'))
  await expect.poll(async () => (await started.ask('status.get', {})).alerts).toEqual([])
  await expect.poll(() => readFile(join(data, 'notified.json'), 'utf8')).toContain('[]')
  await saveByHand(started, (text) => text.replace('"20 MB"', '"much"'))
  await expect.poll(titles).toHaveLength(2)
  await started.close()

  const again = await startApp({ config: null, data })
  const after = await watchNotifications(again.app)
  await expect.poll(async () => (await again.ask('status.get', {})).alerts.length).toBe(1)
  await again.go('Settings')
  expect(await after.titles()).toEqual([])
})

test('notifications can be switched off: what comes up meanwhile is not told later', async () => {
  const started = await settingsOf(CONFIG)
  const { titles } = await watchNotifications(started.app)
  const choice = started.window.getByLabel('Tell me when something needs me')
  await choice.selectOption('tray')
  await saveByHand(started, (text) => text.replace('"20 MB"', '"much"'))
  await expect.poll(() => readFile(join(started.data, 'notified.json'), 'utf8').catch(() => '')).toContain('config-refused')
  await choice.selectOption('notify')
  await expect.poll(() => readFile(join(started.data, 'preferences.json'), 'utf8')).toContain('"notify"')
  expect(await titles()).toEqual([])
})
