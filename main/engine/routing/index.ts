/** Strategies: which route, schedule, TLS and connection by name for a recipient, and why; MX and addresses to hosts. */
export { createDnsCache } from './dns-cache.ts'
export type { DnsCache } from './dns-cache.ts'
export { groupByNextHop } from './group.ts'
export type { HopGroup } from './group.ts'
export { createRouter } from './router.ts'
export type { RouterWorld } from './router.ts'
export type { StrategyName } from './strategies.ts'
export type * from './types.ts'
