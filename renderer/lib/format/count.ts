import { words } from '../words/words.svelte.ts'

/** A whole number, grouped as the locale writes it. */
export function count(value: number, locale: string = words.locale): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value)
}

/** First, second, third … as `1st`; for tries. */
export function ordinal(value: number, locale: string = words.locale): string {
  if (locale.startsWith('de')) return `${value}.`
  const rule = new Intl.PluralRules(locale, { type: 'ordinal' }).select(value)
  return `${value}${{ one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }[rule]}`
}
