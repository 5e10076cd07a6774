import { quote, tokens } from './expression-text.ts'
import type { Token } from './expression-text.ts'

/** What a rule may ask that the window has words for. Everything else is shown as the text it is, and left as it is. */
export type Condition =
  | { readonly kind: PlainKind }
  | { readonly kind: ListKind; readonly values: readonly string[] }
  /** `failed`: tries that have failed before this one. */
  | { readonly kind: 'tries'; readonly failed: number }
  | { readonly kind: 'larger'; readonly bytes: number }

export type PlainKind = 'all' | 'own-domain' | 'own-address' | 'signed-in'
export type ListKind = 'rcpt-domain' | 'rcpt' | 'device' | 'sender-domain' | 'sender' | 'port'
export type ConditionKind = Condition['kind']

/** In the order they are offered. */
export const CONDITION_KINDS: readonly ConditionKind[] = [
  'own-domain',
  'own-address',
  'rcpt-domain',
  'rcpt',
  'device',
  'signed-in',
  'sender-domain',
  'sender',
  'tries',
  'larger',
  'port',
  'all',
]

const VARIABLES: Readonly<Record<ListKind, string>> = {
  'rcpt-domain': 'rcpt_domain',
  rcpt: 'rcpt',
  device: 'received_from_ip',
  'sender-domain': 'sender_domain',
  sender: 'sender',
  port: 'received_via_port',
}
const PLAIN: Readonly<Record<PlainKind, string>> = {
  all: 'true',
  'own-domain': "is_local_domain('', rcpt_domain)",
  'own-address': "is_local_address('', rcpt)",
  'signed-in': "source == 'authenticated'",
}

export function isListKind(kind: ConditionKind): kind is ListKind {
  return Object.hasOwn(VARIABLES, kind)
}
export function isPlainKind(kind: ConditionKind): kind is PlainKind {
  return Object.hasOwn(PLAIN, kind)
}

/** The conditions as the text of an expression, all of them joined by "and". */
export function printConditions(conditions: readonly Condition[]): string {
  return conditions.map(printCondition).join(' && ')
}

function printCondition(condition: Condition): string {
  if (condition.kind === 'tries') return `retry_num > ${condition.failed - 1}`
  if (condition.kind === 'larger') return `size > ${condition.bytes}`
  if (!('values' in condition)) return PLAIN[condition.kind]
  const variable = VARIABLES[condition.kind]
  const values = condition.values.map((value) => (condition.kind === 'port' ? value : quote(value)))
  return values.length === 1 ? `${variable} == ${values[0] ?? ''}` : `contains([${values.join(', ')}], ${variable})`
}

/** The conditions that an expression stands for, or null when the window has no words for it. */
export function readConditions(text: string): readonly Condition[] | null {
  const all = tokens(text)
  if (all === null || all.length === 0) return null
  const conditions = splitAnd(all).map(readCondition)
  return conditions.every((condition) => condition !== null) ? conditions : null
}

function splitAnd(all: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]]
  for (const token of all) {
    if (token.text === '&&' || token.text === '&') parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

function readCondition(part: readonly Token[]): Condition | null {
  return readOwn(part) ?? readTries(part) ?? readComparison(part) ?? readContains(part)
}

function readOwn(part: readonly Token[]): Condition | null {
  const shape = part.map((token) => (token.kind === 'string' ? '’' : token.text)).join(' ')
  if (shape === 'true') return { kind: 'all' }
  const directory = part[2]?.value
  // Another directory than the default one is somebody's own doing: it stays text.
  if (directory !== '' && directory !== '*') return null
  if (shape === 'is_local_domain ( ’ , rcpt_domain )') return { kind: 'own-domain' }
  return shape === 'is_local_address ( ’ , rcpt )' ? { kind: 'own-address' } : null
}

function readTries([name, operator, number, ...rest]: readonly Token[]): Condition | null {
  if (name === undefined || operator === undefined || number === undefined || rest.length > 0) return null
  if (number.kind !== 'number' || !/^\d{1,15}$/.test(number.text)) return null
  const value = Number(number.text)
  if (name.text === 'size' && operator.text === '>') return { kind: 'larger', bytes: value }
  if (name.text !== 'retry_num') return null
  if (operator.text === '>') return { kind: 'tries', failed: value + 1 }
  return (operator.text === '>=' || operator.text === '=>') && value > 0 ? { kind: 'tries', failed: value } : null
}

function readComparison([name, operator, literal, ...rest]: readonly Token[]): Condition | null {
  if (name === undefined || literal === undefined || rest.length > 0) return null
  if (operator?.text !== '==' && operator?.text !== '=') return null
  if (name.text === 'source' && literal.kind === 'string') return literal.value === 'authenticated' ? { kind: 'signed-in' } : null
  return listCondition(name, [literal])
}

function readContains(part: readonly Token[]): Condition | null {
  if (part[0]?.text !== 'contains' || part[1]?.text !== '(' || part[2]?.text !== '[') return null
  const close = part.findIndex((token) => token.text === ']')
  const [comma, name, end, ...rest] = part.slice(close + 1)
  if (close < 0 || comma?.text !== ',' || name === undefined || end?.text !== ')' || rest.length > 0) return null
  const inside = part.slice(3, close)
  const wellFormed = inside.every((token, index) => (index % 2 === 0 ? token.kind !== 'operator' : token.text === ','))
  return wellFormed && inside.length % 2 === 1
    ? listCondition(
        name,
        inside.filter((_, index) => index % 2 === 0),
      )
    : null
}

function listCondition(name: Token, literals: readonly Token[]): Condition | null {
  const kind = (Object.keys(VARIABLES) as ListKind[]).find((one) => VARIABLES[one] === name.text)
  if (kind === undefined || name.kind !== 'name') return null
  const fitting = kind === 'port' ? 'number' : 'string'
  if (!literals.every((literal) => literal.kind === fitting)) return null
  return { kind, values: literals.map((literal) => literal.value) }
}

/** A condition of another kind, with what can be kept of the old one. */
export function freshCondition(kind: ConditionKind): Condition {
  if (kind === 'tries') return { kind, failed: 2 }
  if (kind === 'larger') return { kind, bytes: 10_000_000 }
  return isListKind(kind) ? { kind, values: [] } : { kind }
}

/** What a person typed into a list, cut at commas, semicolons, blanks and line ends; domains and addresses as the engine compares them. */
export function splitValues(kind: ListKind, typed: string): readonly string[] {
  const values = typed.split(/[\s,;]+/).filter((value) => value !== '')
  return [...new Set(values.map((value) => normalise(kind, value)))]
}

function normalise(kind: ListKind, value: string): string {
  if (kind === 'rcpt-domain' || kind === 'sender-domain') return value.replace(/^.*@/, '').replace(/\.$/, '').toLowerCase()
  if (kind !== 'rcpt' && kind !== 'sender') return value.toLowerCase()
  const at = value.lastIndexOf('@')
  return at < 0 ? value : value.slice(0, at) + value.slice(at).toLowerCase()
}

/** What is still missing before a condition can be written; null when it is whole. */
export function lackOf(condition: Condition): 'values' | 'number' | 'port' | null {
  if (condition.kind === 'tries') return Number.isInteger(condition.failed) && condition.failed > 0 ? null : 'number'
  if (condition.kind === 'larger') return Number.isInteger(condition.bytes) && condition.bytes > 0 ? null : 'number'
  if (!('values' in condition)) return null
  if (condition.values.length === 0) return 'values'
  return condition.kind === 'port' && !condition.values.every((value) => /^\d{1,5}$/.test(value)) ? 'port' : null
}
