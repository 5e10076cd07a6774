import { limitArray, limitText } from './limits.ts'
import { FALSE, TRUE, fromBoolean, isArray, isTruthy, parseNumber, plainFloat, saturate, toNumber, toText } from './value.ts'
import type { Numeric, Value } from './value.ts'

/** `+` (2.4). Arrays win over strings, strings over numbers; an empty string hands back the other operand unchanged. */
export function add(left: Value, right: Value): Value {
  if (isArray(left)) return limitArray(isArray(right) ? [...left, ...right] : [...left, right])
  if (isArray(right)) return limitArray([left, ...right])
  if (typeof left === 'string' || typeof right === 'string') return concatenate(left, right)
  return arithmetic(left, right, addInts, addFloats)
}

function concatenate(left: Value, right: Value): Value {
  if (left === '') return right
  if (right === '') return left
  return limitText(toText(left) + toText(right))
}

/** `-` (2.4). With an array on one side the elements equal to the other side are removed. */
export function subtract(left: Value, right: Value): Value {
  if (isArray(left)) return left.filter((item) => !equals(item, right))
  if (isArray(right)) return right.filter((item) => !equals(item, left))
  return arithmetic(toNumber(left), toNumber(right), subtractInts, subtractFloats)
}

export function multiply(left: Value, right: Value): Value {
  return arithmetic(toNumber(left), toNumber(right), multiplyInts, multiplyFloats)
}

/** `/` is always a float; division by zero is 0.0 (2.4). */
export function divide(left: Value, right: Value): Value {
  const divisor = Number(toNumber(right))
  return divisor === 0 ? 0 : plainFloat(Number(toNumber(left)) / divisor)
}

export function negate(operand: Value): Value {
  const number = toNumber(operand)
  return typeof number === 'bigint' ? saturate(-number) : plainFloat(-number)
}

export function not(operand: Value): Value {
  return isTruthy(operand) ? FALSE : TRUE
}

export function exclusiveOr(left: Value, right: Value): Value {
  return fromBoolean(isTruthy(left) !== isTruthy(right))
}

function arithmetic(
  left: Numeric,
  right: Numeric,
  ofInts: (a: bigint, b: bigint) => bigint,
  ofFloats: (a: number, b: number) => number,
): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return saturate(ofInts(left, right))
  return plainFloat(ofFloats(Number(left), Number(right)))
}

const addInts = (a: bigint, b: bigint): bigint => a + b
const addFloats = (a: number, b: number): number => a + b
const subtractInts = (a: bigint, b: bigint): bigint => a - b
const subtractFloats = (a: number, b: number): number => a - b
const multiplyInts = (a: bigint, b: bigint): bigint => a * b
const multiplyFloats = (a: number, b: number): number => a * b

/** `==` (2.4). A string beside a number is read as a number; an array equals only an array with equal elements. */
export function equals(left: Value, right: Value): boolean {
  if (typeof left === 'string') {
    if (typeof right === 'string') return left === right
    return !isArray(right) && sameNumber(parseNumber(left) ?? 0n, right)
  }
  if (isArray(left)) return isArray(right) && sameElements(left, right)
  if (typeof right === 'string') return sameNumber(left, parseNumber(right) ?? 0n)
  return !isArray(right) && sameNumber(left, right)
}

function sameNumber(left: Numeric, right: Numeric): boolean {
  return left >= right && left <= right // exact also for an int beside a float, where === would compare types
}

function sameElements(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, index) => equals(item, right[index] ?? ''))
}

/**
 * The order behind `< > <= >=` and `sort` (2.4): negative, zero or positive. Strings go by their UTF-8 bytes, a number beside a string
 * is numeric, arrays are lexicographic, an array (or a string beside an array) is greater, a number beside an array is less.
 */
export function compare(left: Value, right: Value): number {
  if (isArray(left)) return isArray(right) ? compareElements(left, right) : 1
  if (isArray(right)) return typeof left === 'string' ? 1 : -1
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  const a = toNumber(left)
  const b = toNumber(right)
  if (a < b) return -1
  return a > b ? 1 : 0
}

function compareElements(left: readonly Value[], right: readonly Value[]): number {
  for (const [index, item] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    const order = compare(item, other)
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** Order by UTF-8 bytes, which is the order by code points; UTF-16 units differ from it only where a surrogate is met. */
function compareText(left: string, right: string): number {
  const end = Math.min(left.length, right.length)
  for (let index = 0; index < end; index += 1) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a === b) continue
    return isSurrogate(a) === isSurrogate(b) ? a - b : codePointOrder(a, b)
  }
  return left.length - right.length
}

function codePointOrder(a: number, b: number): number {
  return (isSurrogate(a) ? a + 0x10000 : a) - (isSurrogate(b) ? b + 0x10000 : b)
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}
