import type { Environment } from './evaluate.ts'
import type { MaybePromise } from './functions.ts'
import type { CompiledBranch, CompiledList } from './list.ts'
import { isTruthy } from './value.ts'
import type { Value } from './value.ts'

/** One evaluated condition: which element of the list, its text, whether it held. */
export interface TraceStep {
  rule: number
  if: string
  result: 0 | 1
}

/** What a strategy answered. `rule` is the index of the element that did (the else included), null for a plain expression. */
export interface Decision {
  value: Value
  rule: number | null
  trace: TraceStep[]
}

/**
 * Evaluates a strategy: conditions in order, the first true one's `then`, else the `else` (2.7). Captures in the environment pass from
 * branch to branch (2.5); hand in fresh ones for each strategy.
 * @throws EvaluationError, or what a waiting function threw: the caller decides what stands in for the answer (2.9)
 */
export async function evaluateList(list: CompiledList, environment: Environment): Promise<Decision> {
  return evaluateListNow(list, environment)
}

/** As `evaluateList`, but at once when nothing has to be waited for; always at once for a list whose `waits` is false. */
export function evaluateListNow(list: CompiledList, environment: Environment): MaybePromise<Decision> {
  return decideFrom(list, environment, 0, [])
}

function decideFrom(list: CompiledList, environment: Environment, from: number, trace: TraceStep[]): MaybePromise<Decision> {
  for (let rule = from; rule < list.branches.length; rule += 1) {
    const branch = list.branches[rule]
    if (!branch) break
    const held = branch.condition.evaluate(environment)
    if (held instanceof Promise) return held.then((value) => goOn(list, environment, rule, trace, branch, value))
    if (note(trace, rule, branch, held)) return answer(branch.then.evaluate(environment), rule, trace)
  }
  return answer(list.otherwise.evaluate(environment), list.plain ? null : list.branches.length, trace)
}

function goOn(
  list: CompiledList,
  environment: Environment,
  rule: number,
  trace: TraceStep[],
  branch: CompiledBranch,
  held: Value,
): MaybePromise<Decision> {
  if (note(trace, rule, branch, held)) return answer(branch.then.evaluate(environment), rule, trace)
  return decideFrom(list, environment, rule + 1, trace)
}

function note(trace: TraceStep[], rule: number, branch: CompiledBranch, held: Value): boolean {
  const truth = isTruthy(held)
  trace.push({ rule, if: branch.condition.source, result: truth ? 1 : 0 })
  return truth
}

function answer(value: MaybePromise<Value>, rule: number | null, trace: TraceStep[]): MaybePromise<Decision> {
  return value instanceof Promise ? value.then((settled) => ({ value: settled, rule, trace })) : { value, rule, trace }
}
