import { compare, equals } from './operators.ts'
import { lowerAscii } from './text-functions.ts'
import { fromBoolean, isArray, isTruthy, parseNumber, toArray, toNumber, toText } from './value.ts'
import type { Numeric, Value } from './value.ts'

/** In a string: the substring is there. In an array: an element equals the needle (2.4). */
export function contains(haystack: Value, needle: Value): Value {
  if (isArray(haystack)) return fromBoolean(haystack.some((item) => equals(item, needle)))
  return fromBoolean(toText(haystack).includes(toText(needle)))
}

/** As `contains`, ignoring case: of all letters in a string, of ASCII letters between elements. */
export function containsIgnoreCase(haystack: Value, needle: Value): Value {
  if (!isArray(haystack)) return fromBoolean(toText(haystack).toLowerCase().includes(toText(needle).toLowerCase()))
  const wanted = lowerAscii(toText(needle))
  return fromBoolean(haystack.some((item) => lowerAscii(toText(item)) === wanted))
}

/** Whether two arrays share an element; an array beside a scalar: whether it contains it; two scalars: no. */
export function isIntersect(left: Value, right: Value): Value {
  if (isArray(left) && isArray(right)) return fromBoolean(shareElement(left, right))
  if (isArray(left)) return contains(left, right)
  return isArray(right) ? contains(right, left) : 0n
}

function shareElement(left: readonly Value[], right: readonly Value[]): boolean {
  const seen = new SeenValues()
  for (const item of left) seen.add(item)
  return right.some((item) => seen.has(item))
}

/** Values met so far, found again by the equality of 2.4 without comparing with each: `1`, `1.0` and `'1'` are equal, `'1'` and `'1.0'` are not. */
class SeenValues {
  private readonly texts = new Set<string>()
  private readonly numbersOfTexts = new Set<Numeric>()
  private readonly numbers = new Set<Numeric>()
  private readonly arrays: Value[] = []

  has(value: Value): boolean {
    if (isArray(value)) return this.arrays.some((array) => equals(array, value))
    const number = numberKey(toNumber(value))
    if (typeof value === 'string') return this.texts.has(value) || this.numbers.has(number)
    return this.numbers.has(number) || this.numbersOfTexts.has(number)
  }

  add(value: Value): void {
    if (isArray(value)) {
      this.arrays.push(value)
      return
    }
    const number = numberKey(toNumber(value))
    if (typeof value !== 'string') {
      this.numbers.add(number)
      return
    }
    this.texts.add(value)
    this.numbersOfTexts.add(number)
  }
}

/** The same key for an int and a float of the same value. */
function numberKey(number: Numeric): Numeric {
  return typeof number === 'number' && Number.isInteger(number) ? BigInt(number) : number
}

/** Elements of an array; of a scalar 0 for `''` and 1 for anything else. */
export const count = (value: Value): Value => BigInt(toArray(value).length)

/** The elements in order: ascending when `ascending` is true, else descending. */
export function sort(value: Value, ascending: Value): Value {
  const sign = isTruthy(ascending) ? 1 : -1
  return [...toArray(value)].sort((left, right) => sign * compare(left, right))
}

/** The first of each group of equal elements, in place. */
export function dedup(value: Value): Value {
  const seen = new SeenValues()
  return toArray(value).filter((item) => {
    const isNew = !seen.has(item)
    if (isNew) seen.add(item)
    return isNew
  })
}

/** Without the empty strings. */
export const winnow = (value: Value): Value => toArray(value).filter((item) => item !== '')

export const isEmpty = (value: Value): Value => fromBoolean(typeof value === 'string' || isArray(value) ? value.length === 0 : false)

/** Ints, floats, and strings that spell one. */
export function isNumber(value: Value): Value {
  if (typeof value === 'string') return fromBoolean(parseNumber(value) !== undefined)
  return fromBoolean(!isArray(value))
}
