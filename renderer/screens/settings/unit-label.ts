import { t } from '../../lib/words/words.svelte.ts'
import type { Unit } from './units.ts'

/** What a unit is called in the list beside a number. @param amount as it is typed */
export function unitLabel(unit: Unit, amount: string): string {
  const count = Number(amount)
  switch (unit) {
    case 'ms':
      return t('unit.ms', { count })
    case 's':
      return t('unit.seconds', { count })
    case 'm':
      return t('unit.minutes', { count })
    case 'h':
      return t('unit.hours', { count })
    case 'd':
      return t('unit.days', { count })
    case 'B':
      return t('unit.bytes', { count })
    case 'K':
      return 'KB'
    case 'M':
      return 'MB'
    case 'G':
      return 'GB'
  }
}
