import type { Settings, Strategy } from '../../contract/index.ts'
import { CONTEXTS, compileList, evaluateListNow, newCaptures } from '../expression/index.ts'
import type { CompiledList, Decision, MaybePromise, WaitingFunctions } from '../expression/index.ts'
import { configGet } from './rule-functions.ts'
import type { HostFacts, RecipientFacts } from './types.ts'
import { variablesOf } from './variables.ts'

export type StrategyName = 'route' | 'schedule' | 'tls' | 'connection'

/** What a strategy said: a name ('default' when the value is no string, routing rules 2.9) and how it came about. */
export interface Named extends Omit<Decision, 'value'> {
  readonly name: string
}

/** The four strategies, compiled once for one settings. */
export interface Strategies {
  /** At once when nothing has to be waited for. @throws (or rejects) when the expression cannot be read or its evaluation fails */
  ask(strategy: StrategyName, facts: RecipientFacts, host: HostFacts | null): MaybePromise<Named>
}

export function compileStrategies(settings: Settings, functions: WaitingFunctions): Strategies {
  const { strategy } = settings.queue
  const get = configGet(settings)
  const compiled = {
    route: compileStrategy('route', strategy.route, get),
    schedule: compileStrategy('schedule', strategy.schedule, get),
    tls: compileStrategy('tls', strategy.tls, get),
    connection: compileStrategy('connection', strategy.connection, get),
  }
  return {
    ask(name, facts, host) {
      const list = compiled[name]
      if (typeof list === 'string') throw new Error(list)
      const environment = { variable: variablesOf(facts, host), functions, captures: newCaptures() }
      const decision = evaluateListNow(list, environment)
      return decision instanceof Promise ? decision.then(asName) : asName(decision)
    },
  }
}

/** The list, or what is wrong with it. The config room lets no such text through; whatever does get here must not route mail. */
function compileStrategy(name: StrategyName, strategy: Strategy, get: (key: string) => string): CompiledList | string {
  const value = strategy.branches.length === 0 ? strategy.else : [...strategy.branches, { else: strategy.else }]
  const result = compileList(value, CONTEXTS[name], { configGet: get })
  if (result.ok) return result.list
  const [first] = result.problems
  return first === undefined ? `queue.strategy.${name} cannot be read` : `queue.strategy.${name}: ${first.message}`
}

function asName({ value, rule, trace }: Decision): Named {
  return { name: typeof value === 'string' ? value : 'default', rule, trace }
}
