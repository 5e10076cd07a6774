import { VARIABLE_TYPES } from './context.ts'
import { columnAt } from './errors.ts'
import { print, printFloat, printString } from './print.ts'
import { startOf, walk } from './syntax-tree.ts'
import type { BinaryNode, NumberNode, Node } from './syntax-tree.ts'
import type { ValueType } from './value.ts'

export type LintCode = 'unit-mismatch' | 'or-of-constants' | 'wildcard-literal'

/** Something that loads but hardly does what its writer meant. `suggestion` is text for the whole comparison. */
export interface Lint {
  code: LintCode
  message: string
  column: number
  suggestion?: string | undefined
}

type Found = Omit<Lint, 'column'> & { at: number }

/** Variables that count seconds, where a duration literal counts milliseconds (2.4). */
const SECONDS: readonly string[] = ['queue_age', 'expires_in']
const COMPARISONS: readonly string[] = ['==', '!=', '<', '>', '<=', '>=']

/** The likely mistakes inside one expression (2.6). */
export function lintExpression(text: string, root: Node): Lint[] {
  const found: Found[] = []
  walk(root, (node) => {
    if (node.type !== 'binary') return
    if (COMPARISONS.includes(node.operator)) found.push(...unitMismatch(node), ...wildcard(node))
    found.push(...orOfConstants(node))
  })
  found.push(...chainsOfConstants(root))
  return found.map(({ at, ...lint }) => ({ ...lint, column: columnAt(text, at) }))
}

function unitMismatch(node: BinaryNode): Found[] {
  const sides = [addends(node.left), addends(node.right)]
  const seconds = sides.flat().find((term) => term.type === 'name' && SECONDS.includes(term.name))
  const duration = sides.flat().find((term) => term.type === 'number' && term.duration)
  if (seconds?.type !== 'name' || duration?.type !== 'number') return []
  return [
    {
      code: 'unit-mismatch',
      message: `${seconds.name} counts seconds, but ${duration.written} is ${String(duration.value)} milliseconds`,
      at: duration.at,
      suggestion: `${inSeconds(node.left)} ${node.operator} ${inSeconds(node.right)}`,
    },
  ]
}

/** The terms of a sum; anything else, such as a product that may convert units, is no term. */
function addends(node: Node): Node[] {
  if (node.type !== 'binary') return [node]
  return node.operator === '+' || node.operator === '-' ? [...addends(node.left), ...addends(node.right)] : []
}

function inSeconds(node: Node): string {
  if (node.type === 'number' && node.duration) return secondsText(node)
  if (node.type !== 'binary') return print(node)
  return `${inSeconds(node.left)} ${node.operator} ${inSeconds(node.right)}`
}

function secondsText(node: NumberNode): string {
  const milliseconds = Number(node.value)
  return milliseconds % 1000 === 0 ? String(milliseconds / 1000) : printFloat(milliseconds / 1000)
}

/** `x == ('a' || 'b')` compares with `'a'` alone. */
function orOfConstants(node: BinaryNode): Found[] {
  if (node.operator !== '==' && node.operator !== '!=') return []
  const [subject, choice] = isChoice(node.right) ? [node.left, node.right] : [node.right, node.left]
  if (!isChoice(choice)) return []
  const list = `contains([${choices(choice).map(print).join(', ')}], ${print(subject)})`
  return [
    {
      code: 'or-of-constants',
      message: `only the first of the choices is compared: || hands back its left side`,
      at: startOf(choice),
      suggestion: node.operator === '==' ? list : `!${list}`,
    },
  ]
}

function isChoice(node: Node): boolean {
  return node.type === 'binary' && node.operator === '||' && choices(node).every(isConstant)
}

function choices(node: Node): Node[] {
  return node.type === 'binary' && node.operator === '||' ? [...choices(node.left), ...choices(node.right)] : [node]
}

function isConstant(node: Node): boolean {
  return node.type === 'string' || node.type === 'number'
}

/** `x == 'a' || 'b'` is always true. Looked for once in each chain of `||`, from its top. */
function chainsOfConstants(root: Node): Found[] {
  const found: Found[] = []
  const inner = new Set<Node>()
  walk(root, (node) => {
    if (node.type !== 'binary' || node.operator !== '||') return
    inner.add(node.left).add(node.right)
    if (!inner.has(node)) found.push(...chainOfConstants(node))
  })
  return found
}

function chainOfConstants(chain: Node): Found[] {
  const parts = choices(chain)
  const equality = parts.find((part): part is BinaryNode => part.type === 'binary' && part.operator === '==' && isConstant(part.right))
  const constant = parts.find((part) => part.type === 'string' && part.value !== '')
  if (!equality || !constant) return []
  const subject = print(equality.left)
  const compared = parts.flatMap((part) => comparedWith(part, subject))
  return [
    {
      code: 'or-of-constants',
      message: `${print(constant)} alone is always true; it is not compared with ${subject}`,
      at: constant.at,
      suggestion: compared.length === parts.length ? `contains([${compared.map(print).join(', ')}], ${subject})` : undefined,
    },
  ]
}

function comparedWith(part: Node, subject: string): Node[] {
  if (part.type === 'string') return [part]
  const same = part.type === 'binary' && part.operator === '==' && print(part.left) === subject && isConstant(part.right)
  return same ? [part.right] : []
}

/** `x == '*.example.org'` compares with the star itself. */
function wildcard(node: BinaryNode): Found[] {
  if (node.operator !== '==' && node.operator !== '!=') return []
  const [subject, literal] = node.right.type === 'string' ? [node.left, node.right] : [node.right, node.left]
  if (literal.type !== 'string' || !literal.value.includes('*')) return []
  const test = wildcardTest(print(subject), literal.value)
  return [
    {
      code: 'wildcard-literal',
      message: `* stands for itself in a comparison; ${literal.written} matches no pattern`,
      at: literal.at,
      suggestion: node.operator === '==' ? test : `!${test}`,
    },
  ]
}

function wildcardTest(subject: string, wild: string): string {
  const pieces = wild.split('*')
  const [before = '', after = ''] = pieces
  if (pieces.length === 2 && before === '') return `ends_with(${subject}, ${printString(after)})`
  if (pieces.length === 2 && after === '') return `starts_with(${subject}, ${printString(before)})`
  const escaped = pieces.map((piece) => piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*')
  return `matches("^${escaped.replaceAll('"', '\\"')}$", ${subject})`
}

const TYPE_BY_FUNCTION: ReadonlyMap<string, ValueType> = new Map([
  ...['is_local_domain', 'is_local_address', 'key_exists', 'is_empty', 'is_number', 'is_ip_addr', 'is_ipv4_addr', 'is_ipv6_addr'].map(
    (name): [string, ValueType] => [name, 'int'],
  ),
  ...['is_email', 'len', 'count_chars', 'count_spaces', 'count_uppercase', 'count_lowercase', 'contains', 'contains_ignore_case'].map(
    (name): [string, ValueType] => [name, 'int'],
  ),
  ...['eq_ignore_case', 'starts_with', 'ends_with', 'count', 'is_intersect', 'matches'].map((name): [string, ValueType] => [name, 'int']),
  ...['lines', 'split', 'rsplit', 'split_n', 'split_words', 'sort', 'dedup', 'winnow'].map((name): [string, ValueType] => [name, 'array']),
  ...['key_get', 'config_get', 'hash', 'substring', 'ip_reverse_name'].map((name): [string, ValueType] => [name, 'string']),
])

/** The type an expression always has, or undefined where it depends on what is evaluated. */
export function staticType(node: Node): ValueType | undefined {
  switch (node.type) {
    case 'number':
      return typeof node.value === 'bigint' ? 'int' : 'float'
    case 'string':
    case 'capture':
      return 'string'
    case 'name':
      return VARIABLE_TYPES.get(node.name) ?? 'int'
    case 'global':
      return 'int'
    case 'array':
      return 'array'
    case 'index':
      return undefined
    case 'unary':
      return node.operator === '!' ? 'int' : undefined
    case 'call':
      return node.name === 'if_then' ? commonType(node.args.slice(1)) : TYPE_BY_FUNCTION.get(node.name)
    case 'binary':
      return binaryType(node)
  }
}

function binaryType(node: BinaryNode): ValueType | undefined {
  if (node.operator === '^' || COMPARISONS.includes(node.operator)) return 'int'
  if (node.operator === '/') return 'float'
  if (node.operator === '||' || node.operator === '&&') return staticType(node.left) === 'int' ? 'int' : undefined
  return undefined
}

function commonType(nodes: readonly Node[]): ValueType | undefined {
  const types = new Set(nodes.map(staticType))
  return types.size === 1 ? [...types][0] : undefined
}
