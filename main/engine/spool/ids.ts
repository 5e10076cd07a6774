import type { Clock, Random } from '../system/index.ts'

/** Crockford's alphabet in lower case: sorts as the numbers do, has no letters that are taken for digits, one case only. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_DIGITS = 10
const CHANCE_DIGITS = 8
/** Half the range, so that counting on within one millisecond never runs over. */
const CHANCE_BELOW = 32 ** CHANCE_DIGITS / 2

export const ID_LENGTH = TIME_DIGITS + CHANCE_DIGITS
const ID = new RegExp(`^[${DIGITS}]{${ID_LENGTH}}$`)

/** True for a name that `idMaker` could have made. */
export function isId(text: string): boolean {
  return ID.test(text)
}

/**
 * Makes entry ids: milliseconds, then chance, in base 32. Later ids of one maker sort after earlier ones even when the clock stands still or goes
 * back; ids of different runs differ by 39 bits of chance.
 */
export function idMaker(clock: Clock, random: Random): () => string {
  let lastTime = -1
  let lastChance = 0
  return () => {
    const now = Math.max(0, Math.floor(clock.now()))
    if (now > lastTime) {
      lastTime = now
      lastChance = random.bytes(5).readUIntBE(0, 5) % CHANCE_BELOW
    } else {
      lastChance++
    }
    return inBase32(lastTime, TIME_DIGITS) + inBase32(lastChance, CHANCE_DIGITS)
  }
}

function inBase32(value: number, digits: number): string {
  let text = ''
  let rest = value
  for (let i = 0; i < digits; i++) {
    text = (DIGITS[rest % 32] ?? '') + text
    rest = Math.floor(rest / 32)
  }
  return text
}
