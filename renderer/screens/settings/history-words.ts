import type { HistoryEntry } from '../../../main/contract/settings-file.ts'
import { t } from '../../lib/words/words.svelte.ts'

const NAMED = 3

/** A change in a line: the keys it touched, or that it was lines of comment only. */
export function changeWords({ changes, addedLines, removedLines }: Pick<HistoryEntry, 'changes' | 'addedLines' | 'removedLines'>): string {
  if (changes.length === 0) {
    return addedLines + removedLines === 0 ? t('history.nothing') : t('history.lines', { added: addedLines, removed: removedLines })
  }
  const named = changes
    .slice(0, NAMED)
    .map(({ path }) => path)
    .join(', ')
  const more = changes.length - NAMED
  return more > 0 ? t('history.more', { named, count: more }) : named
}
