import { z } from 'zod'
import { traceStep } from './activity.ts'

/** One place that would be tried. */
export const target = z.object({ host: z.string(), address: z.string(), port: z.int(), preference: z.int().nullable() })
export type Target = z.infer<typeof target>

/** Why mail for this recipient cannot go out now. */
export const routingProblem = z.object({
  kind: z.enum(['temporary', 'permanent']),
  class: z.string(),
  status: z.string(),
  text: z.string(),
  cause: z.string(),
})
export type RoutingProblem = z.infer<typeof routingProblem>

/** What would happen to this recipient now, and why. */
export const explanation = z.object({
  recipient: z.string(),
  /** Id of the chosen route; null when there is none. */
  route: z.string().nullable(),
  type: z.enum(['local', 'mx', 'relay']).nullable(),
  /** Index in the list that matched; null when the value is a plain expression or `else` decided and there are no branches. */
  rule: z.int().nullable(),
  trace: z.array(traceStep),
  /** In the order they would be tried; empty unless asked to resolve. */
  targets: z.array(target),
  problem: routingProblem.nullable(),
})
export type Explanation = z.infer<typeof explanation>

export const routingQuestion = z.object({
  recipient: z.string(),
  sender: z.string(),
  retryNum: z.int().min(0),
  /** More rule variables by name, for example `received_from_ip`. */
  variables: z.record(z.string(), z.unknown()),
  resolve: z.boolean(),
})
export type RoutingQuestion = z.infer<typeof routingQuestion>
