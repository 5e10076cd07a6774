/** config.toml to Settings and back: defaults, macros, every problem with path, line and column, saved without losing comments. */
export type * from './types.ts'
export { readConfig } from './read-config.ts'
export type { ReadOptions } from './read-config.ts'
export { BUILT_IN_SCHEDULE } from './schedules.ts'
export { BUILT_IN_TLS } from './policies.ts'
