import type { CountBucket, CountSeries, WaitingSample } from '../../../main/contract/figures.ts'
import { dayTime } from '../../lib/format/time.ts'
import type { Counted } from './chart.ts'

/** A stretch of time that figures are about, in ms since 1970, and the begins of the hours or days in it. */
export interface Period {
  readonly by: 'hour' | 'day'
  /** The local day it is; null for the last fourteen. */
  readonly day: string | null
  readonly from: number
  /** Not in it any more. */
  readonly to: number
  readonly starts: readonly number[]
}

const DAYS = 14
const midnight = (at: number, days = 0): number => {
  const date = new Date(at)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime()
}

/** The hours of a local day (23 to 25 of them), or the last fourteen days. */
export function periodOf(day: string | null, now: number): Period {
  if (day === null) {
    const starts = Array.from({ length: DAYS }, (_, index) => midnight(now, index + 1 - DAYS))
    return { by: 'day', day, from: starts[0] ?? 0, to: midnight(now, 1), starts }
  }
  const from = midnight(dayTime(day))
  const to = midnight(dayTime(day), 1)
  const starts: number[] = []
  for (let at = from; at < to; at += 3_600_000) starts.push(at)
  return { by: 'hour', day, from, to, starts }
}

const nothing: Counted = { accepted: 0, delivered: 0, waiting: 0, held: 0, failed: 0 }

function added(a: Counted, b: Counted): Counted {
  return {
    accepted: a.accepted + b.accepted,
    delivered: a.delivered + b.delivered,
    waiting: a.waiting + b.waiting,
    held: a.held + b.held,
    failed: a.failed + b.failed,
  }
}

/** The counts of each hour or day of a period, with zeros for those without mail. */
export function filled(buckets: readonly CountBucket[], { starts }: Period): readonly Counted[] {
  const byStart = new Map(buckets.map((bucket) => [bucket.at, bucket]))
  return starts.map((at) => byStart.get(at) ?? nothing)
}

/** What each group has in a period, busiest first; those without mail in it are left out. */
export function totals(
  series: readonly CountSeries[],
  { from, to }: Period,
): readonly { readonly key: string | null; readonly counted: Counted }[] {
  return series
    .map(({ key, buckets }) => ({
      key,
      counted: buckets.filter(({ at }) => at >= from && at < to).reduce<Counted>(added, nothing),
    }))
    .filter(({ counted }) => counted.accepted > 0)
    .sort((a, b) => Number(a.key === null) - Number(b.key === null) || b.counted.accepted - a.counted.accepted)
}

/** A level that was held from `at` until `until`. */
export interface Level {
  readonly at: number
  readonly until: number
  readonly waiting: number
}

/** How much waited when in a period, up to now: one level after the other, equal ones joined. */
export function levelsOf(samples: readonly WaitingSample[], { from, to }: Period, now: number): readonly Level[] {
  const end = Math.min(to, now)
  const levels: Level[] = []
  const before = samples.filter(({ at }) => at <= from).at(-1)?.waiting ?? 0
  const steps = [{ at: from, waiting: before }, ...samples.filter(({ at }) => at > from && at < end)]
  for (const [index, { at, waiting }] of steps.entries()) {
    const until = steps[index + 1]?.at ?? end
    const last = levels.at(-1)
    if (last?.waiting === waiting) levels[levels.length - 1] = { ...last, until }
    else if (until > at) levels.push({ at, until, waiting })
  }
  return levels
}
