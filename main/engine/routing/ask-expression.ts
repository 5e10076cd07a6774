import { CONTEXTS, compile, newCaptures } from '../expression/index.ts'
import type { Value } from '../expression/index.ts'
import { createLookups } from './lookups.ts'
import type { RouterWorld } from './router.ts'
import { configGet, ruleFunctions } from './rule-functions.ts'
import type { StrategyName } from './strategies.ts'
import type { HostFacts, RecipientFacts } from './types.ts'
import { variablesOf } from './variables.ts'

/** How long the functions of one expression may wait for DNS. */
const QUESTION_LIMIT_MS = 30_000

/**
 * The value of one expression as a rule of that strategy would see it, for `mailroom eval`.
 * @throws ExpressionError when it cannot be read, EvaluationError or the resolver's error when it cannot be answered
 */
export async function askExpression(
  world: RouterWorld,
  text: string,
  strategy: StrategyName,
  facts: RecipientFacts,
  host: HostFacts | null,
): Promise<Value> {
  const { settings, clock } = world
  const compiled = compile(text, CONTEXTS[strategy], { configGet: configGet(settings) })
  const lookups = createLookups(world, () => clock.monotonic() + QUESTION_LIMIT_MS)
  return compiled.evaluate({ variable: variablesOf(facts, host), functions: ruleFunctions(settings, lookups), captures: newCaptures() })
}
