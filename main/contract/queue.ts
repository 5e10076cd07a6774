import { z } from 'zod'
import { disposition } from './activity.ts'

export const recipientStatus = z.enum(['scheduled', 'completed', 'temp_fail', 'perm_fail'])
export type RecipientStatus = z.infer<typeof recipientStatus>

/** One waiting message as the window and `mailroom queue` show it. Times in ms since 1970. */
export const queueEntry = z.object({
  id: z.string(),
  createdAt: z.int(),
  /** Reverse-path; '' for `<>`. */
  sender: z.string(),
  size: z.int(),
  held: z.boolean(),
  subject: z.string(),
  recipients: z.array(
    z.object({
      address: z.string(),
      status: recipientStatus,
      route: z.string().nullable(),
      retryNum: z.int(),
      nextAttemptAt: z.int().nullable(),
      /** When it is given up; null when attempts are counted instead. */
      expiresAt: z.int().nullable(),
      lastReply: z.string().nullable(),
      lastError: z.string(),
      disposition: disposition.nullable(),
    }),
  ),
})
export type QueueEntry = z.infer<typeof queueEntry>
