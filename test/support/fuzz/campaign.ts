import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openStage } from './session.ts'
import type { Played } from './session.ts'

export interface CampaignOptions {
  /** It ends with the first client that makes this many full. */
  readonly commands: number
  /** Of the first client; each further one has the next. */
  readonly seed: number
  /** This share of the clients comes over real sockets. */
  readonly socketShare?: number
  /** Called about every two per cent. */
  readonly told?: (sum: Sum) => void
}

export interface Sum {
  clients: number
  commands: number
  messages: number
  bytes: number
  /** What broke a promise, with its seed. */
  readonly problems: string[]
  /** In use after a collection, at even distances. */
  readonly heapBytes: number[]
}

const HEAP_SAMPLES = 10
/** So many clients are talking at the same time. */
const AT_A_TIME = 4

/** Plays clients until enough commands were said. */
export async function fuzz({ commands, seed, socketShare = 0.05, told }: CampaignOptions): Promise<Sum> {
  const sum: Sum = { clients: 0, commands: 0, messages: 0, bytes: 0, problems: [], heapBytes: [] }
  const [memory, loopback] = await Promise.all([openStage(false), openStage(true)])
  const every = socketShare > 0 ? Math.round(1 / socketShare) : Infinity
  let toldAt = 0
  try {
    while (sum.commands < commands && sum.problems.length < 20) {
      const seeds = Array.from({ length: AT_A_TIME }, (_, i) => seed + sum.clients + i)
      // One socket client at a time: which connection is whose is known by nothing but the order.
      const sockets = seeds.filter((one) => one % every === 0)
      const played = await Promise.all(seeds.filter((one) => one % every !== 0).map((one) => memory.play(one)))
      for (const one of sockets) played.push(await loopback.play(one))
      for (const one of played) add(sum, one)
      if (sum.commands - toldAt > commands / 50) {
        toldAt = sum.commands
        told?.(sum)
      }
      if (sum.commands >= (commands / HEAP_SAMPLES) * (sum.heapBytes.length + 1)) sum.heapBytes.push(await heapInUse())
    }
  } finally {
    await Promise.all([memory.close(), loopback.close()])
  }
  return sum
}

function add(sum: Sum, { commands, messages, bytes, problem }: Played): void {
  sum.clients += 1
  sum.commands += commands
  sum.messages += messages
  sum.bytes += bytes
  if (problem !== null) sum.problems.push(problem)
}

/** Grew by less than this from the first samples to the last: what is left over is noise. @returns bytes; the quietest of each half are compared */
export function heapGrowth({ heapBytes }: Pick<Sum, 'heapBytes'>): number {
  const half = Math.floor(heapBytes.length / 2)
  return Math.min(...heapBytes.slice(half)) - Math.min(...heapBytes.slice(0, half))
}

async function heapInUse(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  return process.memoryUsage().heapUsed
}
