/** Which recipient is due when: schedules, expiry, grouping, one attempt at a time per entry. */
export { BUILT_IN_CONNECTION, BUILT_IN_SCHEDULE, BUILT_IN_TLS } from './built-in.ts'
export { makeEntry } from './enqueue.ts'
export { createQueue } from './queue.ts'
export type { QueueParts } from './work.ts'
export type * from './types.ts'
