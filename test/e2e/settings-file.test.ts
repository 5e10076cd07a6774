import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RESULTS, keepingAll, picture, sees, startApp } from '../support/app-under-test.ts'
import type { AppUnderTest } from '../support/app-under-test.ts'

const COMMENTED = `# Our office, set up by Ann. Call 4711 before changing anything.
${keepingAll(`
[queue.route.provider] # the contract runs until May
type = "relay"
description = "Our provider"
# the old address was mail.example.net
address = "127.0.0.9"
port = 2500 # not 25
tls.implicit = false
`)}`

/** As editors save: another file takes the old one's name. */
async function saveByHand({ configPath }: AppUnderTest, edit: (text: string) => string): Promise<string> {
  const text = edit(await readFile(configPath, 'utf8'))
  await writeFile(`${configPath}.new`, text)
  await rename(`${configPath}.new`, configPath)
  return text
}

test('the file as text in the window: an error is shown at its place and nothing of it is applied; mended, all of it is', async () => {
  const { window, go, ask, configText } = await startApp({ config: COMMENTED })
  await go('Routing')
  await window.getByRole('tab', { name: 'config.toml' }).click()
  const text = window.getByLabel('config.toml, the settings as text')
  expect(await text.inputValue()).toBe(COMMENTED)

  const broken = COMMENTED.replace('127.0.0.9', '127.0.0.10').replace('port = 2500', 'port = "many"')
  await text.fill(broken)
  const problems = window.getByRole('region', { name: 'Problems' })
  const line = broken.split('\n').findIndex((one) => one.includes('"many"')) + 1
  await problems.getByRole('button', { name: `Line ${line}, column 8` }).waitFor()
  await window.getByRole('button', { name: 'Save', exact: true }).click()
  await sees(problems, /"many"/)
  await picture(window, join(RESULTS, 'settings-file', 'error.png'))
  expect(await configText()).toBe(COMMENTED)
  const route = async (): Promise<unknown> => (await ask('config.get', {})).settings.queue.routes['provider']
  expect(await route()).toMatchObject({ address: '127.0.0.9', port: 2500 })

  // The place is a button: it puts the cursor there.
  await problems.getByRole('button', { name: `Line ${line}, column 8` }).click()
  await window.keyboard.press('Shift+End')
  await window.keyboard.type('2525 # not 25')
  await problems.getByRole('button', { name: `Line ${line}, column 8` }).waitFor({ state: 'detached' })
  await window.keyboard.press('Control+s')
  await sees(window, 'config.toml is saved and in force.')
  expect(await configText()).toBe(COMMENTED.replace('127.0.0.9', '127.0.0.10').replace('2500', '2525'))
  expect(await route()).toMatchObject({ address: '127.0.0.10', port: 2525 })
})

test('comments survive what the forms save', async () => {
  const { window, go, configText } = await startApp({ config: COMMENTED })
  await go('Routing')
  await window.getByRole('article', { name: 'Our provider' }).getByRole('button', { name: 'Our provider', exact: true }).click()
  const form = window.getByRole('dialog')
  await form.getByLabel('Address', { exact: true }).fill('127.0.0.11')
  await form.getByLabel('Port', { exact: true }).fill('70000')
  await form.getByRole('button', { name: 'Save' }).click()
  await sees(form, /65535/)
  expect(await configText()).toBe(COMMENTED)
  await form.getByLabel('Port', { exact: true }).fill('26')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  expect(await configText()).toBe(COMMENTED.replace('127.0.0.9', '127.0.0.11').replace('port = 2500 # not 25', 'port = 26 # not 25'))
  await window.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(configText).toBe(COMMENTED)
})

test('what somebody writes into the file shows in the window at once; a broken file is shown with its place, and the old settings stay in force', async () => {
  const started = await startApp({ config: COMMENTED })
  const { window, go, send, row } = started
  await go('Routing')
  await window.getByRole('article', { name: 'Our provider' }).waitFor()
  const good = await saveByHand(started, (text) => text.replace('"Our provider"', '"The new provider"'))
  await window.getByRole('article', { name: 'The new provider' }).waitFor()

  const broken = await saveByHand(started, (text) =>
    text.replace(`route = "'local'"`, `route = "'local"`).replace('type = "relay"', 'type = "relais"'),
  )
  await sees(window, 'The rules below are not those of the file')
  await go('Overview')
  const needs = window.getByRole('region', { name: 'Needs you' })
  await sees(needs, 'The settings file has an error')
  await sees(needs, /line \d+/)
  await picture(window, join(RESULTS, 'settings-file', 'broken-by-hand.png'))
  await needs.getByRole('link', { name: 'Show the errors' }).click()
  const lineOf = (part: string): number => broken.split('\n').findIndex((line) => line.includes(part)) + 1
  const problems = window.getByRole('region', { name: 'Problems' })
  await problems.getByRole('button', { name: new RegExp(`^Line ${lineOf(`"'local"`)}, column \\d+$`) }).waitFor()
  await problems.getByRole('button', { name: `Line ${lineOf('relais')}, column 8` }).waitFor()

  await go('Activity')
  await send('With the old settings', 'ann@office.test')
  await row('With the old settings').getByText('Delivered').waitFor()

  await saveByHand(started, () => good)
  await go('Overview')
  await needs.waitFor({ state: 'detached' })
})
