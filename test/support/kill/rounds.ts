import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startLoad } from '../peers/load.ts'
import { launchMailroom, listening, retrying, startMailroom } from '../peers/mailroom.ts'
import { peerFolder, until } from '../peers/processes.ts'
import type { Defer } from '../peers/processes.ts'
import { startSmtpHost } from '../peers/smtp-host.ts'
import type { SmtpHost } from '../peers/smtp-host.ts'
import { digestOf, ownText, placeOfHost, placeOfMailbox, unpermittedCopies } from './copies.ts'
import type { Life, Place } from './copies.ts'

/**
 * How a life of the engine ends. `kill`: at any moment under load. `kill-start`: at any moment of its start and recovery. `stop`: told to stop under
 * load. `stop-start`: told to stop while it starts. `kill-stop`: killed while it stops.
 */
export const ENDINGS = ['kill', 'kill-start', 'stop', 'stop-start', 'kill-stop'] as const
export type Ending = (typeof ENDINGS)[number]

/** Of ten rounds, so many end like that. */
const OFTEN: readonly Ending[] = ['kill', 'kill', 'kill', 'kill', 'kill', 'kill-start', 'kill-start', 'stop', 'stop-start', 'kill-stop']
/** A stop gives running attempts five seconds. */
const LONGEST_STOP_MS = 9_000

export interface KillRun {
  readonly rounds: number
  /** Chooses endings, moments, sizes, sessions and moods of the hosts; when exactly something happens is up to the machine. */
  readonly chance: () => number
  readonly defer: Defer
  /** Is told each round. */
  readonly tell?: (line: string) => void
}

export interface KillReport {
  readonly endings: Readonly<Record<Ending, number>>
  /** Messages that got 250. */
  readonly accepted: number
  /** Handed over without a 250: may arrive or not. */
  readonly doubtful: number
  /** Copies that came again after a death, where that is permitted. */
  readonly permittedTwice: number
  /** From the start of a process to its ready line, the slowest. */
  readonly slowestStartMs: number
  readonly slowestStopMs: number
  /** Every promise that was broken; empty when all is well. */
  readonly wrong: readonly string[]
}

const relay = (id: string, { address, port }: SmtpHost): string =>
  `[queue.route.${id}]\ntype = "relay"\naddress = "${address}"\nport = ${port}\ntls.implicit = false\n`

function configOf(hosts: Readonly<Record<string, SmtpHost>>): string {
  const rules = Object.keys(hosts).map((id) => `{ if = "rcpt_domain == '${id}.test'", then = "'${id}'" }`)
  return `${listening('[limits]\nmessages-per-hour = 1000000\nmessages-per-day = 1000000\nconnections = 1000\n')}[queue.strategy]
route = [ ${rules.join(', ')}, { else = "'local'" } ]
${Object.entries(hosts)
  .map(([id, host]) => relay(id, host))
  .join('')}[directory.default.mailbox.inbox]
addresses = ["*"]
${retrying('1s')}`
}

async function lockOf(data: string): Promise<string> {
  return readFile(join(data, 'lock'), 'utf8').catch(() => '')
}

/** Messages as offices send them: most small, some at the size where a message gets a file of its own, some large. */
function sizeBy(chance: () => number): number {
  const kind = chance()
  if (kind < 0.6) return Math.floor(chance() * 6_000)
  if (kind < 0.8) return 125_000 + Math.floor(chance() * 10_000)
  return 150_000 + Math.floor(chance() ** 3 * 2_000_000)
}

/**
 * Lets the real engine die again and again, on real disk and sockets, and accounts for every `250`: each recipient gets the message, whole, and again only
 * where that is permitted.
 */
export async function killAgainAndAgain({ rounds, chance, defer, tell = () => undefined }: KillRun): Promise<KillReport> {
  const hosts = { ready: await startSmtpHost(defer), late: await startSmtpHost(defer), vague: await startSmtpHost(defer) }
  const config = configOf(hosts)
  const data = await peerFolder(defer, 'killed')
  const places: Place[] = [
    placeOfHost('ready', hosts.ready),
    placeOfHost('late', hosts.late),
    placeOfHost('vague', hosts.vague),
    placeOfMailbox('local', join(data, 'mail', 'inbox')),
  ]
  const lives = new Map<Place, Life[]>(places.map((place) => [place, []]))
  const accepted = new Map<string, string>()
  const sent = new Map<string, string>()
  const endings: Record<Ending, number> = { kill: 0, 'kill-start': 0, stop: 0, 'stop-start': 0, 'kill-stop': 0 }
  const wrong: string[] = []
  const refused = new Map<string, number>()
  let slowestStartMs = 0
  let slowestStopMs = 0

  async function endLife(inOrder: boolean): Promise<void> {
    for (const place of places) lives.get(place)?.push({ copies: await place.takeNew(), inOrder })
  }

  /** @returns the ending's own promise about the exit code, checked */
  async function stopInTime(round: number, stop: () => Promise<number>): Promise<void> {
    const begun = performance.now()
    const code = await stop()
    slowestStopMs = Math.max(slowestStopMs, performance.now() - begun)
    if (code !== 0) wrong.push(`round ${round}: told to stop, it ended with ${code}`)
    if (performance.now() - begun > LONGEST_STOP_MS)
      wrong.push(`round ${round}: it took ${Math.round(performance.now() - begun)} ms to stop`)
  }

  async function dieWhileStarting(round: number, ending: Ending): Promise<void> {
    const engine = await launchMailroom(defer, { config, data })
    // Before it has the folder it has done nothing, and Node may not even have begun.
    await until(
      'it has the folder',
      async () => (await lockOf(data)).startsWith(`${engine.process.pid}\n`) || engine.process.exitCode() !== null,
    )
    // A little longer than a start takes, so that the last moments of it are met too.
    const ended = engine.process.exited.then(() => true)
    const early = await Promise.race([ended, pause(chance() * Math.min(600, slowestStartMs)).then(() => false)])
    if (early) wrong.push(`round ${round}: it ended by itself: ${engine.process.stderr()}`)
    if (ending === 'kill-start') await engine.process.stop('SIGKILL')
    else await stopInTime(round, () => engine.process.stop())
    await endLife(ending === 'stop-start')
  }

  async function dieUnderLoad(round: number, ending: Ending): Promise<string> {
    const begun = performance.now()
    const mailroom = await startMailroom(defer, { config, data })
    slowestStartMs = Math.max(slowestStartMs, performance.now() - begun)
    const load = startLoad(
      mailroom.port,
      1 + Math.floor(chance() * 12),
      ['one@ready.test', 'two@late.test', 'three@local.test', 'four@vague.test'],
      {
        sizeOf: () => sizeBy(chance),
      },
    )
    await load.until(Math.floor(chance() ** 2 * 60))
    await pause(chance() * 60)
    if (ending === 'kill') await mailroom.kill9()
    else if (ending === 'stop') await stopInTime(round, () => mailroom.stop())
    else {
      mailroom.process.signal('SIGTERM')
      await pause(chance() * 300)
      await mailroom.kill9()
    }
    await load.stop()
    for (const [id, message] of load.accepted) accepted.set(ownText(id), digestOf(message))
    for (const [id, message] of load.sent) sent.set(ownText(id), digestOf(message))
    for (const said of load.refusals.filter((reply) => !(ending !== 'kill' && reply.startsWith('421 '))))
      refused.set(said, (refused.get(said) ?? 0) + 1)
    await endLife(ending === 'stop')
    return `${load.accepted.size} accepted, ${load.sent.size - load.accepted.size} in doubt`
  }

  for (let round = 1; round <= rounds; round++) {
    hosts.late.setScript(chance() < 0.5 ? { rcpt: '451 4.3.0 Come again' } : {})
    hosts.vague.setScript(chance() < 0.3 ? { end: 'reset' } : {})
    // Each kind once, then by chance.
    const ending = ENDINGS[round - 1] ?? OFTEN[Math.floor(chance() * OFTEN.length)] ?? 'kill'
    endings[ending]++
    const underLoad = ending !== 'kill-start' && ending !== 'stop-start'
    let story = 'in its start'
    if (underLoad) story = await dieUnderLoad(round, ending)
    else await dieWhileStarting(round, ending)
    tell(`round ${round}: ${ending}, ${story}`)
  }

  for (const host of Object.values(hosts)) host.setScript({})
  const last = await startMailroom(defer, { config, data })
  await until('nothing waits any more', async () => (await last.ask('status.get', {})).waiting === 0, 120_000)
  for (const alert of (await last.ask('status.get', {})).alerts)
    if (alert.kind === 'entry-set-aside') wrong.push(`set aside: ${alert.subject}: ${alert.detail}`)
  await stopInTime(rounds + 1, () => last.stop())
  await endLife(true)

  let permittedTwice = 0
  for (const place of places) {
    const all = (lives.get(place) ?? []).flatMap(({ copies }) => copies)
    const came = new Map(all.map(({ id, digest }) => [id, digest]))
    for (const id of accepted.keys()) if (!came.has(id)) wrong.push(`${id} got 250 and never came to ${place.name}`)
    for (const { id, digest } of all) if (sent.get(id) !== digest) wrong.push(`${id} came to ${place.name} with other octets`)
    // The vague host takes a message and says nothing: what it gets twice is permitted.
    if (place.name !== 'vague')
      wrong.push(...unpermittedCopies(lives.get(place) ?? [], place.inFlight).map((what) => `${place.name}: ${what}`))
    if (place.name !== 'vague') permittedTwice += all.length - came.size
  }
  for (const [said, times] of refused) wrong.push(`${times} times refused: ${said}`)
  return { endings, accepted: accepted.size, doubtful: sent.size - accepted.size, permittedTwice, slowestStartMs, slowestStopMs, wrong }
}
