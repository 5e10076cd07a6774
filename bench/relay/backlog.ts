import { setTimeout as pause } from 'node:timers/promises'
import { Cleanups } from '../../test/support/peers/processes.ts'
import { mailroomConfig, startOurs, startTheirs } from './mailers.ts'
import type { Mailer, Upstream } from './mailers.ts'
import { startSink } from './sink.ts'
import { handIn } from './source.ts'
import { relayedPerSecond } from './throughput.ts'
import type { Shape } from './throughput.ts'

/** What nobody listens on. */
const DEAD: Upstream = { host: '127.0.0.1', port: 9 }
const IDLE_MS = 10_000

export interface Waiting {
  readonly queued: number
  /** MB resident with that many waiting, once tried. */
  readonly memory: number
  /** MB after a restart with that many waiting. */
  readonly memoryAfterRestart: number
  /** From the start of the process to its ready line, in ms. */
  readonly readyMs: number
  /** Share of a core while nothing is due. */
  readonly idleCore: number
}

/** Fills the queue with mail that cannot leave and starts again with it. */
export async function withQueued(queued: number): Promise<Waiting> {
  const cleanups = new Cleanups()
  try {
    const config = mailroomConfig(DEAD, DEAD, '1h')
    const first = await startOurs(cleanups.defer, config)
    await fill(first, queued, 'somebody@dead.test')
    await pause(3000)
    const memory = await first.memory()
    await first.stop()
    const second = await startOurs(cleanups.defer, config, first.data)
    await pause(3000)
    const memoryAfterRestart = await second.memory()
    const before = await second.cpuSeconds()
    await pause(IDLE_MS)
    const idleCore = (await second.cpuSeconds()) - before
    return { queued, memory, memoryAfterRestart, readyMs: second.readyMs, idleCore: idleCore / (IDLE_MS / 1000) }
  } finally {
    await cleanups.run()
  }
}

/** Messages a second to a host that works: with nothing waiting, and with that many deferred for another host. */
export async function besideDeferred(
  rounds: number,
  deferred: number,
  shape: Shape,
): Promise<{ readonly empty: number[]; readonly deferred: number[] }> {
  const cleanups = new Cleanups()
  const start = async (port: number, backlog: number): Promise<() => Promise<number>> => {
    const sink = await startSink(cleanups.defer, '127.0.0.1', port)
    const mailer = await startOurs(cleanups.defer, mailroomConfig(sink, DEAD, '1h'))
    await fill(mailer, backlog, 'somebody@dead.test')
    return () => relayedPerSecond({ mailer, sink }, shape)
  }
  try {
    const empty = await start(2731, 0)
    const loaded = await start(2732, deferred)
    await pause(3000)
    const figures = { empty: [] as number[], deferred: [] as number[] }
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 === 0 ? (['empty', 'deferred'] as const) : (['deferred', 'empty'] as const)
      for (const name of order) figures[name].push(await (name === 'empty' ? empty : loaded)())
    }
    return figures
  } finally {
    await cleanups.run()
  }
}

export interface Drain {
  /** From the upstream's return to the first message there, in s. */
  readonly firstSeconds: number
  /** Messages a second from the first to the last. */
  readonly perSecond: number
}

/** How fast a backlog leaves once the upstream is back. Mailroom finds out by itself; Postfix is told to look. */
export async function drain(name: 'mailroom' | 'postfix', waiting: number): Promise<Drain> {
  const cleanups = new Cleanups()
  try {
    const upstream = { host: '127.0.0.1', port: name === 'mailroom' ? 2741 : 2742 }
    const mailer =
      name === 'mailroom'
        ? await startOurs(cleanups.defer, mailroomConfig(upstream, DEAD, '10m'))
        : await startTheirs(cleanups.defer, upstream, '127.0.0.1')
    await fill(mailer, waiting, 'somebody@example.net')
    await pause(5000)
    const sink = await startSink(cleanups.defer, upstream.host, upstream.port)
    const back = Date.now()
    if (name === 'postfix') await mailer.flush()
    // A probe of the port itself counts no message.
    const first = await sink.until(1)
    const last = await sink.until(waiting)
    return { firstSeconds: (first - back) / 1000, perSecond: ((waiting - 1) * 1000) / (last - first) }
  } finally {
    await cleanups.run()
  }
}

async function fill(mailer: Mailer, messages: number, to: string): Promise<void> {
  if (messages === 0) return
  await handIn({
    host: mailer.host,
    port: mailer.port,
    messages,
    sessions: 10,
    perConnection: Math.min(1000, Math.ceil(messages / 10)),
    bytes: 4096,
    to,
  })
}
