/** Delivery status notifications (RFC 3464), sent with a null reverse-path. */
export { buildReport } from './build.ts'
export { decideReports, isKnownClient } from './decide.ts'
export { createReporter } from './reporter.ts'
export type { Reporter, ReporterParts } from './reporter.ts'
export type * from './types.ts'
