import type { OpenLetter } from '../../../main/contract/mailboxes.ts'

export type LetterTab = 'text' | 'page' | 'headers' | 'source'

/** The ways in which a message can be shown. */
export function tabsOf(letter: OpenLetter): readonly LetterTab[] {
  const content: LetterTab[] = letter.read === 'too-large' || letter.read === 'broken' ? [] : ['text']
  return [...content, ...(letter.html === null ? [] : (['page'] as const)), 'headers', 'source']
}

/** The way the person chose last, where this message can be shown so; plain text before anything that others have formatted. */
export function tabFor(letter: OpenLetter, wanted: LetterTab): LetterTab {
  const tabs = tabsOf(letter)
  return tabs.includes(wanted) ? wanted : (tabs[0] ?? 'headers')
}
