import { FALSE, TRUE } from './value.ts'
import type { Value } from './value.ts'

/** `at` is the offset of the token a fault is reported at, `depth` the height of the tree below and with the node. */
interface Placed {
  at: number
  depth: number
}
export type BinaryOperator = '||' | '&&' | '^' | '==' | '!=' | '>' | '>=' | '<' | '<=' | '+' | '-' | '*' | '/'
export type UnaryOperator = '!' | '-'

export interface NumberNode extends Placed {
  type: 'number'
  value: bigint | number
  written: string // as in the source, so that `5m` stays `5m`
  duration: boolean // written with a unit; the value is milliseconds
}
export interface StringNode extends Placed {
  type: 'string'
  value: string // escapes taken out
  pattern: string // as `matches` reads it: raw but for the delimiting quote
  written: string // as in the source, with its quotes
}
export interface NameNode extends Placed {
  type: 'name'
  name: string
}
export interface CaptureNode extends Placed {
  type: 'capture'
  index: number
}
export interface GlobalNode extends Placed {
  type: 'global'
  name: string
}
export interface CallNode extends Placed {
  type: 'call'
  name: string
  args: readonly Node[]
}
export interface ArrayNode extends Placed {
  type: 'array'
  items: readonly Node[]
}
export interface IndexNode extends Placed {
  type: 'index'
  target: Node
  index: Node
}
export interface UnaryNode extends Placed {
  type: 'unary'
  operator: UnaryOperator
  operand: Node
}
export interface BinaryNode extends Placed {
  type: 'binary'
  operator: BinaryOperator
  left: Node
  right: Node
  start: number // offset where the left operand begins
}
/** An expression as it was read. Names are not looked up yet: that is the check's part. */
export type Node = NumberNode | StringNode | NameNode | CaptureNode | GlobalNode | CallNode | ArrayNode | IndexNode | UnaryNode | BinaryNode

/** The nodes right below a node, in the order they are evaluated. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'call':
      return node.args
    case 'array':
      return node.items
    case 'index':
      return [node.target, node.index]
    case 'unary':
      return [node.operand]
    case 'binary':
      return [node.left, node.right]
    default:
      return []
  }
}

/** Calls `visit` for the node and all below it, parents first. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const child of childrenOf(node)) walk(child, visit)
}

/** Whether the node or one below it passes the test. */
export function someNode(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someNode(child, test))
}

/** Offset of the first character of the node's text, brackets around it aside. */
export function startOf(node: Node): number {
  return node.type === 'binary' ? node.start : node.at
}

/** The value of a literal, or undefined for anything that has to be evaluated. */
export function literalOf(node: Node): Value | undefined {
  if (node.type === 'number' || node.type === 'string') return node.value
  if (node.type !== 'name') return undefined
  if (node.name === 'true') return TRUE
  return node.name === 'false' ? FALSE : undefined
}
