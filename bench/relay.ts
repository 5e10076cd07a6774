/**
 * Mailroom beside Postfix on this machine: from smtp-source to smtp-sink over loopback, both durable, in turn. Prints medians and ratios and
 * writes them to bench/results/relay.json. `--only throughput,reply,memory,deferred,drain`, `--rounds N`, `--huge` (100 000 waiting as well).
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../scripts/house.ts'
import { Cleanups } from '../test/support/peers/processes.ts'
import { besideDeferred, drain, withQueued } from './relay/backlog.ts'
import { mailroomConfig, startOurs, startTheirs } from './relay/mailers.ts'
import { median, short } from './relay/numbers.ts'
import { startSink } from './relay/sink.ts'
import { SHAPES, finalDot, inTurn, nameOf, pairOf, relayedPerSecond } from './relay/throughput.ts'
import type { Side } from './relay/throughput.ts'

const PARTS = ['throughput', 'reply', 'memory', 'deferred', 'drain'] as const
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: PARTS.join(',') },
    huge: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const wanted = new Set(values.only.split(','))
const results: Record<string, unknown> = {}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function bothSides(defer: Cleanups['defer']): Promise<{ mailroom: Side; postfix: Side }> {
  const ours = await startSink(defer, '127.0.0.1', 2721)
  const theirs = await startSink(defer, '127.0.0.1', 2722)
  const mailroom = await startOurs(defer, mailroomConfig(ours, { host: '127.0.0.1', port: 9 }))
  const postfix = await startTheirs(defer, theirs, '127.0.0.1')
  return { mailroom: { mailer: mailroom, sink: ours }, postfix: { mailer: postfix, sink: theirs } }
}

async function speed(): Promise<void> {
  const cleanups = new Cleanups()
  try {
    const sides = await bothSides(cleanups.defer)
    const idle = { mailroom: await sides.mailroom.mailer.memory(), postfix: await sides.postfix.mailer.memory() }
    for (const side of Object.values(sides)) await relayedPerSecond(side, { bytes: 4096, sessions: 10, perConnection: 10, messages: 500 })
    if (wanted.has('throughput')) {
      tell(`relayed messages a second, median of ${rounds}${' '.repeat(9)}Mailroom  Postfix  ratio`)
      results['throughput'] = {}
      for (const shape of SHAPES) {
        const pair = await inTurn(rounds, sides, (side) => relayedPerSecond(side, shape))
        Object.assign(results['throughput'] as object, { [nameOf(shape)]: pair })
        tell(
          `${nameOf(shape).padEnd(44)}${short(pair.mailroom).padStart(8)} ${short(pair.postfix).padStart(8)} ${pair.ratio.toFixed(2).padStart(6)}`,
        )
      }
    }
    if (wanted.has('reply')) await replies(sides)
    if (wanted.has('memory')) {
      const loaded = { mailroom: await sides.mailroom.mailer.memory(), postfix: await sides.postfix.mailer.memory() }
      results['memory'] = { idle, afterLoad: loaded }
      tell(
        `memory in MB: idle ${short(idle.mailroom)} beside ${short(idle.postfix)}, after load ${short(loaded.mailroom)} beside ${short(loaded.postfix)}`,
      )
    }
  } finally {
    await cleanups.run()
  }
}

async function replies(sides: { mailroom: Side; postfix: Side }): Promise<void> {
  const found = { p50: [] as { mailroom: number; postfix: number }[], p99: [] as { mailroom: number; postfix: number }[] }
  for (let round = 0; round < rounds; round += 1) {
    const mailroom = await finalDot(sides.mailroom, 300)
    const postfix = await finalDot(sides.postfix, 300)
    found.p50.push({ mailroom: mailroom.p50, postfix: postfix.p50 })
    found.p99.push({ mailroom: mailroom.p99, postfix: postfix.p99 })
  }
  const pairs = { p50: pairOf(found.p50), p99: pairOf(found.p99) }
  results['finalDotMs'] = pairs
  for (const [name, pair] of Object.entries(pairs))
    tell(
      `reply to the final dot in ms, ${name}`.padEnd(44) +
        `${short(pair.mailroom).padStart(8)} ${short(pair.postfix).padStart(8)} ${pair.ratio.toFixed(2).padStart(6)}`,
    )
}

async function backlogs(): Promise<void> {
  if (wanted.has('memory')) {
    for (const queued of values.huge ? [10_000, 100_000] : [10_000]) {
      const found = await withQueued(queued)
      results[`queued ${queued}`] = found
      tell(
        `${queued} waiting: ${short(found.memory)} MB, after a restart ${short(found.memoryAfterRestart)} MB, ready after ${(found.readyMs / 1000).toFixed(2)} s, ` +
          `idle at ${(found.idleCore * 100).toFixed(1)} % of a core`,
      )
    }
  }
  if (wanted.has('deferred')) {
    const found = await besideDeferred(rounds, 10_000, { bytes: 4096, sessions: 10, perConnection: 10, messages: 1000 })
    const ratio = median(found.deferred.map((figure, round) => figure / (found.empty[round] ?? NaN)))
    results['besideDeferred'] = { ...found, ratio }
    tell(
      `with 10 000 deferred: ${short(median(found.deferred))} a second beside ${short(median(found.empty))} with none, ratio ${ratio.toFixed(2)}`,
    )
  }
  if (wanted.has('drain')) {
    const ours = await drain('mailroom', 10_000)
    const theirs = await drain('postfix', 10_000)
    results['drain'] = { mailroom: ours, postfix: theirs, ratio: ours.perSecond / theirs.perSecond }
    tell(
      `10 000 drained at ${short(ours.perSecond)} a second beside ${short(theirs.perSecond)}, ratio ${(ours.perSecond / theirs.perSecond).toFixed(2)}; ` +
        `the first after ${ours.firstSeconds.toFixed(1)} s`,
    )
  }
}

await speed()
await backlogs()
const folder = path.join(root, 'bench', 'results')
await mkdir(folder, { recursive: true })
const about = { at: new Date().toISOString(), node: process.version, cores: cpus().length, processor: cpus()[0]?.model ?? '' }
const file = path.join(folder, wanted.size === PARTS.length ? 'relay.json' : `relay-${[...wanted].join('-')}.json`)
await writeFile(file, `${JSON.stringify({ ...about, rounds, ...results }, null, 2)}\n`)
