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
      /** Why the last attempt failed, more exactly than `lastError`; '' before the first one. */
      lastCause: z.string(),
      /** When it was tried: the first time and the latest ones. */
      attemptedAt: z.array(z.int()),
      disposition: disposition.nullable(),
    }),
  ),
})
export type QueueEntry = z.infer<typeof queueEntry>

export const queueFilter = z.object({
  show: z.enum(['all', 'waiting', 'held']),
  /** Chosen for a recipient at its last attempt. */
  route: z.string().nullable(),
  /** Accepted at least this long ago. */
  olderThanMs: z.int().min(0).nullable(),
  /** Every word must be found in address, subject, device, route, reply or id. */
  text: z.string(),
  /** What the window calls the routes: `route/m365` is "Microsoft 365". */
  names: z.exactOptional(z.record(z.string(), z.string())),
})
export type QueueFilter = z.infer<typeof queueFilter>

/** `accepted` begins with what waits longest, `next` with what is tried first, the others with the most. */
export const queueSort = z.enum(['accepted', 'next', 'tries', 'size'])
export type QueueSort = z.infer<typeof queueSort>

export const queuePage = z.object({
  /** The first `limit` of those that fit. */
  entries: z.array(queueEntry),
  /** How many fit. */
  fitting: z.int(),
  waiting: z.int(),
  held: z.int(),
  /** Routes that waiting messages were given, for the filter. */
  routes: z.array(z.string()),
})
export type QueuePage = z.infer<typeof queuePage>

const entryIds = z.object({ ids: z.array(z.string()) })
const nothing = z.object({})

export const queueRequests = {
  /** All of it, for the command line. */
  'queue.list': { args: nothing, result: z.array(queueEntry) },
  'queue.page': { args: queueFilter.extend({ sort: queueSort, limit: z.int().min(1).max(5000) }), result: queuePage },
  /** The ids of all that fit, the longest waiting first. */
  'queue.ids': { args: queueFilter, result: z.array(z.string()) },
  'queue.retry': { args: entryIds, result: z.void() },
  'queue.retryAll': { args: nothing, result: z.void() },
  'queue.hold': { args: entryIds, result: z.void() },
  'queue.release': { args: entryIds, result: z.void() },
  'queue.cancel': { args: entryIds.extend({ bounce: z.boolean() }), result: z.void() },
  /** The header block of a waiting message, at most 64 KiB. */
  'queue.headers': { args: z.object({ id: z.string() }), result: z.string() },
  /** A waiting message as it is stored, read as UTF-8, at most the first 256 KiB of it; `bytes` is the whole. */
  'queue.source': { args: z.object({ id: z.string() }), result: z.object({ text: z.string(), bytes: z.int(), cut: z.boolean() }) },
} as const

export const queueNotices = {
  /** Something about the queue is different. At most one in 250 ms. */
  'queue.changed': z.object({ waiting: z.int(), held: z.int() }),
} as const
