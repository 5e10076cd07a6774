import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { expect, onTestFinished, test } from 'vitest'
import type { AppUnderTest } from '../support/app-under-test.ts'
import { RESULTS, keepingAll, picture, sees, startApp } from '../support/app-under-test.ts'
import { listening, relayingTo } from '../support/peers/mailroom.ts'
import { peerFolder } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'
import { OFFICE_CONFIG, seedOffice } from '../support/seeded-office.ts'

const search = (app: AppUnderTest) => app.window.getByRole('searchbox', { name: 'Find in the log' })
const log = (app: AppUnderTest) => app.window.getByRole('grid', { name: 'Log' })

/** Every save dialog is answered with this path. */
async function savesTo({ app }: AppUnderTest, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, path)
}

async function clipboardOf({ app }: AppUnderTest): Promise<string> {
  return app.evaluate(({ clipboard }) => clipboard.readText())
}

test('a failed message is found by what anybody would type, and its transcript is three clicks away', async () => {
  const relay = await startSmtpHost(onTestFinished, { script: { rcpt: '550 5.1.1 <nobody@example.net>: no such user' } })
  const running = await startApp({ config: listening() + relayingTo(relay) })
  const { window, send, row, ask } = running
  await send('Tender 0926', 'nobody@example.net')
  await expect.poll(async () => (await ask('queue.list', {})).length).toBe(0)
  relay.setScript({})
  await send('Invoice 7', 'somebody@example.net')
  let clicks = 0
  const click = async (name: RegExp | string, role: 'link' | 'row'): Promise<void> => {
    clicks++
    await window.getByRole(role, { name }).first().click()
  }
  await click(/^Activity/, 'link')
  await row('Tender 0926').getByText('Failed').waitFor()
  for (const typed of ['nobody@', 'tender', '127.0.0.1', 'no such user', 'failed', new Date().toLocaleDateString('en-CA')]) {
    await search(running).fill(typed)
    await row('nobody@example.net').waitFor()
    if (!typed.startsWith('127') && !typed.startsWith('20')) await row('somebody@example.net').waitFor({ state: 'detached' })
  }
  await search(running).fill('nobody@')
  await row('somebody@example.net').waitFor({ state: 'detached' })
  await click(/nobody@example\.net/, 'row')
  const detail = window.getByRole('complementary', { name: 'The message in hand' })
  await sees(detail, '550 5.1.1 <nobody@example.net>: no such user')
  await sees(detail.getByRole('log', { name: /Transcript/ }), /RCPT TO:<nobody@example\.net>/)
  expect(clicks).toBeLessThanOrEqual(3)
  await picture(window, join(RESULTS, 'activity', 'failed.png'))

  // What a person pastes into a mail to somebody who helps.
  await detail.getByRole('button', { name: 'More' }).click()
  await window.getByRole('menuitem', { name: 'Copy as text for support' }).click()
  await sees(window, 'Copied')
  const text = await clipboardOf(running)
  expect(text).toContain('Tender 0926')
  expect(text).toContain('> 550 5.1.1 <nobody@example.net>: no such user')
  expect(text).toMatch(/→ RCPT TO:<nobody@example\.net>/)

  // The keyboard copies the row it stands on.
  await log(running).focus()
  await window.keyboard.press('ControlOrMeta+c')
  await sees(window, 'The row is copied.')
  expect((await clipboardOf(running)).split('\t')).toContain('nobody@example.net')
})

test('filters stand in the address, count what they show, and are taken back at once', async () => {
  const data = await peerFolder(onTestFinished, 'app')
  const running = await startApp({ config: OFFICE_CONFIG, data, before: seedOffice })
  const { window, row } = running
  await window.evaluate(() => (location.hash = '#/activity?status=failed'))
  await row('r.lindqvist@brandt-tax.example').first().waitFor()
  await expect.poll(() => log(running).getByText('Delivered').count()).toBe(0)
  await window.getByRole('radio', { name: /^Delivered/ }).click()
  await row('Delivered').first().waitFor()
  expect(await window.evaluate(() => location.hash)).toContain('status=delivered')
  await window.getByRole('button', { name: 'Route' }).click()
  await window.getByRole('menuitemcheckbox', { name: 'SMTP2GO' }).click()
  await row('SMTP2GO').first().waitFor()
  await row('Microsoft 365').first().waitFor({ state: 'detached' })
  // By the name the window gives it, not its id.
  await window.getByRole('button', { name: 'Show everything' }).click()
  await search(running).fill('microsoft 365')
  await row('Microsoft 365').first().waitFor()
  await row('SMTP2GO').first().waitFor({ state: 'detached' })
})

test('what is read does not move while mail comes in', async () => {
  const data = await peerFolder(onTestFinished, 'app')
  const running = await startApp({ config: keepingAll(), data, before: seedOffice })
  const { window, send, row, go } = running
  await go('Activity')
  await row('anna.finch').first().waitFor()
  const grid = log(running)
  await grid.evaluate((box) => (box.scrollTop = 400))
  const seen = async (): Promise<string[]> => {
    const box = await grid.boundingBox()
    const rows = await grid.getByRole('row').all()
    const shown: [number, string][] = []
    for (const one of rows) {
      const at = await one.boundingBox()
      if (at !== null && box !== null && at.y > box.y + 30 && at.y < box.y + box.height)
        shown.push([at.y, `${at.y} ${await one.innerText()}`])
    }
    return shown.sort((a, b) => a[0] - b[0]).map(([, text]) => text.split('\n').slice(0, 1).join())
  }
  const before = await seen()
  for (const n of [1, 2, 3]) await send(`Late ${n}`, `late${n}@office.test`)
  await window.getByRole('button', { name: '3 new' }).waitFor()
  expect(await seen()).toEqual(before)
  await picture(window, join(RESULTS, 'activity', 'new-while-reading.png'))
  await window.getByRole('button', { name: '3 new' }).click()
  await row('late3@office.test').waitFor()
  expect(await grid.evaluate((box) => box.scrollTop)).toBe(0)

  // A message in hand holds the list still as well.
  await row('late3@office.test').click()
  await send('Later', 'later@office.test')
  await window.getByRole('button', { name: '1 new' }).waitFor()
  await window.keyboard.press('Escape')
  await row('later@office.test').waitFor()
})

test('what the filter shows is exported as a table and for programs, by the engine, to where the person says', async () => {
  const data = await peerFolder(onTestFinished, 'app')
  const running = await startApp({ config: OFFICE_CONFIG, data, before: seedOffice })
  const { window, row, go } = running
  await go('Activity')
  await search(running).fill('alarm-panel')
  await row('duty@guardline.example').first().waitFor()
  await row('anna.finch').first().waitFor({ state: 'detached' })
  const csv = join(data, 'export.csv')
  await savesTo(running, csv)
  await window.getByRole('button', { name: 'Export' }).click()
  await window.getByRole('menuitem', { name: 'As a table (CSV)' }).click()
  await sees(window, /rows are in export\.csv/)
  const [head, ...lines] = (await readFile(csv, 'utf8')).trimEnd().split('\r\n')
  expect(head).toMatch(/^\ufeffaccepted_at,status,/)
  expect(lines.length).toBeGreaterThan(10)
  expect(lines.every((line) => line.includes('duty@guardline.example'))).toBe(true)

  const json = join(data, 'export.json')
  await savesTo(running, json)
  await window.getByRole('button', { name: 'Export' }).click()
  await window.getByRole('menuitem', { name: 'For programs (JSON)' }).click()
  await sees(window, /rows are in export\.json/)
  expect(JSON.parse(await readFile(json, 'utf8'))).toHaveLength(lines.length)

  // A place that cannot be written is said.
  await savesTo(running, join(data, 'no', 'such', 'folder.csv'))
  await window.getByRole('button', { name: 'Export' }).click()
  await window.getByRole('menuitem', { name: 'As a table (CSV)' }).click()
  await sees(window, /The export was not saved: ENOENT/)

  // A page that names a path itself is refused.
  const refused = await window.evaluate(
    async (path) => {
      const bridge = (globalThis as unknown as { mailroom: { ask(request: string, args: unknown): Promise<unknown> } }).mailroom
      const filter = { text: '', status: null, route: null, device: null, day: null }
      return bridge.ask('activity.exportTo', { id: 'x', filter, format: 'csv', path })
    },
    join(data, 'stolen.csv'),
  )
  expect(refused).toMatchObject({ ok: false, problem: { code: 'forbidden' } })
})

test('after a restart the log is read from the disk as far back as it goes, and opened at any day', async () => {
  const data = await peerFolder(onTestFinished, 'app')
  const running = await startApp({ config: OFFICE_CONFIG, data, before: seedOffice })
  const { window, go } = running
  await go('Activity')
  const grid = log(running)
  await expect
    .poll(
      async () => {
        await grid.evaluate((box) => (box.scrollTop = box.scrollHeight))
        return window.getByText('The log goes back no further.').count()
      },
      { timeout: 30_000 },
    )
    .toBe(1)
  await window.getByRole('button', { name: 'Day' }).click()
  await window.getByRole('menuitem', { name: 'Go to a day' }).click()
  const day = await window.evaluate(() => new Date(Date.now() - 5 * 86_400_000).toLocaleDateString('en-CA'))
  await window.getByRole('dialog').getByLabel('Day').fill(day)
  await window.getByRole('dialog').getByRole('button', { name: 'Go there' }).click()
  await sees(window, /^From .* back$/)
  const first = await grid.getByRole('row').nth(1).innerText()
  expect(first).toMatch(new RegExp(` ${Number(day.slice(8))} `))
  await window.getByRole('button', { name: 'Back to now' }).click()
  await window.getByText(/^From .* back$/).waitFor({ state: 'detached' })
})

test('hostile subjects, addresses, replies and sources show as harmless text', async () => {
  const evil = '<img src=x onerror="document.title=1"><b>'
  const relay = await startSmtpHost(onTestFinished, { script: { rcpt: `451 4.3.0 ${evil} \u202Ereversed` } })
  const running = await startApp({ config: listening() + relayingTo(relay) })
  const { window, port, go, row } = running
  const message = [
    `Subject: ${evil} =?utf-8?B?4oCuZ25wLmV4ZQ==?= =1+1`,
    'From: scanner@office.test',
    `X-Long: ${'W'.repeat(900)}`,
    'X-Broken: =?utf-8?B?/////w==?=',
    '',
    `<script>document.title = 2</script>\u202Egnp.exe`,
    '',
  ].join('\r\n')
  const device = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
  await device.sendMail({ envelope: { from: 'scanner@office.test', to: ['victim@example.net'] }, raw: message })
  await go('Activity')
  await row('victim@example.net')
    .getByText(/^Waiting/)
    .waitFor()
  await row('victim@example.net').click()
  const detail = window.getByRole('complementary', { name: 'The message in hand' })
  await sees(detail, evil)
  await detail.getByRole('tab', { name: 'Headers' }).click()
  await sees(detail.getByRole('tabpanel', { name: 'Headers' }), /WWWW/)
  await detail.getByRole('tab', { name: 'Source' }).click()
  await sees(detail.getByRole('tabpanel', { name: 'Source' }), /<script>document\.title = 2<\/script>⟨U\+202E⟩gnp\.exe/)
  await picture(window, join(RESULTS, 'activity', 'hostile.png'))
  expect(await window.title()).not.toMatch(/[12]/)
  expect(await window.locator('img[src=x], main script').count()).toBe(0)
  expect(await window.locator('body').innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
  // As a file it is octet for octet what was taken.
  const file = join(running.data, 'kept.eml')
  await savesTo(running, file)
  await detail.getByRole('button', { name: 'Save as .eml…' }).click()
  await sees(window, 'kept.eml is saved.')
  expect(await readFile(file, 'utf8')).toContain(message.trimEnd())
})
