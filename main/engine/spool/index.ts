/** Messages on disk: accept, update, remove, recover after a crash, set aside what cannot be read. */
export type * from './types.ts'
