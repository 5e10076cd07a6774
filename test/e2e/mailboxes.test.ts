import { readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { sees, startApp } from '../support/app-under-test.ts'
import type { AppUnderTest } from '../support/app-under-test.ts'
import { listening } from '../support/peers/mailroom.ts'
import { swaks } from '../support/peers/devices.ts'
import { tempFolder } from '../support/temp-folder.ts'

const CONFIG = `${listening()}[directory.default.mailbox.inbox]
addresses = ["*"]
[directory.default.mailbox.archive]
addresses = ["archive@office.test"]
[queue.strategy]
route = "'local'"
`

async function handIn({ port }: AppUnderTest, to: string, lines: readonly string[]): Promise<void> {
  const message = ['From: "Scanner, hall" <scan@office.test>', `To: ${to}`, 'MIME-Version: 1.0', ...lines, ''].join('\r\n')
  const handed = await swaks(onTestFinished, { port, from: 'scan@office.test', to: [to], message })
  expect(handed, handed.said).toMatchObject({ ok: true })
}

const letter = ({ window }: AppUnderTest, text: string): Locator => window.getByRole('option').filter({ hasText: text })

/** Every save dialog is answered with this path; what it suggested is remembered. */
async function savesTo({ app }: AppUnderTest, path: string): Promise<() => Promise<string>> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = (...given: unknown[]) => {
      const options = given.at(-1) as { defaultPath?: string }
      ;(globalThis as { suggested?: string }).suggested = options.defaultPath ?? ''
      return Promise.resolve({ canceled: false, filePath })
    }
  }, path)
  return () => app.evaluate(() => (globalThis as { suggested?: string }).suggested ?? '')
}

/** A place outside, and who came. */
async function outside(): Promise<{ readonly url: string; readonly visits: string[] }> {
  const visits: string[] = []
  const server = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, visits }
}

test('a message shows the moment it arrives, is read, counts as read, and leads back to its story', async () => {
  const started = await startApp({ config: CONFIG })
  const { window, go, data } = started
  await go('Mailboxes')
  await sees(window, 'Nothing lies in inbox')
  await handIn(started, 'bob@office.test', ['Subject: Scan of page 1', '', 'The scanned page.', 'See https://office.test/scan'])
  await letter(started, 'Scan of page 1').waitFor()
  const screens = window.getByRole('navigation', { name: 'Screens' })
  await screens.getByText('1 unread message').waitFor({ state: 'attached' })
  await letter(started, 'Scan of page 1').click()
  await sees(window, 'The scanned page.')
  await screens.getByText('1 unread message').waitFor({ state: 'detached' })
  expect(await readdir(join(data, 'mail', 'inbox', 'cur'))).toEqual([expect.stringMatching(/:2,S$/)])
  await window.getByRole('button', { name: 'Mark unread' }).click()
  await screens.getByText('1 unread message').waitFor({ state: 'attached' })
  await window.getByRole('tab', { name: 'Headers' }).click()
  await sees(window.getByRole('tabpanel'), 'Delivered-To')
  await window.getByRole('tab', { name: 'Source' }).click()
  await sees(window.getByRole('tabpanel'), 'The scanned page.')
  await window.getByRole('link', { name: 'How it got here' }).click()
  await sees(window, 'Delivered')
})

test('a hostile page is shown without its poison: nothing runs, nothing is fetched, nothing leads away', async () => {
  const { url, visits } = await outside()
  // Playwright's own looking into the frame counts as a script that is blocked.
  const started = await startApp({ config: CONFIG, expectedErrors: /Blocked script execution in 'about:srcdoc'/ })
  const { window, go } = started
  const page = `<html><head><base href="${url}/"><meta http-equiv="refresh" content="0;url=${url}/refresh"><link rel=stylesheet href="${url}/sheet.css">
<style>@import "${url}/import.css"; body{background:url(${url}/body.png)} .big{font-size:30px;background-image:url('${url}/class.png')}</style></head>
<body onload="top.ran=1" background="${url}/background.png">
<script>top.ran=2;fetch('${url}/fetch')</script><p class=big>Invoice</p>
<img src="${url}/pixel.gif" onerror="top.ran=3"><img srcset="${url}/set.png 2x"><svg onload="top.ran=4"><image href="${url}/svg.png"/></svg>
<math><mtext><img src=x onerror="top.ran=5"></mtext></math><iframe src="${url}/frame"></iframe><object data="${url}/object"></object>
<video src="${url}/video" autoplay></video><form action="${url}/form"><input name=password><button>Sign in</button></form>
<p style="background:u\\72l(${url}/escaped.png);color:red">red</p><p style="position:fixed;top:0">over</p>
<a href="${url}/link">https://bank.example</a> <a href="javascript:top.ran=6">run</a> <a href="${url}/ping" ping="${url}/pinged">ping</a>
${'<div>'.repeat(3000)}deep${'</div>'.repeat(3000)}</body></html>`
  await handIn(started, 'bob@office.test', ['Subject: <b>Invoice</b>', 'Content-Type: text/html; charset=utf-8', '', page])
  await go('Mailboxes')
  await letter(started, '<b>Invoice</b>').click()
  await sees(window.getByRole('tabpanel'), 'Invoice')
  await window.getByRole('tab', { name: 'Formatted' }).click()
  const frame = window.frameLocator('iframe')
  await frame.getByText('Invoice').waitFor()
  expect(await window.locator('iframe').getAttribute('sandbox')).toBe('')
  const shown = await frame.locator('html').evaluate((html) => ({
    poison: [...html.querySelectorAll('script,style,link,base,iframe,object,embed,form,input,button,svg,math,video,img,meta[content*=url]')]
      .length,
    handlers: [...html.querySelectorAll('*')]
      .flatMap((element) => element.getAttributeNames())
      .filter((name) => /^on|href|src|action|ping/.test(name)),
    size: getComputedStyle(html.querySelector('p') ?? html).fontSize,
    colour: getComputedStyle([...html.querySelectorAll('p')].find((one) => one.textContent === 'red') ?? html).color,
    position: getComputedStyle([...html.querySelectorAll('p')].find((one) => one.textContent === 'over') ?? html).position,
  }))
  expect(shown).toEqual({ poison: 0, handlers: [], size: '30px', colour: 'rgb(255, 0, 0)', position: 'static' })
  await frame.getByText('https://bank.example').click()
  await frame.getByText('Invoice').waitFor()
  expect(await window.evaluate(() => (globalThis as { ran?: number }).ran ?? null)).toBeNull()
  expect(visits).toEqual([])
  await window.getByText('2 links').click()
  await window.getByRole('listitem').filter({ hasText: 'https://bank.example' }).getByRole('button', { name: 'Open' }).click()
  await sees(window.getByRole('dialog'), `${url}/link`)
  await sees(window.getByRole('dialog'), 'https://bank.example')
  await window.keyboard.press('Escape')
  expect(visits).toEqual([])
})

test('an address of a message is opened only after it was shown and agreed to', async () => {
  const started = await startApp({ config: CONFIG })
  const { app, window, go } = started
  await app.evaluate(({ shell }) => {
    shell.openExternal = (url: string) => {
      ;(globalThis as { opened?: string }).opened = url
      return Promise.resolve()
    }
  })
  await handIn(started, 'bob@office.test', ['Subject: Look', '', 'https://office.test/report?id=7'])
  await go('Mailboxes')
  await letter(started, 'Look').click()
  await window.getByText('1 link').click()
  await window.getByRole('button', { name: 'Open…' }).click()
  await window.getByRole('dialog').getByRole('button', { name: 'Open' }).click()
  await expect.poll(() => app.evaluate(() => (globalThis as { opened?: string }).opened)).toBe('https://office.test/report?id=7')
  const refused = await window.evaluate(() =>
    Promise.all(
      ['file:///etc/passwd', 'javascript:alert(1)', 'smb://server/share', 'ms-settings:'].map(async (url) => {
        const { mailroom } = globalThis as unknown as { mailroom: { ask(request: string, args: object): Promise<{ ok: boolean }> } }
        return (await mailroom.ask('link.open', { url })).ok
      }),
    ),
  )
  expect(refused).toEqual([false, false, false, false])
})

test('attachments, messages and whole mailboxes are saved where the person says, under names that do no harm', async () => {
  const started = await startApp({ config: CONFIG })
  const { window, go } = started
  const target = await tempFolder()
  await handIn(started, 'archive@office.test', [
    'Subject: Plans: level 2',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'Two files.',
    '--b',
    'Content-Type: application/pdf',
    'Content-Disposition: attachment; filename="../../plan.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    'aGVsbG8=',
    '--b',
    'Content-Type: application/octet-stream',
    "Content-Disposition: attachment; filename*=utf-8''invoice%E2%80%AEfdp.exe",
    '',
    'MZ',
    '--b--',
  ])
  await go('Mailboxes')
  await window.getByRole('navigation', { name: 'Mailboxes' }).getByRole('link', { name: 'archive' }).click()
  await letter(started, 'Plans: level 2').click()
  await sees(window, 'Two files.')
  await sees(window, 'Can run something when it is opened')

  let suggested = await savesTo(started, join(target, 'plan.pdf'))
  await window.getByRole('button', { name: 'Save plan.pdf' }).click()
  await sees(window, 'plan.pdf is saved')
  expect(await readFile(join(target, 'plan.pdf'), 'utf8')).toBe('hello')
  expect(await suggested()).toMatch(/[/\\]plan\.pdf$/)
  await window.getByRole('button', { name: 'Save invoicefdp.exe' }).click()
  await expect.poll(suggested).toMatch(/[/\\]invoicefdp\.exe$/)

  suggested = await savesTo(started, join(target, 'message.eml'))
  await window.getByRole('button', { name: 'Save .eml…' }).click()
  await sees(window, 'message.eml is saved')
  expect(await suggested()).toMatch(/[/\\]Plans_ level 2\.eml$/)
  expect(await readFile(join(target, 'message.eml'), 'utf8')).toContain('Subject: Plans: level 2\r\n')

  await savesTo(started, join(target, 'archive.mbox'))
  await window.getByRole('button', { name: 'More for archive' }).click()
  await window.getByRole('menuitem', { name: 'Export as mbox file…' }).click()
  await sees(window, '1 message is saved in archive.mbox')
  expect(await readFile(join(target, 'archive.mbox'), 'utf8')).toMatch(/^From scan@office\.test /)

  await savesTo(started, join(target, 'folder'))
  await window.getByRole('button', { name: 'More for archive' }).click()
  await window.getByRole('menuitem', { name: 'Export as folder of .eml files…' }).click()
  await sees(window, '1 message is saved in folder')
  expect(await readdir(join(target, 'folder'))).toEqual([expect.stringMatching(/^1 \d{4}-\d\d-\d\d Plans_ level 2\.eml$/)])

  const reach = await window.evaluate(async () => {
    const { mailroom } = globalThis as unknown as { mailroom: { ask(request: string, args: object): Promise<{ ok: boolean }> } }
    const args = { mailbox: 'archive', id: 'x', index: 0, path: '/tmp/anywhere', format: 'mbox', job: '1' }
    return (await mailroom.ask('mailbox.exportTo', args)).ok
  })
  expect(reach, 'the page cannot name a path').toBe(false)
})

test('by keyboard alone: leaf through, mark, delete, take back, close', async () => {
  const started = await startApp({ config: CONFIG })
  const { window, go } = started
  for (const subject of ['First', 'Second', 'Third'])
    await handIn(started, 'bob@office.test', [`Subject: ${subject}`, '', `Text of ${subject}.`])
  await go('Mailboxes')
  await letter(started, 'Third').waitFor()
  const list = window.getByRole('listbox', { name: 'inbox, 3 messages' })
  await list.focus()
  await window.keyboard.press('ArrowDown')
  await window.keyboard.press('ArrowDown')
  await window.keyboard.press('Enter')
  await sees(window, 'Text of Second.')
  await window.keyboard.press('ArrowDown')
  await sees(window, 'Text of First.')
  await window.keyboard.press('f')
  await window.getByRole('button', { name: 'Remove flag' }).waitFor()
  await window.keyboard.press('Delete')
  await sees(window, '1 message deleted')
  await letter(started, 'First').waitFor({ state: 'detached' })
  await sees(window, 'Text of Second.')
  await window.getByRole('button', { name: 'Undo' }).click()
  await letter(started, 'First').waitFor()
  await window.getByRole('radio', { name: /Flagged/ }).click()
  await letter(started, 'Second').waitFor({ state: 'detached' })
  expect(await window.getByRole('option').allTextContents()).toEqual([expect.stringContaining('First')])
  await letter(started, 'First').click()
  await sees(window, 'Text of First.')
  await window.keyboard.press('Escape')
  await sees(window, 'No message is open')
})

test('a message in hand stays in hand while others arrive above it', async () => {
  const started = await startApp({ config: CONFIG })
  const { window, go } = started
  for (let number = 0; number < 30; number++) await handIn(started, 'bob@office.test', [`Subject: Number ${number}`, '', 'x'])
  await go('Mailboxes')
  await letter(started, 'Number 29').waitFor()
  const list = window.getByRole('listbox')
  await list.evaluate((box) => (box.scrollTop = 400))
  const top = async (): Promise<string> =>
    list.evaluate((box) => {
      const edge = box.getBoundingClientRect().top
      const rows = [...box.querySelectorAll('[role=option]')].filter((row) => row.getBoundingClientRect().top >= edge)
      rows.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
      return `${rows[0]?.textContent ?? ''} ${Math.round((rows[0]?.getBoundingClientRect().top ?? 0) - edge)}`
    })
  const before = await top()
  await handIn(started, 'bob@office.test', ['Subject: Newest', '', 'x'])
  await window.getByRole('button', { name: '1 new' }).waitFor()
  await expect.poll(top).toBe(before)
  await window.getByRole('button', { name: '1 new' }).click()
  await letter(started, 'Newest').waitFor()
})
