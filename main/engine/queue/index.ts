/** Which recipient is due when: schedules, expiry, grouping, one attempt at a time per entry. */
export type * from './types.ts'
