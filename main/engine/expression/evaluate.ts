import type { CheckedTree } from './check.ts'
import { literalOf } from './syntax-tree.ts'
import { FUNCTIONS } from './functions.ts'
import type { FunctionDefinition, MaybePromise, WaitingFunctions } from './functions.ts'
import { add, compare, divide, equals, exclusiveOr, multiply, negate, not, subtract } from './operators.ts'
import type { Captures, Pattern } from './pattern.ts'
import type { BinaryNode, BinaryOperator, CallNode, Node } from './syntax-tree.ts'
import { fromBoolean, isTruthy, toArray, toCount, toText } from './value.ts'
import type { Value } from './value.ts'

/** What one evaluation sees. `variable` is asked only for names of the context the expression was compiled for. */
export interface Environment {
  variable: (name: string) => Value
  functions: WaitingFunctions
  captures: Captures
}

/** A tree made into closures. One that asks the outside nowhere (`waits` false) always answers at once. */
export type Program = SyncProgram | WaitingProgram
interface SyncProgram {
  waits: false
  run: (environment: Environment) => Value
}
interface WaitingProgram {
  waits: true
  run: (environment: Environment) => MaybePromise<Value>
}

export interface ProgramOptions extends CheckedTree {
  configGet: (key: string) => string
}

/** Makes the closures of a checked tree. Operands run left to right, each only when the one before has its value. */
export function makeProgram(node: Node, options: ProgramOptions): Program {
  const literal = literalOf(node)
  if (literal !== undefined) return sync(() => literal)
  switch (node.type) {
    case 'name': {
      const { name } = node
      return sync((environment) => environment.variable(name))
    }
    case 'capture': {
      const { index } = node
      return sync((environment) => environment.captures.groups[index] ?? '')
    }
    case 'global':
      return sync(() => 0n) // nothing sets globals while mail is routed (2.1)
    case 'array':
      return arrayProgram(node.items, options)
    case 'index':
      return apply2(makeProgram(node.target, options), makeProgram(node.index, options), elementAt)
    case 'unary':
      return apply1(makeProgram(node.operand, options), node.operator === '!' ? not : negate)
    case 'binary':
      return binaryProgram(node, options)
    case 'call':
      return callProgram(node, options)
    default:
      throw new RangeError(`a ${node.type} that is not a literal`)
  }
}

function sync(run: (environment: Environment) => Value): SyncProgram {
  return { waits: false, run }
}

function arrayProgram(items: readonly Node[], options: ProgramOptions): Program {
  const literals = items.map(literalOf)
  if (literals.every((literal) => literal !== undefined)) return sync(() => literals)
  return applyAll(
    items.map((item) => makeProgram(item, options)),
    (values) => values,
  )
}

/** Element of an array; a scalar is an array of one. Out of range is `''` (2.10). */
function elementAt(target: Value, index: Value): Value {
  return toArray(target)[toCount(index)] ?? ''
}

const OPERATIONS: Readonly<Record<Exclude<BinaryOperator, '||' | '&&'>, (left: Value, right: Value) => Value>> = {
  '^': exclusiveOr,
  '==': (left, right) => fromBoolean(equals(left, right)),
  '!=': (left, right) => fromBoolean(!equals(left, right)),
  '>': (left, right) => fromBoolean(compare(left, right) > 0),
  '>=': (left, right) => fromBoolean(compare(left, right) >= 0),
  '<': (left, right) => fromBoolean(compare(left, right) < 0),
  '<=': (left, right) => fromBoolean(compare(left, right) <= 0),
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
}

function binaryProgram(node: BinaryNode, options: ProgramOptions): Program {
  const left = makeProgram(node.left, options)
  const right = makeProgram(node.right, options)
  if (node.operator === '||' || node.operator === '&&') return shortCircuit(left, right, node.operator === '||')
  return apply2(left, right, OPERATIONS[node.operator])
}

/** `||` stops at a true left side, `&&` at a false one, and hands back that side itself; else the result is the right side's truth (2.4). */
function shortCircuit(left: Program, right: Program, stopsAt: boolean): Program {
  if (!left.waits && !right.waits) {
    return sync((environment) => {
      const first = left.run(environment)
      return isTruthy(first) === stopsAt ? first : fromBoolean(isTruthy(right.run(environment)))
    })
  }
  const goOn = (first: Value, environment: Environment): MaybePromise<Value> => {
    if (isTruthy(first) === stopsAt) return first
    return chain(right.run(environment), (second) => fromBoolean(isTruthy(second)))
  }
  return { waits: true, run: (environment) => chain(left.run(environment), (first) => goOn(first, environment)) }
}

function callProgram(node: CallNode, options: ProgramOptions): Program {
  const definition = FUNCTIONS.get(node.name)
  const [a, b, c] = node.args
  if (!definition || !a) throw new RangeError(`an unchecked call of ${node.name}`)
  const first = (): Program => makeProgram(a, options)
  const second = (): Program => makeProgram(argument(node, b), options)
  switch (definition.kind) {
    case 'config': {
      const key = toText(literalOf(a) ?? '')
      return sync(() => options.configGet(key))
    }
    case 'matches': {
      const pattern = options.patterns.get(node)
      if (!pattern) throw new RangeError('a pattern that was not checked')
      return matchProgram(pattern, second())
    }
    case 'waiting':
      return askProgram(definition, first(), second())
    case 'pure':
      if (definition.arity === 1) return apply1(first(), definition.run)
      if (definition.arity === 2) return apply2(first(), second(), definition.run)
      return apply3(first(), second(), makeProgram(argument(node, c), options), definition.run)
  }
}

function argument(node: CallNode, arg: Node | undefined): Node {
  if (!arg) throw new RangeError(`an unchecked call of ${node.name}`)
  return arg
}

function matchProgram(pattern: Pattern, value: Program): Program {
  const search = (text: Value, environment: Environment): Value => fromBoolean(pattern.search(toText(text), environment.captures))
  if (!value.waits) return sync((environment) => search(value.run(environment), environment))
  return { waits: true, run: (environment) => chain(value.run(environment), (text) => search(text, environment)) }
}

function askProgram(definition: Extract<FunctionDefinition, { kind: 'waiting' }>, first: Program, second: Program): Program {
  return {
    waits: true,
    run(environment) {
      const ask = (a: Value, b: Value): MaybePromise<Value> => definition.run(environment.functions, toText(a), toText(b))
      return chain(first.run(environment), (a) => chain(second.run(environment), (b) => ask(a, b)))
    },
  }
}

function apply1(operand: Program, run: (a: Value) => Value): Program {
  if (!operand.waits) return sync((environment) => run(operand.run(environment)))
  return { waits: true, run: (environment) => chain(operand.run(environment), run) }
}

function apply2(left: Program, right: Program, run: (a: Value, b: Value) => Value): Program {
  if (!left.waits && !right.waits) return sync((environment) => run(left.run(environment), right.run(environment)))
  return {
    waits: true,
    run: (environment) => chain(left.run(environment), (a) => chain(right.run(environment), (b) => run(a, b))),
  }
}

function apply3(first: Program, second: Program, third: Program, run: (a: Value, b: Value, c: Value) => Value): Program {
  if (!first.waits && !second.waits && !third.waits) {
    return sync((environment) => run(first.run(environment), second.run(environment), third.run(environment)))
  }
  return applyAll([first, second, third], ([a = '', b = '', c = '']) => run(a, b, c))
}

function applyAll(parts: readonly Program[], run: (values: readonly Value[]) => Value): Program {
  if (parts.every((part) => !part.waits)) return sync((environment) => run(parts.map((part) => part.run(environment))))
  return { waits: true, run: (environment) => runInTurn(parts, environment, run) }
}

function runInTurn(parts: readonly Program[], environment: Environment, run: (values: readonly Value[]) => Value): MaybePromise<Value> {
  const values: Value[] = []
  for (const [index, part] of parts.entries()) {
    const value = part.run(environment)
    if (value instanceof Promise)
      return value.then(async (first) => run([...values, first, ...(await runRest(parts, index + 1, environment))]))
    values.push(value)
  }
  return run(values)
}

async function runRest(parts: readonly Program[], from: number, environment: Environment): Promise<Value[]> {
  const values: Value[] = []
  for (const part of parts.slice(from)) values.push(await part.run(environment))
  return values
}

/** `next` of the value: at once when it is there, else when it comes. */
function chain<T>(value: MaybePromise<Value>, next: (value: Value) => MaybePromise<T>): MaybePromise<T> {
  return value instanceof Promise ? value.then(next) : next(value)
}
