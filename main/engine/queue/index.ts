/** Which recipient is due when: schedules, expiry, grouping, one attempt at a time per entry. */
export { makeEntry } from './enqueue.ts'
export { createQueue } from './queue.ts'
export type { QueueParts } from './work.ts'
export type * from './types.ts'
