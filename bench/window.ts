/**
 * The window in real Electron with a hundred thousand rows of log: how soon it shows something, frames while scrolling and while mail comes in,
 * memory over an hour of live events at speed, and what an open window costs the engine. Writes bench/results/window.json.
 * `--rows N`, `--only start,frames,memory,throughput`. Needs a display; a virtual one has no graphics card, so every frame is drawn by the processor.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { ElectronApplication, Page } from 'playwright-core'
import { connectControl } from '../main/control/index.ts'
import { root } from '../scripts/house.ts'
import { launchApp } from '../test/support/electron-app.ts'
import { handIn } from './window/hand-in.ts'
import { writeLog } from './window/log-folder.ts'
import { framesOf, heapOf, loadRows, round } from './window/page.ts'

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, only: { type: 'string', default: 'start,frames,memory,throughput' } },
})
const ROWS = Number(values.rows)
const wanted = new Set(values.only.split(','))
/** Three events a message: accepted, attempted, ended. */
const MESSAGES_A_SECOND = 17
/** Pixels a frame: a wheel turned without a rest (94 rows a second at 60 frames), and a fling (280 rows a second). */
const WHEEL_PX = 50
const FLING_PX = 150
const HOUR_EVENTS = 3600 * 50
const results: Record<string, unknown> = {}

const CONFIG = `[server.listener.lan]
bind = ["127.0.0.1:0"]
[limits]
messages-per-hour = 0
messages-per-day = 0
[directory.default.mailbox.inbox]
addresses = ["*"]
[queue.strategy]
route = "'local'"
`

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

interface Started {
  readonly app: ElectronApplication
  readonly window: Page
  readonly port: number
  readonly startMs: number
  close(): Promise<void>
}

async function start(data: string): Promise<Started> {
  const begun = performance.now()
  const { app, window, close } = await launchApp({ dataDir: data })
  await window.getByRole('heading', { level: 1 }).waitFor()
  const startMs = performance.now() - begun
  const control = await connectControl(data)
  let port = 0
  while (port === 0) port = (await control.ask('status.get', {})).listeners[0]?.port ?? 0
  control.close()
  return { app, window, port, startMs, close }
}

async function openActivity(window: Page): Promise<void> {
  await window.evaluate(() => (location.hash = '#/activity'))
  await window.getByRole('grid', { name: 'Log' }).getByRole('row').nth(5).waitFor()
}

async function frames({ window, port }: Started): Promise<void> {
  await openActivity(window)
  results['idle'] = await framesOf(window, 5, 0)
  const steady = new AbortController()
  const mail = handIn(port, { messages: Infinity, perSecond: MESSAGES_A_SECOND }, steady.signal)
  results['followingLive'] = await framesOf(window, 10, 0)
  steady.abort()
  await mail
  results['secondsToLoadAll'] = await loadRows(window, ROWS)
  results['rowsOnThePage'] = await window.getByRole('grid', { name: 'Log' }).getByRole('row').count()
  results['scrolling'] = await framesOf(window, 10, WHEEL_PX)
  const again = new AbortController()
  const more = handIn(port, { messages: Infinity, perSecond: MESSAGES_A_SECOND }, again.signal)
  results['scrollingLive'] = await framesOf(window, 20, WHEEL_PX)
  results['flingLive'] = await framesOf(window, 10, FLING_PX)
  again.abort()
  await more
  for (const name of ['idle', 'followingLive', 'secondsToLoadAll', 'rowsOnThePage', 'scrolling', 'scrollingLive', 'flingLive']) {
    tell(`${name.padEnd(20)}${JSON.stringify(results[name])}`)
  }
}

/** An hour of events as the engine tells them, as fast as the page takes them. */
async function memory({ app, window }: Started): Promise<void> {
  await window.reload()
  await openActivity(window)
  const heaps = [await heapOf(window)]
  const parts = 6
  for (let part = 0; part < parts; part++) {
    await app.evaluate(
      async ({ BrowserWindow }, { from, count }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents
        const rowOf = (n: number, at: number) => ({
          key: `L${n}/a@b.example`,
          entryId: `L${n}`,
          acceptedAt: at,
          changedAt: at,
          seq: 10_000_000 + n,
          reversePath: 'scans@office.test',
          recipient: `person${n % 977}@b.example`,
          subject: `Live ${n}`,
          size: 1000,
          client: { address: `10.0.${n % 4}.${n % 50}`, port: 25, listener: 'lan', helo: `h${n % 200}`, account: null, tls: null },
          status: 'delivered',
          disposition: 'relayed',
          attempts: 1,
          route: 'local',
          rule: null,
          nextAttemptAt: null,
          lastText: `250 OK ${n}`,
          lastStatus: '',
          lastCause: '',
          lastHost: '',
        })
        const base = Date.now()
        for (let sent = 0; sent < count; sent += 50) {
          const rows = Array.from({ length: 50 }, (_, index) => rowOf(from + sent + index, base + sent + index))
          contents?.send('notice', 'activity.changed', { rows, seq: 10_000_000 + from + sent })
          await new Promise((resolve) => setTimeout(resolve, 15))
        }
      },
      { from: part * (HOUR_EVENTS / parts), count: HOUR_EVENTS / parts },
    )
    heaps.push(await heapOf(window))
  }
  results['memory'] = heaps.map(({ bytes, nodes }) => ({ megabytes: round(bytes / 1e6), nodes }))
  tell(`memory              ${JSON.stringify(results['memory'])}`)
}

async function throughput({ app, window, port }: Started): Promise<void> {
  const messages = 600
  const sessions = 4
  const perSecond = async (): Promise<number> => {
    const begun = performance.now()
    await Promise.all(Array.from({ length: sessions }, () => handIn(port, { messages: messages / sessions })))
    return (messages * 1000) / (performance.now() - begun)
  }
  const visible = (is: boolean): Promise<void> =>
    app.evaluate(({ BrowserWindow }, show) => {
      const [only] = BrowserWindow.getAllWindows()
      if (show) only?.show()
      else only?.hide()
    }, is)
  await openActivity(window)
  await perSecond()
  const found: { open: number[]; hidden: number[] } = { open: [], hidden: [] }
  for (let round = 0; round < 5; round++) {
    await visible(false)
    found.hidden.push(await perSecond())
    await visible(true)
    found.open.push(await perSecond())
  }
  const median = (figures: number[]): number => round([...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN)
  const [open, hidden] = [median(found.open), median(found.hidden)]
  results['throughput'] = { acceptedPerSecondOpen: open, acceptedPerSecondHidden: hidden, ratio: round(open / hidden) }
  tell(`throughput          ${JSON.stringify(results['throughput'])}`)
}

const data = await mkdtemp(path.join(tmpdir(), 'mailroom-window-'))
try {
  await writeFile(path.join(data, 'config.toml'), CONFIG)
  await writeLog(data, ROWS, Date.now())
  if (wanted.has('start')) {
    const starts: number[] = []
    for (let n = 0; n < 4; n++) {
      const started = await start(data)
      starts.push(Math.round(started.startMs))
      await started.close()
    }
    // The first start counts two weeks of log, once.
    results['startMs'] = { first: starts[0], later: starts.slice(1) }
    tell(`start               ${JSON.stringify(results['startMs'])}`)
  }
  const started = await start(data)
  try {
    if (wanted.has('frames')) await frames(started)
    if (wanted.has('memory')) await memory(started)
    if (wanted.has('throughput')) await throughput(started)
  } finally {
    await started.close()
  }
  const about = {
    date: new Date().toISOString().slice(0, 10),
    rows: ROWS,
    processors: cpus().map((cpu) => cpu.model),
    graphics: 'none: virtual display',
    loadAverage: loadavg().map(round),
  }
  await mkdir(path.join(root, 'bench/results'), { recursive: true })
  await writeFile(path.join(root, 'bench/results/window.json'), `${JSON.stringify({ about, ...results }, null, 2)}\n`)
} finally {
  await rm(data, { recursive: true, force: true })
}
