import { z } from 'zod'

/** Counts over time, for charts and the tables behind them. */

/** Recipients by the hour or day in which their message was accepted, as they stand now. Who was cancelled is in `accepted` alone. */
export const countBucket = z.object({
  /** Begin of the local hour, or of the local day; ms since 1970. */
  at: z.int(),
  accepted: z.int(),
  delivered: z.int(),
  waiting: z.int(),
  held: z.int(),
  failed: z.int(),
})
export type CountBucket = z.infer<typeof countBucket>

export const countSeries = z.object({
  /** A route id or a device; '' without grouping, or where no route is chosen yet. null: all those beyond the busiest twenty. */
  key: z.string().nullable(),
  /** Oldest first; those without mail are left out. */
  buckets: z.array(countBucket),
})
export type CountSeries = z.infer<typeof countSeries>

/** How many recipients waited at the end of a quarter of an hour; ms since 1970. */
export const waitingSample = z.object({ at: z.int(), waiting: z.int() })
export type WaitingSample = z.infer<typeof waitingSample>

export const counts = z.object({
  /** Busiest first. */
  series: z.array(countSeries),
  /** Oldest first, and only where something happened: until the next one it stays as it was. */
  waiting: z.array(waitingSample),
})
export type Counts = z.infer<typeof counts>

/** A route whose tries have all been put off since `since`, without one that went through. */
export const routeStall = z.object({
  route: z.string(),
  since: z.int(),
  lastAt: z.int(),
  /** Attempts that were put off. */
  attempts: z.int(),
  /** The latest one's enhanced status, the server's words or our sentence, and our name for the cause. */
  status: z.string(),
  text: z.string(),
  cause: z.string(),
})
export type RouteStall = z.infer<typeof routeStall>

export const figureRequests = {
  /** At most the last 14 days. */
  'activity.counts': {
    args: z.object({ by: z.enum(['hour', 'day']), sinceAt: z.int(), groupBy: z.enum(['route', 'device']).nullable() }),
    result: counts,
  },
} as const
