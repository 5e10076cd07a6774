import { ExpressionError } from './errors.ts'
import { MAX_SOURCE_LENGTH } from './limits.ts'
import { plainFloat } from './value.ts'

export type TokenType = 'number' | 'string' | 'name' | 'capture' | 'global' | 'operator' | 'end'

/** One token; the fields that matter depend on `type`. */
export interface Token {
  type: TokenType
  at: number // offset in UTF-16 units
  end: number // offset after it
  text: string // a name; an operator in its long form (`&&`, `||`, `==`, `>=`, `<=`); a string with its escapes taken out
  value: bigint | number // of a number; of a capture, its index
  pattern: string // of a string, as `matches` reads it
  duration: boolean
}

/** Beyond the largest int by one: allowed only right behind a minus, for the smallest int. */
export const INT_END = 2n ** 63n

const SPACE = /[ \t\r\n]+/y
const RUN = /[A-Za-z0-9_$.]+/y
const OPERATOR = /==|=>|=<|=|!=|!|>=|>|<=|<|&&|&|\|\||\||[-+*/^()[\],]/y
const STRING = /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/y
const DURATION = /^([0-9]+)(ms|[smhd])$/i
const INT = /^[0-9]+$/
const FLOAT = /^(?:[0-9]+\.[0-9]*|\.[0-9]+)$/
const LONGEST_INT = 4096

const LONG_FORMS: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['=>', '>='],
  ['=<', '<='],
  ['&', '&&'],
  ['|', '||'],
])
const UNIT_MS: ReadonlyMap<string, bigint> = new Map([
  ['ms', 1n],
  ['s', 1000n],
  ['m', 60_000n],
  ['h', 3_600_000n],
  ['d', 86_400_000n],
])
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
])

/** The tokens of an expression (2.1), closed by one of type `end`. @throws ExpressionError for what is no token */
export function tokenise(text: string): Token[] {
  if (text.length > MAX_SOURCE_LENGTH) {
    throw new ExpressionError('syntax', `the expression is longer than ${MAX_SOURCE_LENGTH} characters`, { text, at: MAX_SOURCE_LENGTH })
  }
  const tokens: Token[] = []
  for (let at = skipSpace(text, 0); at < text.length;) {
    const token = readToken(text, at)
    tokens.push(token)
    at = skipSpace(text, token.end)
  }
  tokens.push(makeToken('end', text.length, '', ''))
  return tokens
}

function skipSpace(text: string, at: number): number {
  return at + (stickyMatch(SPACE, text, at)?.length ?? 0)
}

function readToken(text: string, at: number): Token {
  const run = stickyMatch(RUN, text, at)
  if (run !== undefined) return readRun(text, run, at)
  const operator = stickyMatch(OPERATOR, text, at)
  if (operator !== undefined) return makeToken('operator', at, operator, LONG_FORMS.get(operator) ?? operator)
  const quote = text.charAt(at)
  if (quote === "'" || quote === '"') return readString(text, at)
  throw badCharacter(text, at)
}

function stickyMatch(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at
  return expression.exec(text)?.[0]
}

function makeToken(type: TokenType, at: number, written: string, text: string): Token {
  return { type, at, end: at + written.length, text, value: 0n, pattern: '', duration: false }
}

function readString(text: string, at: number): Token {
  const written = stickyMatch(STRING, text, at)
  if (written === undefined) {
    throw new ExpressionError('unterminated-string', `the string that begins here is not closed by ${text.charAt(at)}`, { text, at })
  }
  const body = written.slice(1, -1)
  const token = makeToken(
    'string',
    at,
    written,
    body.replace(/\\([^])/g, (pair, next: string) => ESCAPES.get(next) ?? pair),
  )
  token.pattern = body.replace(/\\([^])/g, (pair, next: string) => (next === text.charAt(at) ? next : pair))
  return token
}

/** An identifier, a number, a duration or a `$`: which one is told by the letters and digits in it (2.1). */
function readRun(text: string, run: string, at: number): Token {
  if (run.startsWith('$')) return readDollar(text, run, at)
  const duration = DURATION.exec(run)
  if (duration) return readDuration(text, duration, at)
  if (/[A-Za-z]/.test(run) || !/[0-9.]/.test(run)) return makeToken('name', at, run, run)
  return readNumber(text, run, at)
}

function readDollar(text: string, run: string, at: number): Token {
  const name = run.slice(1)
  if (INT.test(name)) {
    const token = makeToken('capture', at, run, name)
    token.value = Number(name)
    return token
  }
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return makeToken('global', at, run, name)
  throw new ExpressionError('unknown-identifier', `"${run}" is neither a capture such as $1 nor a name`, { text, at })
}

function readDuration(text: string, parts: RegExpExecArray, at: number): Token {
  const [run, digits = '', unit = ''] = parts
  const token = makeToken('number', at, run, run)
  token.value = readInt(text, digits, at) * (UNIT_MS.get(unit.toLowerCase()) ?? 1n)
  token.duration = true
  if (token.value >= INT_END) throw badNumber(text, run, at)
  return token
}

function readNumber(text: string, run: string, at: number): Token {
  const token = makeToken('number', at, run, run)
  if (INT.test(run)) token.value = readInt(text, run, at)
  else if (FLOAT.test(run)) token.value = plainFloat(Number(run))
  else throw badNumber(text, run, at)
  return token
}

function readInt(text: string, digits: string, at: number): bigint {
  const value = digits.length > LONGEST_INT ? INT_END + 1n : BigInt(digits)
  if (value > INT_END) throw badNumber(text, digits, at)
  return value
}

export function badNumber(text: string, run: string, at: number): ExpressionError {
  const shown = run.length > 40 ? `${run.slice(0, 40)}…` : run
  const why = /^[0-9]+[a-z]*$/i.test(run) ? 'is larger than a 64-bit number can be' : 'is not a number'
  return new ExpressionError('bad-number', `"${shown}" ${why}`, { text, at })
}

function badCharacter(text: string, at: number): ExpressionError {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  const [hint, suggestion] = characterHint(character)
  const shown = /[\p{Cc}\p{Cf}\p{Cs}]/u.test(character) ? `U+${hex(character)}` : `"${character}"`
  return new ExpressionError('bad-character', `${shown} has no meaning in an expression${hint}`, { text, at }, suggestion)
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

function characterHint(character: string): [hint: string, suggestion?: string] {
  if ('‘’‚“”„`´«»'.includes(character)) return ["; strings stand in straight quotes, as in 'relay'", "'"]
  if ('?:'.includes(character)) return ['; to choose between two values write if_then(condition, a, b)']
  if (character === '≠') return ['; "not equal" is written !=', '!=']
  if (character === '≥') return ['; "at least" is written >=', '>=']
  if (character === '≤') return ['; "at most" is written <=', '<=']
  if ('%{}'.includes(character)) return ['; macros such as %{env:NAME}% stand only in plain settings or inside a string']
  if (character === '\\') return ['; a backslash belongs inside a string']
  return ['']
}
