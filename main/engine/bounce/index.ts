/** Delivery status notifications (RFC 3464), sent with a null reverse-path. */
export type * from './types.ts'
