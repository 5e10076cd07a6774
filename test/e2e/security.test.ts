import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { sees, startApp } from '../support/app-under-test.ts'
import { listening, relayingTo } from '../support/peers/mailroom.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'

/** A place outside, and how often somebody came. */
async function outside(): Promise<{ readonly url: string; readonly visits: string[] }> {
  const visits: string[] = []
  const server = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.end('<script>document.title = "elsewhere"</script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, visits }
}

const refusals = /Content Security Policy|Refused to|Failed to fetch|ERR_BLOCKED_BY_CLIENT|Not allowed to load|net::/

test('the page is in a sandbox and has the typed bridge and nothing else', async () => {
  const { app, window } = await startApp({ config: listening() })
  const reach = await window.evaluate(() => {
    const names = ['require', 'process', 'module', 'Buffer', '__dirname', 'electron', 'ipcRenderer'] as const
    return {
      node: names.filter((name) => name in globalThis),
      bridge: Object.keys((globalThis as unknown as { mailroom: object }).mailroom).sort(),
      frozen: Object.isFrozen((globalThis as unknown as { mailroom: object }).mailroom),
    }
  })
  expect(reach).toEqual({ node: [], bridge: ['ask', 'on', 'platform', 'version'], frozen: true })
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    return (window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences()
  })
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false, webSecurity: true })
})

test('scripts, pictures and requests that are not ours go nowhere', async () => {
  const { url, visits } = await outside()
  const { app, window } = await startApp({ config: listening(), expectedErrors: refusals })
  const tried = await window.evaluate(async (there) => {
    const found = globalThis as unknown as Record<string, unknown>
    const script = document.createElement('script')
    script.textContent = 'globalThis.ran = "inline"'
    document.body.append(script)
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="globalThis.ran = \'handler\'">')
    const remote = document.createElement('script')
    remote.src = `${there}/script.js`
    document.body.append(remote)
    document.body.insertAdjacentHTML('beforeend', `<img src="${there}/pixel.png"><iframe src="${there}/frame"></iframe>`)
    const settle = (work: () => unknown): Promise<string> =>
      // Later than this evaluation, which the debugger lets do more than a page may.
      new Promise((resolve) => setTimeout(resolve)).then(work).then(
        () => 'went through',
        () => 'refused',
      )
    const results = {
      eval: await settle(() => (0, eval)('1 + 1')),
      fetch: await settle(() => fetch(`${there}/fetch`)),
      file: await settle(() => fetch('file:///etc/hostname')),
      socket: await settle(() => {
        const socket = new WebSocket(there.replace('http', 'ws'))
        return new Promise((resolve, reject) => {
          socket.onopen = resolve
          socket.onerror = reject
        })
      }),
      camera: await settle(() => navigator.mediaDevices.getUserMedia({ video: true })),
    }
    return { ...results, ran: found['ran'] ?? null }
  }, url)
  expect(tried).toEqual({ eval: 'refused', fetch: 'refused', file: 'refused', socket: 'refused', camera: 'refused', ran: null })
  expect(visits).toEqual([])
  const climbed = await app.evaluate(async ({ net }) => {
    const paths = ['../../package.json', '..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json', 'index.html']
    return Promise.all(paths.map(async (path) => (await net.fetch(`mailroom://app/${path}`)).status))
  })
  expect(climbed).toEqual([404, 404, 404, 200])
})

test('the window goes nowhere else and opens nothing', async () => {
  const { url, visits } = await outside()
  const { app, window } = await startApp({ config: listening(), expectedErrors: refusals })
  await sees(window, 'Type this into a device')
  const opened = await window.evaluate((there) => {
    const before = [open(there), open('file:///etc/passwd')].filter((one) => one !== null).length
    document.body.insertAdjacentHTML(
      'beforeend',
      `<a id="away" href="${there}/link">away</a><a id="new" target="_blank" href="${there}/new">new</a>`,
    )
    return before
  }, url)
  expect(opened).toBe(0)
  for (const id of ['away', 'new']) await window.evaluate((name) => document.getElementById(name)?.click(), id)
  await window.evaluate((there) => {
    location.href = `${there}/href`
  }, url)
  await window.evaluate(() => {
    location.href = 'file:///etc/passwd'
  })
  const shown = await app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    return { url: contents?.getURL(), text: (await contents?.executeJavaScript('document.body.innerText')) as string }
  })
  expect(shown).toEqual({
    url: expect.stringMatching(/^mailroom:\/\/app\/index\.html/) as string,
    text: expect.stringContaining('Type this into a device') as string,
  })
  expect(app.windows()).toHaveLength(1)
  expect(visits).toEqual([])
})

test('a question that is not in the contract, or has other arguments, is refused in words', async () => {
  const { window } = await startApp({ config: listening() })
  const answers = await window.evaluate(async () => {
    const { ask } = (globalThis as unknown as { mailroom: { ask(request: unknown, args: unknown): Promise<unknown> } }).mailroom
    return Promise.all([ask('secrets.get', {}), ask('constructor', {}), ask({ no: 'text' }, null), ask('queue.hold', { ids: 7 })])
  })
  expect(answers).toEqual([
    { ok: false, problem: { code: 'unknown-request', text: 'There is no request "secrets.get".' } },
    { ok: false, problem: { code: 'unknown-request', text: 'There is no request "constructor".' } },
    { ok: false, problem: { code: 'unknown-request', text: expect.any(String) as string } },
    { ok: false, problem: { code: 'bad-request', text: expect.stringContaining('queue.hold') as string } },
  ])
})

test('markup and direction marks in subjects, greetings and replies are shown as text', async () => {
  const markup = '<img src=x onerror="globalThis.ran=1"><script>globalThis.ran=2</script>'
  const relay = await startSmtpHost(onTestFinished, { script: { rcpt: `550 5.7.1 ${markup} \u202Egnp.exe` } })
  const { window, go, send, row } = await startApp({ config: listening() + relayingTo(relay) })
  await go('Activity')
  await send(`${markup} \u202Ecod.exe`, 'ann@example.net')
  const hostile = row(markup)
  await hostile.getByText('Failed').waitFor()
  expect(await hostile.innerText()).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/)
  await hostile.click()
  const detail = window.getByRole('complementary', { name: 'The message in hand' })
  await detail.getByRole('region', { name: 'Timeline' }).getByText(`550 5.7.1 ${markup}`).first().waitFor()
  expect(await detail.innerText()).not.toMatch(/[\u202A-\u202E]/)
  await go('Overview')
  await sees(window.getByRole('region', { name: 'Needs you' }), markup)
  const found = await window.evaluate(() => ({
    ran: (globalThis as unknown as Record<string, unknown>)['ran'] ?? null,
    images: document.images.length,
    scripts: [...document.scripts].filter((script) => !script.src.startsWith('mailroom://app/')).length,
  }))
  expect(found).toEqual({ ran: null, images: 0, scripts: 0 })
})
