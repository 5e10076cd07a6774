import { z } from 'zod'

/** One problem of a configuration, with its place (routing rules 1.11). */
export const issue = z.object({
  severity: z.enum(['error', 'warning']),
  kind: z.enum(['parse', 'build', 'macro']),
  /** Stable, for example `route-type-invalid`. */
  code: z.string(),
  /** Flattened key: `queue.route.relay.port`, `queue.strategy.route.0001.then`; '' for the whole file. */
  path: z.string(),
  /** Says what was found and what is allowed. */
  message: z.string(),
  /** The offending text; never a secret's. */
  value: z.string().optional(),
  file: z.string().optional(),
  /** From 1. */
  line: z.int().optional(),
  column: z.int().optional(),
  /** Text that would mend it, when we can tell. */
  suggestion: z.string().optional(),
})
export type Issue = z.infer<typeof issue>
