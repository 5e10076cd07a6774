import { createHash } from 'node:crypto'
import { limitArray, limitText } from './limits.ts'
import { byteLength, fromBoolean, isArray, isTruthy, toCount, toText } from './value.ts'
import type { Value } from './value.ts'

const ALPHANUMERIC_WORD = /^[\p{Alphabetic}\p{N}]+$/u
const HASHES: readonly string[] = ['md5', 'sha1', 'sha256', 'sha512']

/** Applies a text function to a scalar, or to each element of an array ("(map)" in 2.10). */
export function mapText(value: Value, change: (text: string) => Value): Value {
  return isArray(value) ? value.map((item) => change(toText(item))) : change(toText(value))
}

export const trim = (value: Value): Value => mapText(value, (text) => text.trim())
export const trimStart = (value: Value): Value => mapText(value, (text) => text.trimStart())
export const trimEnd = (value: Value): Value => mapText(value, (text) => text.trimEnd())
export const toLowercase = (value: Value): Value => mapText(value, (text) => text.toLowerCase())
export const toUppercase = (value: Value): Value => mapText(value, (text) => limitText(text.toUpperCase()))

/** Whether every letter is a capital; a text without letters counts as such. */
export const isUppercase = (value: Value): Value => mapText(value, (text) => fromBoolean(!/(?!\p{Uppercase})\p{Alphabetic}/u.test(text)))
export const isLowercase = (value: Value): Value => mapText(value, (text) => fromBoolean(!/(?!\p{Lowercase})\p{Alphabetic}/u.test(text)))
export const hasDigits = (value: Value): Value => mapText(value, (text) => fromBoolean(/[0-9]/.test(text)))

/** Bytes of a string, elements of an array, digits of a number. */
export function len(value: Value): Value {
  return BigInt(isArray(value) ? value.length : byteLength(toText(value)))
}

export const countChars = (value: Value): Value => countMatching(value, /[^]/gu)
export const countSpaces = (value: Value): Value => countMatching(value, /\s/gu)
export const countUppercase = (value: Value): Value => countMatching(value, /(?=\p{Alphabetic})\p{Uppercase}/gu)
export const countLowercase = (value: Value): Value => countMatching(value, /(?=\p{Alphabetic})\p{Lowercase}/gu)

function countMatching(value: Value, character: RegExp): Value {
  return BigInt(toText(value).match(character)?.length ?? 0)
}

/** Folds the 26 ASCII capitals and nothing else. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}

export const eqIgnoreCase = (left: Value, right: Value): Value => fromBoolean(lowerAscii(toText(left)) === lowerAscii(toText(right)))
export const startsWith = (value: Value, prefix: Value): Value => fromBoolean(toText(value).startsWith(toText(prefix)))
export const endsWith = (value: Value, suffix: Value): Value => fromBoolean(toText(value).endsWith(toText(suffix)))

/** The lines of a text; LF and CRLF end one, and the end of the last adds none. */
export function lines(value: Value): Value {
  const pieces = splitText(toText(value), '\n').map((line) => line.replace(/\r$/, ''))
  return pieces.at(-1) === '' ? pieces.slice(0, -1) : pieces
}

/** `length` characters (code points) from `start`; what lies outside is left out. */
export function substring(value: Value, start: Value, length: Value): Value {
  const from = Math.max(0, toCount(start))
  const count = Math.max(0, toCount(length))
  return Array.from(toText(value))
    .slice(from, from + count)
    .join('')
}

/** Without the prefix; `''` when the text does not begin with it. */
export function stripPrefix(value: Value, prefix: Value): Value {
  const cut = toText(prefix)
  return mapText(value, (text) => (text.startsWith(cut) ? text.slice(cut.length) : ''))
}

export function stripSuffix(value: Value, suffix: Value): Value {
  const cut = toText(suffix)
  return mapText(value, (text) => (text.endsWith(cut) ? text.slice(0, text.length - cut.length) : ''))
}

/** All pieces between separators. An empty separator separates nothing. */
function splitText(text: string, separator: string): readonly string[] {
  if (separator === '') return [text]
  return limitArray(text.split(separator))
}

export const split = (value: Value, separator: Value): Value => splitText(toText(value), toText(separator))
export const rsplit = (value: Value, separator: Value): Value => [...splitText(toText(value), toText(separator))].reverse()

/** At most `n` splits, so at most n+1 pieces; the last piece keeps its separators. */
export function splitN(value: Value, separator: Value, n: Value): Value {
  const text = toText(value)
  const between = toText(separator)
  const pieces = splitText(text, between)
  const splits = Math.max(0, toCount(n))
  if (pieces.length <= splits + 1) return pieces
  return [...pieces.slice(0, splits), pieces.slice(splits).join(between)]
}

export const splitOnce = (value: Value, separator: Value): Value => splitAt(toText(value), toText(separator), (text, s) => text.indexOf(s))
export const rsplitOnce = (value: Value, separator: Value): Value =>
  splitAt(toText(value), toText(separator), (text, s) => text.lastIndexOf(s))

function splitAt(text: string, separator: string, find: (text: string, separator: string) => number): Value {
  const at = separator === '' ? -1 : find(text, separator)
  return at < 0 ? '' : [text.slice(0, at), text.slice(at + separator.length)]
}

/** The words between white space that consist of letters and digits alone. */
export function splitWords(value: Value): Value {
  return limitArray(
    toText(value)
      .split(/\s+/u)
      .filter((word) => ALPHANUMERIC_WORD.test(word)),
  )
}

/** Lower-case hexadecimal digest; `''` for an algorithm that is not offered. */
export function hash(value: Value, algorithm: Value): Value {
  const name = toText(algorithm)
  return HASHES.includes(name) ? createHash(name).update(toText(value), 'utf8').digest('hex') : ''
}

export const ifThen = (condition: Value, yes: Value, no: Value): Value => (isTruthy(condition) ? yes : no)
