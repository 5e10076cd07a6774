import { z } from 'zod'
import { countBucket } from '../../contract/index.ts'
import type { CountBucket, CountSeries, RowStatus, WaitingSample } from '../../contract/index.ts'

const KEPT_MS = 14 * 86_400_000
const SLOT_MS = 15 * 60_000
/** Different pairs of device and route counted for one hour; what comes beyond them is counted without a name. */
const PAIRS_AN_HOUR = 64
const SERIES = 20

const hourRecord = countBucket.extend({ device: z.string(), route: z.string() })
export const hourTallyRecord = z.object({
  hours: z.array(hourRecord),
  waiting: z.array(z.tuple([z.int(), z.int()])),
})
export type HourTallyRecord = z.infer<typeof hourTallyRecord>

type Cell = HourTallyRecord['hours'][number]

/** What is counted: a recipient of a message accepted at `at`. */
export interface Counted {
  readonly at: number
  readonly device: string
  readonly route: string
  readonly status: RowStatus
}

/** Counts by hour of acceptance, device and route, and how much waited when; 14 days of both. */
export class HourTally {
  readonly #hours = new Map<number, Map<string, Cell>>()
  readonly #waiting = new Map<number, number>()

  add(what: Counted, by: 1 | -1): void {
    const cell = this.#cellOf(what)
    cell.accepted += by
    // A cancelled recipient is in no column but "accepted"; nobody is ever "sending" in counts.
    if (what.status !== 'cancelled' && what.status !== 'sending') cell[what.status] += by
  }

  /** @param waiting  how many wait from `at` on */
  sample(at: number, waiting: number): void {
    const slot = at - (at % SLOT_MS)
    if (!this.#waiting.has(slot)) forgetBefore(this.#waiting, slot - KEPT_MS)
    this.#waiting.set(slot, waiting)
  }

  series(query: { by: 'hour' | 'day'; sinceAt: number; groupBy: 'route' | 'device' | null }): CountSeries[] {
    const groups = new Map<string, Map<number, CountBucket>>()
    for (const [hour, cells] of this.#hours) {
      const at = query.by === 'hour' ? hour : startOfDay(hour)
      if (at < (query.by === 'hour' ? query.sinceAt : startOfDay(query.sinceAt))) continue
      for (const cell of cells.values()) if (cell.accepted > 0) addTo(groups, query.groupBy === null ? '' : cell[query.groupBy], at, cell)
    }
    const all = [...groups]
      .map(([key, buckets]) => seriesOf(key, buckets))
      .sort((a, b) => total(b) - total(a) || ((a.key ?? '') < (b.key ?? '') ? 1 : -1))
    if (all.length <= SERIES) return all
    return [...all.slice(0, SERIES), merged(all.slice(SERIES))]
  }

  waiting(sinceAt: number): WaitingSample[] {
    const samples = [...this.#waiting].map(([at, waiting]) => ({ at, waiting })).sort((a, b) => a.at - b.at)
    // The one before tells how it was at the beginning.
    const first = samples.findIndex(({ at }) => at >= sinceAt)
    return first < 0 ? samples.slice(-1) : samples.slice(Math.max(0, first - 1))
  }

  save(): HourTallyRecord {
    const hours = [...this.#hours.values()].flatMap((cells) => [...cells.values()].filter((cell) => cell.accepted > 0))
    return { hours, waiting: [...this.#waiting] }
  }

  load({ hours, waiting }: HourTallyRecord): void {
    for (const cell of hours) this.#pairsOf(cell.at).set(pairKey(cell), { ...cell })
    for (const [at, amount] of waiting) this.#waiting.set(at, amount)
  }

  #cellOf({ at, device, route }: Counted): Cell {
    const pairs = this.#pairsOf(startOfHour(at))
    const known = pairs.get(pairKey({ device, route }))
    if (known !== undefined) return known
    const named = pairs.size < PAIRS_AN_HOUR ? { device, route } : { device: '', route: '' }
    const cell = pairs.get(pairKey(named)) ?? { ...noCounts(startOfHour(at)), ...named }
    pairs.set(pairKey(named), cell)
    return cell
  }

  #pairsOf(hour: number): Map<string, Cell> {
    const known = this.#hours.get(hour)
    if (known !== undefined) return known
    forgetBefore(this.#hours, hour - KEPT_MS)
    const pairs = new Map<string, Cell>()
    this.#hours.set(hour, pairs)
    return pairs
  }
}

function forgetBefore(map: Map<number, unknown>, at: number): void {
  for (const key of map.keys()) if (key < at) map.delete(key)
}

function addTo(groups: Map<string, Map<number, CountBucket>>, key: string, at: number, cell: CountBucket): void {
  const buckets = groups.get(key) ?? new Map<number, CountBucket>()
  groups.set(key, buckets)
  buckets.set(at, sum(at, buckets.get(at) ?? noCounts(at), cell))
}

function seriesOf(key: string | null, buckets: ReadonlyMap<number, CountBucket>): CountSeries {
  return { key, buckets: [...buckets.values()].sort((a, b) => a.at - b.at) }
}

function merged(series: readonly CountSeries[]): CountSeries {
  const buckets = new Map<number, CountBucket>()
  for (const bucket of series.flatMap((one) => one.buckets)) {
    buckets.set(bucket.at, sum(bucket.at, buckets.get(bucket.at) ?? noCounts(bucket.at), bucket))
  }
  return seriesOf(null, buckets)
}

function sum(at: number, a: CountBucket, b: CountBucket): CountBucket {
  return {
    at,
    accepted: a.accepted + b.accepted,
    delivered: a.delivered + b.delivered,
    waiting: a.waiting + b.waiting,
    held: a.held + b.held,
    failed: a.failed + b.failed,
  }
}

const total = (series: CountSeries): number => series.buckets.reduce((all, { accepted }) => all + accepted, 0)
const noCounts = (at: number): CountBucket => ({ at, accepted: 0, delivered: 0, waiting: 0, held: 0, failed: 0 })
const pairKey = ({ device, route }: { device: string; route: string }): string => `${device}\n${route}`

/** Local hours: where clocks differ from the world's by half hours, so do theirs. */
function startOfHour(at: number): number {
  return new Date(at).setMinutes(0, 0, 0)
}
function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
