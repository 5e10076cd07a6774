import type { Schedule, SettingsView } from '../../../main/contract/settings.ts'
import { literalOf } from './expression-text.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What the engine uses where a schedule has no such name. */
const BUILT_IN: Pick<Schedule, 'retryMs' | 'expiry'> = {
  retryMs: [2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR],
  expiry: { kind: 'time', afterMs: 120 * HOUR },
}

type Waits = Pick<Schedule, 'retryMs' | 'expiry'>

/** The schedule of mail that goes out: the one the strategy ends in. */
export function usualSchedule(queue: Pick<SettingsView['queue'], 'schedules' | 'strategy'>): Waits {
  const id = literalOf(queue.strategy.schedule.else)
  const defined = id !== null && Object.hasOwn(queue.schedules, id) ? queue.schedules[id] : undefined
  return defined ?? BUILT_IN
}

/** One try on the line: how long after acceptance, in ms. */
export interface PlannedTry {
  /** 0 is the first. */
  readonly retryNum: number
  readonly afterMs: number
}
export interface TryLine {
  readonly tries: readonly PlannedTry[]
  /** The last wait, which repeats; null when the end comes before it does. */
  readonly everyMs: number | null
  readonly end: Schedule['expiry']
}

/** The tries as far as each has a wait of its own, then how it goes on. */
export function tryLine({ retryMs, expiry }: Waits): TryLine {
  const tries: PlannedTry[] = [{ retryNum: 0, afterMs: 0 }]
  let afterMs = 0
  for (const [index, wait] of retryMs.entries()) {
    afterMs += wait
    if (over(expiry, afterMs, index + 1)) return { tries, everyMs: null, end: expiry }
    tries.push({ retryNum: index + 1, afterMs })
  }
  const everyMs = retryMs.at(-1) ?? HOUR
  return { tries, everyMs: over(expiry, afterMs + everyMs, retryMs.length + 1) ? null : everyMs, end: expiry }
}
function over(expiry: Schedule['expiry'], afterMs: number, failed: number): boolean {
  return expiry.kind === 'time' ? afterMs >= expiry.afterMs : failed >= expiry.count
}

/** The wait after a failed try; null when it was the last. */
export function waitAfter({ retryMs, expiry }: Waits, retryNum: number): number | null {
  const wait = retryMs[Math.min(retryNum, retryMs.length - 1)] ?? HOUR
  const before = Array.from({ length: retryNum }, (_, index) => retryMs[Math.min(index, retryMs.length - 1)] ?? HOUR)
  const afterMs = before.reduce((sum, one) => sum + one, 0) + wait
  return over(expiry, afterMs, retryNum + 1) ? null : wait
}

/** "2 min", "1 h", "3 days": one unit, rounded; as short as it stands on the line. */
export function shortWait(ms: number, locale: string): string {
  // The signs of the units are the same everywhere; the locales' own short forms (mins, hrs, Std.) are not short.
  if (ms < MINUTE) return `${Math.round(ms / 1000)} s`
  if (ms < 59.5 * MINUTE) return `${Math.round(ms / MINUTE)} min`
  if (ms < 47.5 * HOUR) return `${Math.round(ms / HOUR)} h`
  return new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(Math.round(ms / (24 * HOUR)))
}
