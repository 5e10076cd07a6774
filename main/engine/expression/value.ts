import { Buffer } from 'node:buffer'
import { limitText } from './limits.ts'

/**
 * A value of the rule language, told apart by its JavaScript type so that no wrapper is allocated while deciding:
 * `bigint` is an int (signed, 64 bits), `number` is a float, `string` a string, an array an array (mixed, may nest).
 * There is no boolean (true is 1, false is 0) and no null (nothing is the empty string).
 */
export type Value = bigint | number | string | readonly Value[]
export type Numeric = bigint | number
export type ValueType = 'int' | 'float' | 'string' | 'array'

export const TRUE: Value = 1n
export const FALSE: Value = 0n
const INT_MAX = 2n ** 63n - 1n
const INT_MIN = -(2n ** 63n)

const WHOLE_TEXT = /^[+-]?[0-9]+$/
const FLOAT_TEXT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/
const LONGEST_INT_TEXT = 64

/** Keeps an int inside 64 bits: what is beyond an end becomes that end. */
export function saturate(int: bigint): bigint {
  if (int > INT_MAX) return INT_MAX
  return int < INT_MIN ? INT_MIN : int
}

/** Keeps a float a plain number: no NaN, no infinity, no minus zero, since none of them can be written in JSON. */
export function plainFloat(float: number): number {
  if (Number.isFinite(float)) return float + 0
  if (Number.isNaN(float)) return 0
  return float > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE
}

export function typeOf(value: Value): ValueType {
  switch (typeof value) {
    case 'bigint':
      return 'int'
    case 'number':
      return 'float'
    case 'string':
      return 'string'
    default:
      return 'array'
  }
}

export function isArray(value: Value): value is readonly Value[] {
  return typeof value === 'object'
}

/**
 * A value of the rule language for what JSON or a program holds: whole numbers become ints, other numbers floats, booleans 0 or 1,
 * arrays arrays; null, undefined and objects are "nothing", the empty string.
 */
export function valueOf(json: unknown): Value {
  switch (typeof json) {
    case 'string':
      return json
    case 'bigint':
      return saturate(json)
    case 'number':
      return Number.isInteger(json) ? saturate(BigInt(json)) : plainFloat(json)
    case 'boolean':
      return fromBoolean(json)
    default:
      return Array.isArray(json) ? json.map(valueOf) : ''
  }
}

export function fromBoolean(truth: boolean): Value {
  return truth ? TRUE : FALSE
}

/**
 * The value as JSON data with the name of its type. Ints beyond 2^53 become the nearest JavaScript number;
 * `toJsonText` keeps every digit.
 */
export function toJson(value: Value): { value: number | string | unknown[]; type: ValueType } {
  return { value: plainJson(value), type: typeOf(value) }
}

function plainJson(value: Value): number | string | unknown[] {
  if (typeof value === 'bigint') return Number(value)
  return isArray(value) ? value.map(plainJson) : value
}

/** The value as JSON text, ints with all their digits. */
export function toJsonText(value: Value): string {
  if (typeof value === 'bigint') return value.toString()
  return isArray(value) ? `[${value.map(toJsonText).join(',')}]` : JSON.stringify(value)
}

/** The value as text (2.4): ints and floats in plain decimals, arrays as their elements joined by CRLF, nested arrays left out. */
export function toText(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'bigint':
      return value.toString()
    case 'number':
      return floatText(value)
    default:
      return limitText(
        value
          .filter((item) => !isArray(item))
          .map(toText)
          .join('\r\n'),
      )
  }
}

/** The shortest decimals that read back as the same float, never with an exponent: `2` for 2.0, `0.000001` for 1e-6. */
export function floatText(float: number): string {
  const text = String(float)
  const parts = /^(-?)([0-9]+)(?:\.([0-9]+))?e([+-][0-9]+)$/.exec(text)
  if (!parts) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}

/** Truth (2.4): numbers other than 0, strings and arrays that are not empty. `'0'` and `'false'` are true. */
export function isTruthy(value: Value): boolean {
  switch (typeof value) {
    case 'bigint':
      return value !== 0n
    case 'number':
      return value !== 0
    default:
      return value.length > 0
  }
}

/** The value as a number (2.4). A string that is no number is 0; an empty array is 1, any other array 0. */
export function toNumber(value: Value): Numeric {
  if (typeof value === 'bigint' || typeof value === 'number') return value
  if (typeof value === 'string') return parseNumber(value) ?? 0n
  return value.length === 0 ? 1n : 0n
}

/** The number a whole text spells, or undefined. An int that does not fit 64 bits reads as a float. */
export function parseNumber(text: string): Numeric | undefined {
  if (WHOLE_TEXT.test(text) && text.length <= LONGEST_INT_TEXT) {
    const int = BigInt(text.startsWith('+') ? text.slice(1) : text)
    return saturate(int) === int ? int : plainFloat(Number(text))
  }
  return FLOAT_TEXT.test(text) ? plainFloat(Number(text)) : undefined
}

/** A whole JavaScript number for positions and counts: floats lose their fraction, what is too large becomes the largest safe integer. */
export function toCount(value: Value): number {
  const number = Math.trunc(Number(toNumber(value)))
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number))
}

/** The value as an array (2.10): a scalar is an array of one, the empty string an empty array. */
export function toArray(value: Value): readonly Value[] {
  if (isArray(value)) return value
  return value === '' ? [] : [value]
}

/** Length in bytes of the text as UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
