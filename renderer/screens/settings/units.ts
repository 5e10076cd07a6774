/** Durations and sizes as config.toml writes them, cut into an amount and a unit that people choose from. */

/** `B` and `ms` are there for values that no larger unit leaves whole. */
export type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'B' | 'K' | 'M' | 'G'

export interface Amount {
  readonly amount: string
  readonly unit: Unit
}

const DURATIONS: readonly (readonly [Unit, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]
const SIZES: readonly (readonly [Unit, number])[] = [
  ['G', 1024 ** 3],
  ['M', 1024 ** 2],
  ['K', 1024],
]

/**
 * The largest of these units that leaves a whole number; null when none does.
 * @param value  milliseconds or bytes
 */
export function amountOf(value: number, units: readonly Unit[]): Amount | null {
  const found = [...DURATIONS, ...SIZES].find(
    ([unit, size]) => units.includes(unit) && value % size === 0 && (value > 0 || unit === units[0]),
  )
  return found === undefined ? null : { amount: String(value / found[1]), unit: found[0] }
}

/** How it is written in the file: `2 h` as "2h", `50 M` as "50 MB", bytes as they are. */
export function amountText({ amount, unit }: Amount): string {
  if (unit === 'B') return amount
  return isSize(unit) ? `${amount} ${unit}B` : `${amount}${unit}`
}

function isSize(unit: Unit): boolean {
  return SIZES.some(([one]) => one === unit)
}

/** Waits as a list is typed, "2m, 5m": each in its largest whole unit. */
export function waitsText(waits: readonly number[]): string {
  return waits.map((wait) => amountTextOf(wait)).join(', ')
}

function amountTextOf(ms: number): string {
  const found = amountOf(ms, ['s', 'm', 'h', 'd'])
  return found === null ? `${ms}ms` : amountText(found)
}

/** What is between commas, blanks around it cut. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
}
