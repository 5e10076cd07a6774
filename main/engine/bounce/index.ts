/** Delivery status notifications (RFC 3464), sent with a null reverse-path. */
export { decideReports, isKnownClient } from './decide.ts'
export type * from './types.ts'
