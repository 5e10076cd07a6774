/**
 * How long a good device waits for its 250, alone and beside crowds: five hundred idle connections, fifty busy ones, slowloris, ten thousand connects a
 * minute. Prints medians and ratios and writes them to bench/results/listener.json. `--rounds N` messages each; alone and beside are measured in turn.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../scripts/house.ts'
import { busy, dawdlers, goodDevice, idlers, knockers, residentBytes } from '../test/support/crowd.ts'
import type { Crowd } from '../test/support/crowd.ts'
import { listening, startMailroom } from '../test/support/peers/mailroom.ts'
import { Cleanups } from '../test/support/peers/processes.ts'
import { median } from './relay/numbers.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '100' } } })
const rounds = Number(values.rounds)
const CONFIG = listening(`[limits]
messages-per-hour = 0
messages-per-day = 0
[directory.default.mailbox.inbox]
addresses = ["*"]
[queue.strategy]
route = "'local'"`)

const crowds: Readonly<Record<string, (port: number) => Crowd | Promise<Crowd>>> = {
  '500 idle connections': (port) => idlers(port, 500),
  '50 busy connections, 20 kB a second each': (port) => busy(port, 50, 20_000, 1_000),
  '500 idle and 50 busy': async (port) => {
    const [idle, sending] = [await idlers(port, 500), busy(port, 50, 20_000, 1_000)]
    return { refused: sending.refused, done: 0, disperse: () => Promise.all([idle.disperse(), sending.disperse()]).then(() => undefined) }
  },
  'slowloris, 300': (port) => dawdlers(port, 300, 200),
  '10 000 connects a minute from one address': (port) => knockers(port, 10_000),
}

const cleanups = new Cleanups()
const results: Record<string, unknown> = {}
try {
  const mailroom = await startMailroom(cleanups.defer, { config: CONFIG })
  await goodDevice(mailroom.port, 50)
  for (const [name, gather] of Object.entries(crowds)) {
    const alone = await goodDevice(mailroom.port, rounds / 2)
    const crowd = await gather(mailroom.port)
    const beside = await goodDevice(mailroom.port, rounds)
    const memory = await residentBytes(mailroom.process.pid)
    await crowd.disperse()
    alone.push(...(await goodDevice(mailroom.port, rounds / 2)))
    const ratio = median(beside) / median(alone)
    const rounded = {
      aloneMs: round(median(alone)),
      besideMs: round(median(beside)),
      ratio: round(ratio),
      memoryMb: Math.round(memory / 2 ** 20),
    }
    results[name] = rounded
    console.log(
      `${name.padEnd(45)} alone ${rounded.aloneMs} ms, beside ${rounded.besideMs} ms, ratio ${rounded.ratio}, ${rounded.memoryMb} MB`,
    )
  }
  await mkdir(path.join(root, 'bench', 'results'), { recursive: true })
  await writeFile(path.join(root, 'bench', 'results', 'listener.json'), `${JSON.stringify({ rounds, results }, null, 2)}\n`)
} finally {
  await cleanups.run()
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
