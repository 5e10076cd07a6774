import { VARIABLE_TYPES } from './context.ts'
import { EvaluationError } from './errors.ts'
import { makeProgram } from './evaluate.ts'
import { FUNCTIONS } from './functions.ts'
import { newCaptures } from './pattern.ts'
import { print } from './print.ts'
import { literalOf, someNode, walk } from './syntax-tree.ts'
import type { Node } from './syntax-tree.ts'
import { isTruthy, typeOf } from './value.ts'
import type { Value } from './value.ts'

/** Work for one list; when it does not do, the conditions left are taken as independent. */
const MOST_STEPS = 100_000
const MOST_PINNED = 200

/** What is worth knowing about a condition more than once. */
interface Facts {
  text: string
  choices: readonly Node[] | undefined // the operands of a chain of ||
  conjuncts: readonly Node[] | undefined // the operands of a chain of &&
  only: { name: string; holds: (value: Value) => boolean | undefined } | undefined // the one variable it looks at, and its truth by that
  captures: boolean
  constant: boolean | undefined // its truth when it looks at nothing
  range: Range | undefined
  pinned: Pinned | undefined
}

/** Finds branches of one list that can never be reached. Says no where it cannot tell. */
export class Reasoning {
  private steps = 0
  private readonly known = new WeakMap<Node, Facts>()

  /** Whether the condition is true for all mail. */
  isAlwaysTrue(condition: Node): boolean {
    return this.factsOf(condition).constant === true
  }

  /**
   * Whether `earlier` is true whenever `later` is: by constants, equal conditions, `&&`, `||`, ranges of numbers, and conditions on one
   * variable that the later one compares with constants.
   */
  implies(later: Node, earlier: Node): boolean {
    this.steps += 1
    if (this.steps > MOST_STEPS) return false
    if (this.isAlwaysTrue(earlier) || this.isSame(later, earlier)) return true
    const inner = this.factsOf(later)
    const outer = this.factsOf(earlier)
    if (inner.choices) return inner.choices.every((part) => this.implies(part, earlier))
    if (outer.conjuncts) return outer.conjuncts.every((part) => this.implies(later, part))
    if (outer.choices?.some((part) => this.implies(later, part))) return true
    if (inner.conjuncts?.some((part) => this.implies(part, earlier))) return true
    return rangeInside(inner.range, outer.range) || this.holdsForAllPinned(later, earlier)
  }

  /** Captures may differ from branch to branch, so only conditions without them are the same by their text. */
  private isSame(later: Node, earlier: Node): boolean {
    const facts = this.factsOf(later)
    return !facts.captures && facts.text === this.factsOf(earlier).text
  }

  /** `x == 'a'` and `contains(['a', 'b'], x)` leave x few values: does the earlier condition, which looks at x alone, hold for each? */
  private holdsForAllPinned(later: Node, earlier: Node): boolean {
    const { pinned } = this.factsOf(later)
    const { only } = this.factsOf(earlier)
    if (!pinned || only?.name !== pinned.name) return false
    this.steps += pinned.values.length * earlier.depth
    return pinned.values.every((value) => only.holds(value) === true)
  }

  private factsOf(node: Node): Facts {
    const known = this.known.get(node)
    if (known) return known
    const names = dependencies(node)
    const constant = names?.length === 0 ? tester(node, '')('') : undefined
    const [name] = names ?? []
    const only = name !== undefined && names?.length === 1 ? { name, holds: tester(node, name) } : undefined
    const facts: Facts = {
      text: print(node),
      choices: operandsOf(node, '||'),
      conjuncts: operandsOf(node, '&&'),
      only,
      captures: usesCaptures(node),
      constant,
      range: rangeOf(node),
      pinned: pinnedValues(node),
    }
    this.known.set(node, facts)
    return facts
  }
}

/** All operands of a chain of one operator, or undefined when the node is none. */
function operandsOf(node: Node, operator: '||' | '&&'): readonly Node[] | undefined {
  if (node.type !== 'binary' || node.operator !== operator) return undefined
  const operands: Node[] = []
  const collect = (part: Node): void => {
    if (part.type !== 'binary' || part.operator !== operator) {
      operands.push(part)
      return
    }
    collect(part.left)
    collect(part.right)
  }
  collect(node)
  return operands
}

function usesCaptures(root: Node): boolean {
  return someNode(root, (node) => node.type === 'capture')
}

interface Range {
  subject: string
  low: number
  high: number
  lowOpen: boolean
  highOpen: boolean
}

const MIRRORED: Readonly<Record<string, string>> = { '>': '<', '<': '>', '>=': '<=', '<=': '>=', '==': '==' }

function rangeInside(inner: Range | undefined, outer: Range | undefined): boolean {
  if (!inner || inner.subject !== outer?.subject) return false
  const lowFits = inner.low > outer.low || (inner.low === outer.low && (!outer.lowOpen || inner.lowOpen))
  const highFits = inner.high < outer.high || (inner.high === outer.high && (!outer.highOpen || inner.highOpen))
  return lowFits && highFits
}

/** The numbers for which `x > 5` and its like are true. `x` may be anything that is the same each time; for int variables ends are closed. */
function rangeOf(node: Node): Range | undefined {
  if (node.type !== 'binary') return undefined
  const right = numberOf(node.right)
  if (right !== undefined) return makeRange(node.left, node.operator, right)
  const left = numberOf(node.left)
  const mirrored = MIRRORED[node.operator]
  return left === undefined || mirrored === undefined ? undefined : makeRange(node.right, mirrored, left)
}

function numberOf(node: Node): number | undefined {
  if (node.type === 'unary' && node.operator === '-' && node.operand.type === 'number') return -Number(node.operand.value)
  return node.type === 'number' ? Number(node.value) : undefined
}

function makeRange(subject: Node, operator: string, bound: number): Range | undefined {
  if (subject.type !== 'name' || VARIABLE_TYPES.get(subject.name) !== 'int') return undefined
  const step = Number.isInteger(bound) ? 1 : 0
  const all = { subject: subject.name, low: -Infinity, high: Infinity, lowOpen: false, highOpen: false }
  switch (operator) {
    case '>':
      return { ...all, low: bound + step, lowOpen: step === 0 }
    case '>=':
      return { ...all, low: bound }
    case '<':
      return { ...all, high: bound - step, highOpen: step === 0 }
    case '<=':
      return { ...all, high: bound }
    case '==':
      return { ...all, low: bound, high: bound }
    default:
      return undefined
  }
}

interface Pinned {
  name: string
  values: readonly Value[]
}

function pinnedValues(node: Node): Pinned | undefined {
  if (node.type === 'binary' && node.operator === '==') {
    const { left, right } = node
    return left.type === 'name' ? (pin(left, [right]) ?? pin(right, [left])) : pin(right, [left])
  }
  if (node.type !== 'call' || node.name !== 'contains') return undefined
  const [list, subject] = node.args
  return list?.type === 'array' && subject ? pin(subject, list.items) : undefined
}

function pin(subject: Node, constants: readonly Node[]): Pinned | undefined {
  const type = subject.type === 'name' ? VARIABLE_TYPES.get(subject.name) : undefined
  if (subject.type !== 'name' || type === undefined || constants.length > MOST_PINNED) return undefined
  const values = constants.map(literalOf).filter((value) => value !== undefined)
  if (values.length !== constants.length || !values.every((value) => typeOf(value) === type)) return undefined
  return { name: subject.name, values }
}

/** The variables a condition looks at; undefined when it also looks at captures, settings, patterns or the outside. */
function dependencies(root: Node): readonly string[] | undefined {
  const asksMore = (node: Node): boolean => node.type === 'call' && FUNCTIONS.get(node.name)?.kind !== 'pure'
  if (usesCaptures(root) || someNode(root, asksMore)) return undefined
  const names = new Set<string>()
  walk(root, (node) => {
    if (node.type === 'name' && literalOf(node) === undefined) names.add(node.name)
  })
  return [...names]
}

/** The truth of a condition for values of one variable; undefined where it outgrows its limits. */
function tester(node: Node, name: string): (value: Value) => boolean | undefined {
  const program = makeProgram(node, { patterns: new Map(), configGet: () => '' })
  return (value) => {
    const variable = (asked: string): Value => (asked === name ? value : '')
    try {
      const result = program.run({ variable, functions: NO_FUNCTIONS, captures: newCaptures() })
      return result instanceof Promise ? undefined : isTruthy(result)
    } catch (error) {
      if (error instanceof EvaluationError) return undefined
      throw error
    }
  }
}

function refuse(): never {
  throw new RangeError('a condition without outside functions asked one')
}
const NO_FUNCTIONS = { isLocalDomain: refuse, isLocalAddress: refuse, keyExists: refuse, keyGet: refuse, dnsQuery: refuse }
