import { compile } from './compile.ts'
import type { CompileOptions, CompiledExpression } from './compile.ts'
import type { ExpressionContext } from './context.ts'
import { ExpressionError } from './errors.ts'
import type { ExpressionErrorKind } from './errors.ts'
import { Reasoning } from './implies.ts'
import { staticType } from './lint.ts'
import type { LintCode } from './lint.ts'
import { print, printFloat, printString } from './print.ts'

/** A strategy as it stands in a file: one expression, or branches closed by an else (2.7). Anything else is told apart by `compileList`. */
export type StrategyValue =
  | string
  | number
  | bigint
  | boolean
  | readonly {
      if?: string | number | bigint | boolean
      then?: string | number | bigint | boolean
      else?: string | number | bigint | boolean
    }[]

export interface CompiledBranch {
  condition: CompiledExpression
  then: CompiledExpression
}

/** A strategy ready to run. A plain expression has no branches; `plain` then tells it from a list. */
export interface CompiledList {
  branches: readonly CompiledBranch[]
  otherwise: CompiledExpression
  plain: boolean
  waits: boolean // whether any part asks the directory, a store or DNS
}

export type ShapeCode =
  | 'not-an-expression' // a value that is neither text, number, boolean nor list
  | 'element-not-a-table'
  | 'empty-element'
  | 'unknown-element-key'
  | 'if-without-then'
  | 'then-without-if'
  | 'then-in-else' // `else` shares its element with `if` or `then`
  | 'else-without-if'
  | 'no-else'
  | 'two-elses'
  | 'branch-after-else'
export type WarningCode = LintCode | 'branch-unreachable' | 'else-not-string' | 'then-not-string'

/** `path` is relative to the key: `''`, `'0001'` or `'0001.if'`. `column` counts in characters from 1 within that text. */
export interface ListProblem {
  code: ExpressionErrorKind | ShapeCode | WarningCode
  path: string
  message: string
  column?: number | undefined
  suggestion?: string | undefined
}

export type ListResult =
  { ok: true; list: CompiledList; warnings: ListProblem[] } | { ok: false; problems: ListProblem[]; warnings: ListProblem[] }

/** The four digits under which an element of a list is reported: `queue.strategy.route.0001`. */
export function elementPath(index: number): string {
  return String(index).padStart(4, '0')
}

/** Makes a strategy ready to run in a context, or says everything that is wrong with it at once (2.7). */
export function compileList(value: unknown, context: ExpressionContext, options: CompileOptions = {}): ListResult {
  return new ListCompiler(context, options).compileValue(value)
}

type Part = 'if' | 'then' | 'else'
const PARTS: readonly string[] = ['if', 'then', 'else']

class ListCompiler {
  private readonly context: ExpressionContext
  private readonly options: CompileOptions
  private readonly problems: ListProblem[] = []
  private readonly warnings: ListProblem[] = []
  private readonly branches: (CompiledBranch & { path: string })[] = []
  private otherwise: CompiledExpression | undefined
  private closed = false // an else was met, whether or not it could be used
  private opened = false // an if was met, whether or not it could be used

  constructor(context: ExpressionContext, options: CompileOptions) {
    this.context = context
    this.options = options
  }

  compileValue(value: unknown): ListResult {
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) this.compileElement(element, elementPath(index))
      if (!this.closed) this.report('no-else', '', 'the list has no else: add a last element { else = … } for when no condition is true')
    } else {
      this.otherwise = this.compilePart(value, '', 'else')
    }
    return this.finish(!Array.isArray(value))
  }

  private finish(plain: boolean): ListResult {
    const { otherwise, warnings } = this
    if (this.problems.length > 0 || !otherwise) return { ok: false, problems: this.problems, warnings }
    const branches = this.branches.map(({ condition, then }) => ({ condition, then }))
    if (!plain) this.warnUnreachable()
    const waits = [otherwise, ...branches.flatMap(({ condition, then }) => [condition, then])].some((part) => part.waits)
    return { ok: true, list: { branches, otherwise, plain, waits }, warnings }
  }

  private compileElement(element: unknown, path: string): void {
    if (!isTable(element)) {
      this.report('element-not-a-table', path, 'each element of the list is { if = "…", then = "…" }, the last one { else = "…" }')
      return
    }
    const unknown = Object.keys(element).filter((key) => !PARTS.includes(key))
    for (const key of unknown)
      this.report('unknown-element-key', `${path}.${key}`, `"${key}" has no meaning here; known are if, then and else`)
    const has = { if: element['if'] !== undefined, then: element['then'] !== undefined, else: element['else'] !== undefined }
    if (!has.if && !has.then && !has.else) {
      if (unknown.length === 0) this.report('empty-element', path, 'the element is empty; it needs if and then, or else')
      return
    }
    if (has.else) this.compileElse(element, has, path)
    else this.compileBranch(element, has, path)
  }

  private compileElse(element: Record<string, unknown>, has: Record<Part, boolean>, path: string): void {
    if (has.if || has.then) this.report('then-in-else', path, 'else stands alone in its element; put if and then into one of their own')
    if (this.closed) this.report('two-elses', path, 'the list has a second else; only one can close it')
    else if (!this.opened && !has.if) {
      this.report('else-without-if', path, 'there is no if before this else; write the value alone instead of a list')
    }
    this.closed = true
    if (has.if) this.opened = true
    this.otherwise = this.compilePart(element['else'], `${path}.else`, 'else')
  }

  private compileBranch(element: Record<string, unknown>, has: Record<Part, boolean>, path: string): void {
    if (this.closed)
      this.report('branch-after-else', path, 'this branch stands behind the else and is never reached; move the else to the end')
    if (!has.then) this.report('if-without-then', path, 'the element has an if and no then')
    if (!has.if) this.report('then-without-if', path, 'the element has a then and no if')
    this.opened = true
    const condition = has.if ? this.compilePart(element['if'], `${path}.if`, 'if') : undefined
    const then = has.then ? this.compilePart(element['then'], `${path}.then`, 'then') : undefined
    if (condition && then) this.branches.push({ condition, then, path })
  }

  private compilePart(value: unknown, path: string, part: Part): CompiledExpression | undefined {
    const text = expressionText(value)
    if (text === undefined) {
      this.report('not-an-expression', path, 'an expression is written as text')
      return undefined
    }
    try {
      const compiled = compile(text, this.context, this.options)
      this.warnings.push(...compiled.warnings.map((lint) => ({ ...lint, path })))
      if (part !== 'if') this.warnNotString(compiled, path, part)
      return compiled
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      const { kind, message, column } = error
      this.problems.push({ code: kind, path, message, column, suggestion: bareName(text, part) ?? error.suggestion })
      return undefined
    }
  }

  private warnNotString(compiled: CompiledExpression, path: string, part: 'then' | 'else'): void {
    const type = staticType(compiled.ast)
    if (type === undefined || type === 'string') return
    const kind = type === 'array' ? 'an array' : type === 'int' ? 'a whole number' : 'a number'
    const message = `${print(compiled.ast)} is ${kind} where a name in quotes is expected; it reads as the name 'default'`
    this.warnings.push({ code: `${part}-not-string`, path, message, column: 1 })
  }

  private warnUnreachable(): void {
    const reasoning = new Reasoning()
    for (const [index, branch] of this.branches.entries()) {
      const before = this.branches.slice(0, index).find((earlier) => reasoning.implies(branch.condition.ast, earlier.condition.ast))
      if (before) this.warnBehind(`${branch.path}.if`, before)
    }
    const always = this.branches.find(({ condition }) => reasoning.isAlwaysTrue(condition.ast))
    if (always) this.warnBehind(elementPath(this.branches.length), always)
  }

  private warnBehind(path: string, earlier: { path: string; condition: CompiledExpression }): void {
    const message = `this is never reached: branch ${Number(earlier.path)} (${earlier.condition.source}) is true whenever this would be`
    this.warnings.push({ code: 'branch-unreachable', path, message, column: 1 })
  }

  private report(code: ShapeCode, path: string, message: string): void {
    this.problems.push({ code, path, message })
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** TOML booleans and numbers are read as the expression they spell (2.7). */
function expressionText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Number.isInteger(value) ? BigInt(value).toString() : printFloat(value)
}

/** A bare word where a name is expected most likely lacks its inner quotes (2.6). */
function bareName(text: string, part: Part): string | undefined {
  return part !== 'if' && /^[A-Za-z_][A-Za-z0-9_.]*$/.test(text.trim()) ? printString(text.trim()) : undefined
}

/** The string constants a strategy can answer with, each with its place: for checking that such names exist. */
export function constantNames(list: CompiledList): { name: string; path: string; column?: number | undefined }[] {
  const named = (expression: CompiledExpression, path: string): { name: string; path: string; column: number }[] =>
    expression.constants.map(({ value, column }) => ({ name: value, path, column }))
  return [
    ...list.branches.flatMap(({ then }, index) => named(then, `${elementPath(index)}.then`)),
    ...named(list.otherwise, list.plain ? '' : `${elementPath(list.branches.length)}.else`),
  ]
}
