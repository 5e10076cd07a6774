/** Numbered events: keeps the newest, appends to disk, hands over those since a number, searches; and what needs a person. */
export { createActivity } from './activity.ts'
export type { ActivityOptions, ActivitySizes } from './activity.ts'
export type * from './types.ts'
