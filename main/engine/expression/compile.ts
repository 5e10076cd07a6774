import { check } from './check.ts'
import type { ExpressionContext } from './context.ts'
import { columnAt } from './errors.ts'
import { makeProgram } from './evaluate.ts'
import type { Environment } from './evaluate.ts'
import type { MaybePromise } from './functions.ts'
import { lintExpression } from './lint.ts'
import type { Lint } from './lint.ts'
import { parse } from './parse.ts'
import { print } from './print.ts'
import type { Node } from './syntax-tree.ts'
import type { Value } from './value.ts'

/** A string constant that an expression can hand back as its result, and where it stands (1-based, in characters). */
export interface ConstantResult {
  value: string
  column: number
}

export interface CompileOptions {
  /** The value of a setting for `config_get`, `''` when it is not set; asked at every evaluation. */
  configGet?: (key: string) => string
}

/** An expression that was checked and is ready to run, any number of times. */
export interface CompiledExpression {
  readonly source: string
  readonly ast: Node
  readonly waits: boolean // whether it asks the directory, a store or DNS; when not, `evaluate` never returns a promise
  readonly constants: readonly ConstantResult[]
  readonly warnings: readonly Lint[]
  /** The value; a promise only when a waiting function did not answer at once. @throws EvaluationError, or what a waiting function throws */
  evaluate: (environment: Environment) => MaybePromise<Value>
  /** The expression in its normal form, which reads back as the same expression. */
  print: () => string
}

/** Makes an expression ready to run in a context. @throws ExpressionError with kind, column and, where one is likely, a suggestion */
export function compile(text: string, context: ExpressionContext, options: CompileOptions = {}): CompiledExpression {
  const ast = parse(text)
  const checked = check(text, ast, context)
  const program = makeProgram(ast, { ...checked, configGet: options.configGet ?? (() => '') })
  return {
    source: text,
    ast,
    waits: program.waits,
    constants: resultConstants(ast).map(({ value, at }) => ({ value, column: columnAt(text, at) })),
    warnings: lintExpression(text, ast),
    evaluate: program.run,
    print: () => print(ast),
  }
}

/** The constants an expression may return: itself, the sides of `if_then`, and a left side of `||` that stops it. */
function resultConstants(node: Node): { value: string; at: number }[] {
  if (node.type === 'string') return [{ value: node.value, at: node.at }]
  if (node.type === 'call' && node.name === 'if_then') return node.args.slice(1).flatMap(resultConstants)
  if (node.type === 'binary' && node.operator === '||') return resultConstants(node.left).filter(({ value }) => value !== '')
  return []
}
