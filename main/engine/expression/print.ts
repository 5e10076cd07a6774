import { PRECEDENCE } from './parse.ts'
import { floatText } from './value.ts'
import type { Node } from './syntax-tree.ts'

const UNARY_LEVEL = PRECEDENCE.length
const POSTFIX_LEVEL = UNARY_LEVEL + 1

/** The tree as expression text that reads back as the same tree: long operator forms, single blanks, only the brackets it needs. */
export function print(node: Node): string {
  switch (node.type) {
    case 'number':
      return node.written
    case 'string':
      return node.written
    case 'name':
      return node.name
    case 'capture':
      return `$${node.index}`
    case 'global':
      return `$${node.name}`
    case 'call':
      return `${node.name}(${node.args.map(print).join(', ')})`
    case 'array':
      return `[${node.items.map(print).join(', ')}]`
    case 'index':
      return `${printAt(node.target, POSTFIX_LEVEL)}[${print(node.index)}]`
    case 'unary':
      return `${node.operator}${printAt(node.operand, UNARY_LEVEL)}`
    case 'binary': {
      const level = levelOf(node)
      return `${printAt(node.left, level)} ${node.operator} ${printAt(node.right, level + 1)}`
    }
  }
}

function printAt(node: Node, level: number): string {
  return levelOf(node) < level ? `(${print(node)})` : print(node)
}

function levelOf(node: Node): number {
  if (node.type === 'binary') return PRECEDENCE.findIndex((operators) => operators.includes(node.operator))
  if (node.type === 'unary' || (node.type === 'number' && node.value < 0)) return UNARY_LEVEL
  return POSTFIX_LEVEL
}

/** A string as a literal that reads back as it. */
export function printString(text: string): string {
  const escaped = text.replace(/[\\'\n\r\t]/g, (character) => ESCAPED.get(character) ?? character)
  return `'${escaped}'`
}

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ["'", "\\'"],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** A float as a literal that reads back as it: always with a point, never with an exponent. */
export function printFloat(float: number): string {
  const text = floatText(float)
  return text.includes('.') ? text : `${text}.0`
}
