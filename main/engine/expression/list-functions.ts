import { compare, equals } from './operators.ts'
import { lowerAscii } from './text-functions.ts'
import { fromBoolean, isArray, isTruthy, parseNumber, toArray, toText } from './value.ts'
import type { Value } from './value.ts'

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
  if (!allText(left) || !allText(right)) return left.some((item) => right.some((other) => equals(item, other)))
  const seen = new Set(left)
  return right.some((item) => seen.has(item))
}

function allText(values: readonly Value[]): values is readonly string[] {
  return values.every((value) => typeof value === 'string')
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
  const items = toArray(value)
  if (allText(items)) return [...new Set(items)]
  const kept: Value[] = []
  for (const item of items) {
    if (!kept.some((other) => equals(other, item))) kept.push(item)
  }
  return kept
}

/** Without the empty strings. */
export const winnow = (value: Value): Value => toArray(value).filter((item) => item !== '')

export const isEmpty = (value: Value): Value => fromBoolean(typeof value === 'string' || isArray(value) ? value.length === 0 : false)

/** Ints, floats, and strings that spell one. */
export function isNumber(value: Value): Value {
  if (typeof value === 'string') return fromBoolean(parseNumber(value) !== undefined)
  return fromBoolean(!isArray(value))
}
