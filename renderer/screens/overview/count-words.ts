import { t } from '../../lib/words/words.svelte.ts'
import { OUTCOMES } from './chart.ts'
import type { Counted } from './chart.ts'

/** "178 accepted, 175 delivered, 3 failed": what a bar or a row stands for, in words. */
export function countWords(counted: Counted): string {
  if (counted.accepted === 0) return t('figures.part.none')
  const parts = [t('figures.part.accepted', { count: counted.accepted })]
  for (const outcome of OUTCOMES) if (counted[outcome] > 0) parts.push(t(`figures.part.${outcome}`, { count: counted[outcome] }))
  return parts.join(', ')
}
