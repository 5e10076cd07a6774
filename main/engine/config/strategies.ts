import type { Strategy } from '../../contract/index.ts'
import { CONTEXTS, compileList, constantNames } from '../expression/index.ts'
import type { CompiledList, ListResult } from '../expression/index.ts'
import { nearestKey } from './nearest.ts'
import { nodeAt, placeInString, plainValue, scalarsOf } from './node.ts'
import type { Node, Table } from './node.ts'
import { quoted } from './problems.ts'
import type { Problems, Spot } from './problems.ts'
import { field, readTable } from './reader.ts'
import { choice } from './values.ts'

export const STRATEGY_NAMES = ['route', 'schedule', 'connection', 'tls'] as const
export type StrategyName = (typeof STRATEGY_NAMES)[number]

const LOCAL = { if: "is_local_domain('*', rcpt_domain)", then: "'local'" }

/** The expressions in force where the file has none that can be used (routing rules 1.3). */
const BUILT_IN_STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  route: { branches: [LOCAL], else: "'mx'" },
  schedule: {
    branches: [LOCAL, { if: "source == 'dsn'", then: "'dsn'" }, { if: "source == 'report'", then: "'report'" }],
    else: "'remote'",
  },
  connection: { branches: [], else: "'default'" },
  tls: { branches: [{ if: "retry_num > 0 && last_error == 'tls'", then: "'invalid-tls'" }], else: "'default'" },
}

/** A strategy as it is in force, and what its writer has to know. */
export interface ReadStrategy {
  readonly strategy: Strategy
  /** The file has one, and it can be used. */
  readonly own: boolean
  /** Names it can answer with. */
  readonly names: readonly { readonly name: string; readonly spot: Spot }[]
  /** It can also answer with names that are not constants. */
  readonly open: boolean
}

/** `queue.strategy.*` (1.3). `table` is undefined when the file has none. */
export function readStrategies(
  table: Table | undefined,
  configGet: (key: string) => string,
  problems: Problems,
): { readonly strategies: Readonly<Record<StrategyName, ReadStrategy>>; readonly routeFallback: 'none' | 'mx' } {
  const read = (name: StrategyName): ReadStrategy => readStrategy(table?.entries.get(name), name, configGet, problems)
  const strategies = { route: read('route'), schedule: read('schedule'), connection: read('connection'), tls: read('tls') }
  if (!table) return { strategies, routeFallback: 'none' }
  const fields = { 'route-fallback': field(choice(['none', 'mx'], 'route-fallback-invalid'), 'none') }
  return { strategies, routeFallback: readTable(table, fields, problems, STRATEGY_NAMES).values['route-fallback'] }
}

function readStrategy(node: Node | undefined, name: StrategyName, configGet: (key: string) => string, problems: Problems): ReadStrategy {
  const builtIn = BUILT_IN_STRATEGIES[name]
  if (!node) return { strategy: builtIn, own: false, ...namesOf(compileBuiltIn(builtIn, name), undefined) }
  // A macro that failed inside an expression has been reported; the list is then not looked at further.
  const result = scalarsOf(node).every(({ broken }) => !broken) ? compileList(plainValue(node), CONTEXTS[name], { configGet }) : null
  if (result) reportListProblems(node, result, problems)
  if (result?.ok !== true) return { strategy: builtIn, own: false, ...namesOf(compileBuiltIn(builtIn, name), undefined) }
  return { strategy: asStrategy(result.list), own: true, ...namesOf(result.list, node) }
}

function compileBuiltIn(strategy: Strategy, name: StrategyName): CompiledList {
  const value = strategy.branches.length === 0 ? strategy.else : [...strategy.branches, { else: strategy.else }]
  const result = compileList(value, CONTEXTS[name])
  if (!result.ok) throw new Error(`the built-in strategy ${name} does not compile`)
  return result.list
}

function asStrategy(list: CompiledList): Strategy {
  return {
    branches: list.branches.map(({ condition, then }) => ({ if: condition.source, then: then.source })),
    else: list.otherwise.source,
  }
}

function namesOf(list: CompiledList, node: Node | undefined): Pick<ReadStrategy, 'names' | 'open'> {
  const results = [...list.branches.map(({ then }) => then), list.otherwise]
  const names = constantNames(list).map(({ name, path, column }) => ({
    name,
    spot: node ? spotIn(node, path, column) : { path: [], place: { line: 1, column: 1 } },
  }))
  return { names, open: results.some(({ ast }) => ast.type !== 'string') }
}

/** Tells the problems and warnings of a compiled list at their places in the file. */
export function reportListProblems(node: Node, result: ListResult, problems: Problems): void {
  for (const { code, path, message, column, suggestion } of result.ok ? [] : result.problems) {
    const at = nodeAt(node, segments(path))
    const value = at ? quoted(at) : undefined
    if (at?.kind === 'scalar' && at.confidential) {
      problems.error(code, spotIn(node, path, column), 'the expression cannot be read; a stored password is in it, so it is not shown')
      continue
    }
    problems.error(code, spotIn(node, path, column), message, { suggestion, ...(value === undefined ? {} : { value }) })
  }
  for (const { code, path, message, column, suggestion } of result.warnings) {
    problems.warning(code, spotIn(node, path, column), message, { suggestion })
  }
}

function segments(path: string): string[] {
  return path === '' ? [] : path.split('.')
}

/** @param column  in characters from 1 within the expression's text */
function spotIn(node: Node, path: string, column: number | undefined): Spot {
  const keys = segments(path)
  const spotPath = [...node.path, ...keys]
  for (let length = keys.length; length >= 0; length--) {
    const at = nodeAt(node, keys.slice(0, length))
    if (!at) continue
    if (at.kind !== 'scalar' || at.type !== 'string' || column === undefined || at.value !== at.written || length < keys.length) {
      return { path: spotPath, place: at.place }
    }
    const offset = [...at.written].slice(0, column - 1).join('').length
    return { path: spotPath, place: placeInString(at, offset) }
  }
  return { path: spotPath, place: node.place }
}

/** A name that is neither defined nor built in: an error for routes, since the mail would wait for ever; a warning for the others. */
export function checkNames(name: StrategyName, read: ReadStrategy, defined: readonly string[], problems: Problems): void {
  if (!read.own) return
  for (const { name: chosen, spot } of read.names) {
    if (defined.includes(chosen)) continue
    const nearest = nearestKey(chosen, defined)
    const known = defined.length > 0 && defined.length <= 12 ? `; there are ${defined.join(', ')}` : ''
    const detail = { value: chosen, suggestion: nearest === undefined ? undefined : `'${nearest}'` }
    if (name === 'route') {
      problems.error(
        'strategy-names-unknown',
        spot,
        `there is no route "${chosen}"; define [queue.route.${chosen}], or name another${known}`,
        detail,
      )
    } else {
      problems.warning(
        'strategy-names-unknown',
        spot,
        `there is no [queue.${name}.${chosen}]; the built-in default is used in its place${known}`,
        detail,
      )
    }
  }
}
