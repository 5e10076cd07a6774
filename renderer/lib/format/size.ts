import { words } from '../words/words.svelte.ts'

const units = ['kB', 'MB', 'GB', 'TB'] as const

/**
 * Bytes as people read them: kB, MB, GB with at most three digits (1 kB = 1000 bytes), never below 1 kB unless it is nothing.
 * @param bytes  0 or more
 */
export function size(bytes: number, locale: string = words.locale): string {
  if (bytes <= 0) return '0\u00a0kB'
  let value = Math.max(bytes / 1000, 1)
  let unit = 0
  // 999.5 would be written with four digits, so it already belongs to the next unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  const shown = numberFormat(locale, digits).format(value)
  return `${shown}\u00a0${units[unit] ?? 'TB'}`
}

const formats = new Map<string, Intl.NumberFormat>()
/** Making one costs more than using it a hundred times. */
function numberFormat(locale: string, digits: number): Intl.NumberFormat {
  const key = `${locale}/${digits}`
  const made = formats.get(key) ?? new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  formats.set(key, made)
  return made
}
