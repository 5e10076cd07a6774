/** Strategies: which route, schedule, TLS and connection by name for a recipient, and why; MX and addresses to hosts. */
export type * from './types.ts'
