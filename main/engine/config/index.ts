/** config.toml to Settings and back: defaults, macros, every problem with path, line and column, saved without losing comments. */
export type * from './types.ts'
