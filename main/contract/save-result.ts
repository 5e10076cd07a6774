import { z } from 'zod'
import { issue } from './issue.ts'

/** `saved` false: nothing was written, and `issues` says why. */
export const saveResult = z.object({ saved: z.boolean(), issues: z.array(issue) })
export type SaveResult = z.infer<typeof saveResult>
