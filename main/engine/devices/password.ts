import type { Random } from '../system/index.ts'

/** Small letters and digits that no printer's display makes look alike: no i, l, o, 0 and 1. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
/** 31^16 is more than 2^79. */
const LENGTH = 16

/** A password that is strong and can be typed on the keypad of a copier. */
export function makePassword(random: Random): string {
  return Array.from({ length: LENGTH }, () => LETTERS[random.below(LETTERS.length)] ?? '').join('')
}
