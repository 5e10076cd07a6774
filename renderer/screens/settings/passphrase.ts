import type { PlainKey } from '../../lib/words/words.svelte.ts'

const SHORTEST = 8

/** Why a passphrase cannot be taken, and at which of the two fields that is told; null when it can. */
export function passphraseProblem(
  passphrase: string,
  again: string,
): { readonly field: 'passphrase' | 'again'; readonly text: PlainKey } | null {
  if ([...passphrase].length < SHORTEST) return { field: 'passphrase', text: 'export.passphrase.short' }
  return passphrase === again ? null : { field: 'again', text: 'export.again.differs' }
}
