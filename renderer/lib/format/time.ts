import { dayOf as dayKey } from '../../../main/contract/activity-view.ts'
import { words } from '../words/words.svelte.ts'

/** All times are milliseconds since 1970, shown in this computer's zone and the locale in use. */

const formats = new Map<string, Intl.DateTimeFormat>()
function format(at: number, locale: string, options: Intl.DateTimeFormatOptions): string {
  const key = locale + JSON.stringify(options)
  let made = formats.get(key)
  if (made === undefined) formats.set(key, (made = new Intl.DateTimeFormat(locale, options)))
  return made.format(at)
}

/** 14:31 */
export function clock(at: number, locale: string = words.locale): string {
  return format(at, locale, { timeStyle: 'short' })
}
/** 14:31:50 */
export function clockSeconds(at: number, locale: string = words.locale): string {
  return format(at, locale, { timeStyle: 'medium' })
}

/** The local day, `2026-11-23`, as filters and counts name it. */
export { dayKey }
/** Noon of a local day: a time that is on that day whatever the daylight saving does. */
export function dayTime(day: string): number {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date, 12).getTime()
}

/** Monday 23 November, with the year when it is not this one. */
export function longDay(at: number, now: number, locale: string = words.locale): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  const shown = format(at, locale, { weekday: 'long', day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) })
  return locale.startsWith('en-GB') ? shown.replace(',', '') : shown
}
/** Today, Yesterday, or Sunday 22 November. */
export function dayHeading(at: number, now: number, locale: string = words.locale): string {
  const days = daysBetween(now, at)
  if (days !== 0 && days !== -1) return longDay(at, now, locale)
  const named = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
  return named.charAt(0).toLocaleUpperCase(locale) + named.slice(1)
}
/** Today, 14:27 */
export function dayAndClock(at: number, now: number, locale: string = words.locale): string {
  return `${dayHeading(at, now, locale)}, ${clock(at, locale)}`
}
/** 14:27 today; Thu 26, 14:27 on another day. As short as it can be said without doubt. */
export function shortMoment(at: number, now: number, locale: string = words.locale): string {
  const days = daysBetween(now, at)
  if (days === 0) return clock(at, locale)
  const near = Math.abs(days) < 25
  const day = format(at, locale, near ? { weekday: 'short', day: 'numeric' } : { day: 'numeric', month: 'short' })
  return `${near && locale.startsWith('en') ? turned(day) : day}, ${clock(at, locale)}`
}
/** 23 Nov 14:39, for the stamp. */
export function stampTime(at: number, locale: string = words.locale): string {
  return `${format(at, locale, { day: 'numeric', month: 'short' })} ${clock(at, locale)}`
}
/** English writes `26 Thu`; people say `Thu 26`. */
function turned(day: string): string {
  const found = /^(\d+) (\p{L}+)$/u.exec(day)
  return found === null ? day : `${found[2]} ${found[1]}`
}

/** Whole local days from `from` to `to`, negative when `to` is earlier. */
export function daysBetween(from: number, to: number): number {
  return Math.round((dayTime(dayKey(to)) - dayTime(dayKey(from))) / 86_400_000)
}

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** "in 6 min", "30 seconds ago": beside a clock time, never instead of it. */
export function relative(at: number, now: number, locale: string = words.locale): string {
  const distance = at - now
  const [unit, length] = steps.find(([, step]) => Math.abs(distance) >= step) ?? (['second', 1000] as const)
  const style = distance > 0 ? 'short' : 'long'
  // Towards zero for what was; upwards for what comes, so that "in 1 min" is not said for 100 seconds.
  const amount = Math.ceil(distance / length)
  const said = new Intl.RelativeTimeFormat(locale, { style, numeric: 'always' }).format(amount === 0 ? -0 : amount, unit)
  return said.replace(/\.$/, '')
}

/** "38 ms", "2.4 seconds", "7 minutes 36 seconds", "3 days 2 hours": the two largest units, whole above a minute. */
export function duration(ms: number, locale: string = words.locale): string {
  if (ms < 1000) return unitOf(Math.max(0, Math.round(ms)), 'millisecond', locale, 'short')
  if (ms < 60_000) return unitOf(ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000), 'second', locale)
  let rest = Math.round(ms / 1000) * 1000
  const said: string[] = []
  for (const [unit, length] of steps) {
    const amount = Math.floor(rest / length)
    rest -= amount * length
    if (amount > 0) said.push(unitOf(amount, unit, locale))
    else if (said.length > 0) break
    if (said.length === 2) break
  }
  return said.join(' ')
}
function unitOf(amount: number, unit: string, locale: string, unitDisplay: 'long' | 'short' = 'long'): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay }).format(amount).replace(' ', '\u00a0')
}
