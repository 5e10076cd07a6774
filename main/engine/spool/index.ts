/** Messages on disk: accept, update, remove, recover after a crash, set aside what cannot be read. */
export { createSpool } from './spool.ts'
export type { SpoolOptions, SpoolSizes } from './spool.ts'
export type * from './types.ts'
export { SpoolVersionError } from './version.ts'
