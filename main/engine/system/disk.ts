import type { Readable } from 'node:stream'

/**
 * The disk as the engine knows it. Paths are absolute. Nothing survives a power cut before `sync` (contents) and `syncFolder` (names) have
 * resolved. Errors are Node's system errors (`code` ENOENT, ENOSPC, EACCES, …); callers decide what they mean.
 */
export interface Disk {
  /** @throws ENOENT and kin; reads at most `maxBytes` when given and fails with EFBIG beyond */
  readFile(path: string, maxBytes?: number): Promise<Buffer>
  /** Bytes `start` up to, not including, `end` (end of file when absent). */
  readStream(path: string, start?: number, end?: number): Readable
  /** Replaces or makes the file: temporary file beside it, sync, rename, folder sync. All or nothing. */
  writeFileDurably(path: string, data: string | Uint8Array, options?: { readonly mode?: number }): Promise<void>
  /** Makes a new file for writing; EEXIST when there is one. */
  create(path: string, options?: { readonly mode?: number }): Promise<DiskFile>
  /** Opens for appending, makes it when missing. */
  openAppend(path: string): Promise<DiskFile>
  rename(from: string, to: string): Promise<void>
  /** Removes a file; a missing one is not an error. */
  remove(path: string): Promise<void>
  /** Removes a folder that is empty; a missing one is not an error. */
  removeFolder(path: string): Promise<void>
  /** Names in a folder, unsorted; [] when the folder is missing. */
  list(folder: string): Promise<string[]>
  /** null when nothing is there. */
  stat(path: string): Promise<DiskStat | null>
  /** With all missing parents. */
  makeFolder(path: string, options?: { readonly mode?: number }): Promise<void>
  /** Makes renames, creations and removals in this folder durable; does nothing where the system has no such call (Windows). */
  syncFolder(folder: string): Promise<void>
  /** Bytes this process may still write on the volume of `path`. */
  freeBytes(path: string): Promise<number>
  /** Calls `onChange` after `path` (a file) was changed, made or removed and has come to rest. */
  watch(path: string, onChange: () => void): Watch
  /** Takes the one lock of a data folder. @throws LockHeldError when another live process holds it; a dead holder's lock is taken over */
  lock(path: string, note: string): Promise<Lock>
}

export interface DiskFile {
  /** Bytes in the file. */
  readonly size: number
  write(data: Uint8Array | string): Promise<void>
  /** Many pieces in one call, in order (writev). */
  writeAll(pieces: readonly Uint8Array[]): Promise<void>
  /** What was written survives a power cut when this resolves (fdatasync is enough). */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

export interface DiskStat {
  readonly bytes: number
  readonly modifiedAt: number
  readonly isFolder: boolean
}

export interface Watch {
  /** Resolves when changes from now on will be seen. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

export interface Lock {
  release(): Promise<void>
}

/** Another process holds the data folder. `holder` is what it wrote about itself, for example `process 4711`. */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError'
  readonly holder: string
  constructor(holder: string) {
    super(`held by ${holder}`)
    this.holder = holder
  }
}

/** The `code` of a system error (`ENOENT`), or '' when it has none. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
}
