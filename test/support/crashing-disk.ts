import { dirname, basename, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { Disk, DiskFile, DiskStat } from '../../main/engine/system/index.ts'

/**
 * A disk in memory that keeps after a crash only what was synced; of the rest, chance decides: each unsynced write may be there, missing or torn,
 * each unsynced name may be there or not, in any combination. That is harsher than real file systems, which keep more order.
 */
export interface CrashingDisk extends Disk {
  /** Operations so far that change the disk. */
  readonly operations: number
  /** The computer stops in the midst of the operation with this number (1 is the first); everything after it fails. */
  crashAt(operation: number): void
  /** These operations fail with `code` (for example ENOSPC), a write after a part of it. */
  failAt(operations: (operation: number) => boolean, code: string): void
  readonly crashed: boolean
  /** The disk as the next start finds it. Same seed, same finding. */
  afterCrash(seed: number): CrashingDisk
  /** As after a killed process: everything written is there, synced or not. */
  afterKill(): CrashingDisk
  /** Damages or makes a file behind everybody's back, durably. */
  tamper(path: string, change: (bytes: Buffer) => Uint8Array | null): void
  /** Paths of all files, sorted. */
  files(): string[]
  /** How often each kind of sync was called. */
  readonly syncs: { files: number; folders: number }
}

interface Inode {
  durable: Buffer
  current: Buffer
  /** Since the last sync, in order. */
  unsynced: { at: number; data: Buffer | null }[]
}

interface NameChange {
  readonly folders: readonly string[]
  readonly apply: (names: Map<string, Inode>) => void
}

interface State {
  readonly names: Map<string, Inode>
  readonly durableNames: Map<string, Inode>
  unsyncedNames: NameChange[]
  readonly folders: Set<string>
}

const SECTOR = 512

export class CrashError extends Error {
  override readonly name = 'CrashError'
}

export function createCrashingDisk(): CrashingDisk {
  return diskOf({ names: new Map(), durableNames: new Map(), unsyncedNames: [], folders: new Set() })
}

function diskOf(state: State): CrashingDisk {
  let operations = 0
  let crashOperation = Number.POSITIVE_INFINITY
  let crashed = false
  let failing: { at: (operation: number) => boolean; code: string } | null = null
  let temporary = 0
  const syncs = { files: 0, folders: 0 }

  /** Counts a changing operation. `partly` is what of it may have happened when it is cut off; an operation on names that fails did nothing. */
  function step(partly: () => void = () => undefined, failsPartly = true): void {
    if (crashed) throw new CrashError('the computer is off')
    operations++
    if (operations >= crashOperation) {
      partly()
      crashed = true
      throw new CrashError(`stopped at operation ${operations}`)
    }
    if (failing?.at(operations) === true) {
      if (failsPartly) partly()
      throw systemError(failing.code, `operation ${operations}`)
    }
  }
  function alive(): void {
    if (crashed) throw new CrashError('the computer is off')
  }
  function changeNames(change: NameChange): void {
    change.apply(state.names)
    state.unsyncedNames.push(change)
  }
  function find(path: string): Inode {
    const inode = state.names.get(resolve(path))
    if (inode === undefined) throw systemError(state.folders.has(resolve(path)) ? 'EISDIR' : 'ENOENT', path)
    return inode
  }
  function link(path: string, inode: Inode): void {
    const full = resolve(path)
    if (!state.folders.has(dirname(full))) throw systemError('ENOENT', path)
    changeNames({ folders: [dirname(full)], apply: (names) => names.set(full, inode) })
  }

  const disk: CrashingDisk = {
    get operations() {
      return operations
    },
    get crashed() {
      return crashed
    },
    syncs,
    crashAt(operation) {
      crashOperation = operation
    },
    failAt(at, code) {
      failing = { at, code }
    },
    afterCrash: (seed) => diskOf(stateAfterCrash(state, seed)),
    afterKill: () => diskOf(stateAfterKill(state)),
    tamper(path, change) {
      const full = resolve(path)
      const changed = change(state.names.get(full)?.current ?? Buffer.alloc(0))
      for (const names of [state.names, state.durableNames]) {
        if (changed === null) names.delete(full)
        else names.set(full, { durable: Buffer.from(changed), current: Buffer.from(changed), unsynced: [] })
      }
    },
    files: () => [...state.names.keys()].sort(),

    async readFile(path, maxBytes) {
      alive()
      const { current } = find(path)
      if (maxBytes !== undefined && current.length > maxBytes) throw systemError('EFBIG', path)
      return Buffer.from(current)
    },
    readStream: (path, start = 0, end) =>
      Readable.from(
        (async function* () {
          alive()
          const bytes = Buffer.from(find(path).current.subarray(start, end))
          if (bytes.length > 0) yield bytes
        })(),
        { objectMode: false },
      ),
    async writeFileDurably(path, data) {
      const beside = `${path}.${temporary++}-${state.names.size}.tmp`
      const file = await disk.create(beside)
      try {
        await file.write(data)
        await file.sync()
        await file.close()
        await disk.rename(beside, path)
        await disk.syncFolder(dirname(path))
      } catch (error) {
        if (!crashed) await disk.remove(beside)
        throw error
      }
    },
    async create(path) {
      if (state.names.has(resolve(path))) throw systemError('EEXIST', path)
      step()
      const inode: Inode = { durable: Buffer.alloc(0), current: Buffer.alloc(0), unsynced: [] }
      link(path, inode)
      return fileOf(inode)
    },
    async openAppend(path) {
      alive()
      const known = state.names.get(resolve(path))
      if (known !== undefined) return fileOf(known)
      return disk.create(path)
    },
    async rename(from, to) {
      const [source, target] = [resolve(from), resolve(to)]
      if (state.folders.has(source)) {
        step()
        moveFolder(state, source, target)
        return
      }
      const inode = find(from)
      if (!state.folders.has(dirname(target))) throw systemError('ENOENT', to)
      const change: NameChange = {
        folders: [dirname(source), dirname(target)],
        apply(names) {
          names.set(target, inode)
          if (names.get(source) === inode) names.delete(source)
        },
      }
      step(() => changeNames(change), false)
      changeNames(change)
    },
    async remove(path) {
      alive()
      const full = resolve(path)
      if (state.folders.has(full)) throw systemError('EISDIR', path)
      const inode = state.names.get(full)
      if (inode === undefined) return
      const change: NameChange = {
        folders: [dirname(full)],
        apply(names) {
          if (names.get(full) === inode) names.delete(full)
        },
      }
      step(() => changeNames(change), false)
      changeNames(change)
    },
    async removeFolder(path) {
      alive()
      state.folders.delete(resolve(path))
    },
    async list(folder) {
      alive()
      const parent = resolve(folder)
      const there = [...state.names.keys(), ...state.folders]
      return there.filter((path) => dirname(path) === parent && path !== parent).map((path) => basename(path))
    },
    async stat(path): Promise<DiskStat | null> {
      alive()
      const full = resolve(path)
      if (state.folders.has(full)) return { bytes: 0, modifiedAt: 0, isFolder: true }
      const inode = state.names.get(full)
      return inode === undefined ? null : { bytes: inode.current.length, modifiedAt: 0, isFolder: false }
    },
    async makeFolder(path) {
      alive()
      for (let folder = resolve(path); !state.folders.has(folder); folder = dirname(folder)) state.folders.add(folder)
    },
    async syncFolder(folder) {
      step()
      syncs.folders++
      const full = resolve(folder)
      const due = state.unsyncedNames.filter((change) => change.folders.includes(full))
      for (const change of due) change.apply(state.durableNames)
      state.unsyncedNames = state.unsyncedNames.filter((change) => !due.includes(change))
    },
    async freeBytes() {
      alive()
      return 1e12
    },
    watch: () => ({ ready: Promise.resolve(), close: async () => undefined }),
    lock: async () => ({ release: async () => undefined }),
  }

  function fileOf(inode: Inode): DiskFile {
    const write = (data: Buffer): void => {
      const at = inode.current.length
      inode.current = Buffer.concat([inode.current, data])
      inode.unsynced.push({ at, data })
    }
    return {
      get size() {
        return inode.current.length
      },
      async write(data) {
        const bytes = Buffer.from(data)
        step(() => write(bytes.subarray(0, bytes.length / 2)))
        write(bytes)
      },
      async writeAll(pieces) {
        const bytes = Buffer.concat(pieces)
        step(() => write(bytes.subarray(0, bytes.length / 2)))
        write(bytes)
      },
      async sync() {
        step()
        syncs.files++
        inode.durable = inode.current
        inode.unsynced = []
      },
      async truncate(size) {
        step()
        inode.current = Buffer.from(inode.current.subarray(0, size))
        inode.unsynced.push({ at: size, data: null })
      },
      async close() {
        alive()
      },
    }
  }

  return disk
}

function stateAfterKill(state: State): State {
  return {
    names: new Map(state.names),
    durableNames: new Map(state.durableNames),
    unsyncedNames: [...state.unsyncedNames],
    folders: new Set(state.folders),
  }
}

function stateAfterCrash(state: State, seed: number): State {
  const chance = seededChance(seed)
  const names = new Map(state.durableNames)
  for (const change of state.unsyncedNames) if (chance() < 0.5) change.apply(names)
  const survived = new Map<Inode, Inode>()
  for (const [path, inode] of names) {
    const after = survived.get(inode) ?? inodeAfterCrash(inode, chance)
    survived.set(inode, after)
    names.set(path, after)
  }
  return { names, durableNames: new Map(names), unsyncedNames: [], folders: new Set(state.folders) }
}

function inodeAfterCrash(inode: Inode, chance: () => number): Inode {
  let bytes: Buffer = Buffer.from(inode.durable)
  for (const { at, data } of inode.unsynced) {
    const fate = chance()
    if (data === null) {
      if (fate < 0.5) bytes = bytes.subarray(0, at)
    } else if (fate < 0.4) {
      bytes = overwrite(bytes, at, data)
    } else if (fate < 0.8) {
      bytes = torn(bytes, at, data, chance)
    }
  }
  return { durable: bytes, current: bytes, unsynced: [] }
}

/** Some sectors of the write arrived, others read as zeros. */
function torn(bytes: Buffer, at: number, data: Buffer, chance: () => number): Buffer {
  let result = bytes
  const until = Math.ceil(chance() * (data.length / SECTOR)) * SECTOR
  for (let from = 0; from < Math.min(until, data.length); from += SECTOR) {
    if (chance() < 0.7) result = overwrite(result, at + from, data.subarray(from, from + SECTOR))
  }
  return result
}

function overwrite(bytes: Buffer, at: number, data: Buffer): Buffer {
  const result = Buffer.alloc(Math.max(bytes.length, at + data.length))
  bytes.copy(result)
  data.copy(result, at)
  return result
}

function moveFolder(state: State, source: string, target: string): void {
  state.folders.delete(source)
  state.folders.add(target)
  for (const names of [state.names, state.durableNames]) {
    for (const [path, inode] of [...names]) {
      if (!path.startsWith(`${source}/`)) continue
      names.delete(path)
      names.set(target + path.slice(source.length), inode)
    }
  }
}

function systemError(code: string, detail: string): Error {
  return Object.assign(new Error(`${code}: ${detail}`), { code })
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
