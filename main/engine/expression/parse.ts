import { ExpressionError } from './errors.ts'
import type { ExpressionErrorKind } from './errors.ts'
import { MAX_ARRAY_LENGTH, MAX_NESTING, MAX_TREE_DEPTH } from './limits.ts'
import { INT_END, badNumber, tokenise } from './tokenise.ts'
import type { Token } from './tokenise.ts'
import { startOf } from './syntax-tree.ts'
import type { BinaryOperator, Node, UnaryOperator } from './syntax-tree.ts'

/** Binary operators by how loosely they bind, the loosest first (2.2); all are left-associative. */
export const PRECEDENCE: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['^'],
  ['==', '!='],
  ['>', '>=', '<', '<='],
  ['+', '-'],
  ['*', '/'],
]
const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
])
const WORD_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['xor', '^'],
  ['eq', '=='],
  ['ne', '!='],
  ['is', '=='],
])

/** Reads an expression into its tree (grammar of 2.2). @throws ExpressionError naming the first fault and its column */
export function parse(text: string): Node {
  return new Parser(text).parseAll()
}

/** Recursive descent over the tokens. Depth is counted, so that no text can exhaust the stack. */
class Parser {
  private readonly text: string
  private readonly tokens: readonly Token[]
  private position = 0
  private nesting = 0
  private readonly open: Token[] = []

  constructor(text: string) {
    this.text = text
    this.tokens = tokenise(text)
  }

  parseAll(): Node {
    if (this.current().type === 'end') throw this.error('syntax', 'the expression is empty', this.current())
    const node = this.parseBinary(0)
    if (this.current().type !== 'end') throw this.unexpected()
    return node
  }

  private parseBinary(level: number): Node {
    const operators = PRECEDENCE[level]
    if (operators === undefined) return this.parseUnary()
    let left = this.parseBinary(level + 1)
    for (;;) {
      const token = this.current()
      const operator = operators.find((candidate) => token.type === 'operator' && candidate === token.text)
      if (operator === undefined) return left
      this.position += 1
      const right = this.parseBinary(level + 1)
      const depth = this.grow(token, left, right)
      left = { type: 'binary', operator, left, right, at: token.at, start: startOf(left), depth }
    }
  }

  private parseUnary(): Node {
    const token = this.current()
    if (token.type !== 'operator' || (token.text !== '!' && token.text !== '-')) return this.parsePostfix()
    this.position += 1
    if (token.text === '-' && this.current().value === INT_END) return this.smallestInt(token)
    const operator: UnaryOperator = token.text
    const operand = this.nested(token, () => this.parseUnary())
    return { type: 'unary', operator, operand, at: token.at, depth: this.grow(token, operand) }
  }

  private smallestInt(minus: Token): Node {
    this.position += 1
    return { type: 'number', value: -INT_END, written: `-${INT_END}`, duration: false, at: minus.at, depth: 1 }
  }

  private parsePostfix(): Node {
    let target = this.parsePrimary()
    while (this.isOperator('[')) {
      const bracket = this.current()
      const [index] = this.bracketed(() => [this.parseBinary(0)])
      if (index === undefined) throw this.error('syntax', 'an index is missing between [ and ]', bracket)
      target = { type: 'index', target, index, at: startOf(target), depth: this.grow(bracket, target, index) }
    }
    return target
  }

  private parsePrimary(): Node {
    const token = this.current()
    const { at } = token
    switch (token.type) {
      case 'number':
        return this.parseNumber(token)
      case 'string':
        this.position += 1
        return { type: 'string', value: token.text, pattern: token.pattern, written: this.text.slice(at, token.end), at, depth: 1 }
      case 'capture':
        this.position += 1
        return { type: 'capture', index: Number(token.value), at, depth: 1 }
      case 'global':
        this.position += 1
        return { type: 'global', name: token.text, at, depth: 1 }
      case 'name':
        this.position += 1
        return this.isOperator('(') ? this.parseCall(token) : { type: 'name', name: token.text, at, depth: 1 }
      default:
        return this.parseBracket(token)
    }
  }

  private parseNumber(token: Token): Node {
    if (token.value === INT_END) throw badNumber(this.text, token.text, token.at)
    this.position += 1
    return { type: 'number', value: token.value, written: token.text, duration: token.duration, at: token.at, depth: 1 }
  }

  private parseCall(name: Token): Node {
    const args = this.bracketed(() => this.parseList(')', false))
    return { type: 'call', name: name.text, args, at: name.at, depth: this.grow(name, ...args) }
  }

  private parseBracket(token: Token): Node {
    if (this.isOperator('[')) {
      const items = this.bracketed(() => this.parseList(']', true))
      return { type: 'array', items, at: token.at, depth: this.grow(token, ...items) }
    }
    if (!this.isOperator('(')) throw this.unexpected()
    const [inner] = this.bracketed(() => [this.parseBinary(0)])
    if (inner === undefined) throw this.error('syntax', 'there is nothing between ( and )', token)
    return inner
  }

  private parseList(closer: string, trailingComma: boolean): Node[] {
    const items: Node[] = []
    if (this.isOperator(closer)) return items
    for (;;) {
      items.push(this.parseBinary(0))
      if (items.length > MAX_ARRAY_LENGTH) throw this.error('syntax', `there are more than ${MAX_ARRAY_LENGTH} elements`, this.current())
      if (!this.isOperator(',')) return items
      this.position += 1
      if (trailingComma && this.isOperator(closer)) return items
    }
  }

  /** What stands between an opening bracket and the one that closes it. Both are consumed. */
  private bracketed(parseInside: () => Node[]): Node[] {
    const opener = this.current()
    const closer = CLOSERS.get(opener.text) ?? ''
    this.position += 1
    this.open.push(opener)
    if (this.current().type === 'end') throw this.notClosed(opener)
    const inside = this.nested(opener, () => (this.isOperator(closer) ? [] : parseInside()))
    if (!this.isOperator(closer)) throw this.unexpected()
    this.position += 1
    this.open.pop()
    return inside
  }

  private nested<T>(token: Token, parseInside: () => T): T {
    this.nesting += 1
    if (this.nesting > MAX_NESTING) throw this.error('syntax', `the expression nests deeper than ${MAX_NESTING} levels`, token)
    const inside = parseInside()
    this.nesting -= 1
    return inside
  }

  private grow(token: Token, ...children: Node[]): number {
    let depth = 1
    for (const child of children) depth = Math.max(depth, child.depth + 1)
    if (depth > MAX_TREE_DEPTH) {
      throw this.error('syntax', `more than ${MAX_TREE_DEPTH} operations hang on one another; compare with a list: contains([…], x)`, token)
    }
    return depth
  }

  private current(): Token {
    const token = this.tokens[this.position]
    if (token === undefined) throw new RangeError('read beyond the last token')
    return token
  }

  private isOperator(text: string): boolean {
    const token = this.current()
    return token.type === 'operator' && token.text === text
  }

  /** The fault at the current token: what stands there cannot follow, or something is missing before it. */
  private unexpected(): ExpressionError {
    const token = this.current()
    const opener = this.open.at(-1)
    if (token.type === 'end') {
      if (opener !== undefined && this.previousEndsValue()) return this.notClosed(opener)
      return this.error('syntax', 'the expression ends where a value is expected', token)
    }
    if (token.type === 'operator' && (token.text === ')' || token.text === ']')) return this.unexpectedCloser(token, opener)
    if (this.previousEndsValue()) return this.adjacent(token)
    return this.error('syntax', `${this.shown(token)} stands where a value is expected`, token)
  }

  private unexpectedCloser(token: Token, opener: Token | undefined): ExpressionError {
    if (opener === undefined) return this.error('paren', `"${token.text}" closes nothing`, token)
    const wanted = CLOSERS.get(opener.text) ?? ''
    if (token.text !== wanted) return this.error('paren', `"${opener.text}" is closed by "${token.text}" instead of "${wanted}"`, token)
    return this.error('syntax', `a value is missing before "${token.text}"`, token)
  }

  private adjacent(token: Token): ExpressionError {
    const operator = token.type === 'name' ? WORD_OPERATORS.get(token.text.toLowerCase()) : undefined
    if (operator !== undefined) {
      return this.error('syntax', `"${token.text}" is written ${operator} here`, token, operator)
    }
    return this.error('syntax', `an operator or a comma is missing before ${this.shown(token)}`, token)
  }

  private notClosed(opener: Token): ExpressionError {
    return this.error('paren', `"${opener.text}" is not closed by "${CLOSERS.get(opener.text) ?? ''}"`, opener)
  }

  private previousEndsValue(): boolean {
    const token = this.tokens[this.position - 1]
    if (token === undefined) return false
    return token.type !== 'operator' || token.text === ')' || token.text === ']'
  }

  private shown(token: Token): string {
    const written = this.text.slice(token.at, token.end)
    return `"${written.length > 40 ? `${written.slice(0, 40)}…` : written}"`
  }

  private error(kind: ExpressionErrorKind, message: string, token: Token, suggestion?: string): ExpressionError {
    return new ExpressionError(kind, message, { text: this.text, at: token.at }, suggestion)
  }
}
