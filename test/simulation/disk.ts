import { basename, dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { LockHeldError } from '../../main/engine/system/index.ts'
import type { Disk, DiskFile, DiskStat } from '../../main/engine/system/index.ts'
import type { Chance } from './chance.ts'
import { Inode } from './inode.ts'
import type { World } from './world.ts'

interface NameChange {
  readonly folders: readonly string[]
  readonly madeAt: number
  apply(names: Map<string, Inode>): void
}

/** Systems write what nobody asked them to sync after half a minute or so. */
const WRITE_BACK_MS = 45_000

/** What may go wrong with the disk, and how slow it is. */
export interface DiskMood {
  /** Nothing can be written or made. */
  full: boolean
  /** How often an operation fails with EIO. */
  eio: number
  /** Milliseconds of a plain operation and of a sync. */
  operationMs: number
  syncMs: number
}

/** A promise broken on purpose, to see that it would be noticed. */
export interface DiskMutant {
  readonly forgetsSyncs?: boolean
}

/**
 * A disk in memory. What was not synced may be there, missing or torn after a power cut, names and contents each for themselves; operations under
 * way may have happened in part. Every operation takes time and is an event of the world.
 */
export class SimulatedDisk {
  readonly mood: DiskMood = { full: false, eio: 0, operationMs: 0.2, syncMs: 4 }
  readonly #world: World
  readonly #chance: Chance
  readonly #mutant: DiskMutant
  #names = new Map<string, Inode>()
  #durableNames = new Map<string, Inode>()
  #unsyncedNames: NameChange[] = []
  readonly #folders = new Set<string>()
  /** What operations under way do, for a crash in the midst of them. */
  readonly #underWay = new Set<() => void>()
  #locked: string | null = null
  #watches = new Map<string, () => void>()
  #temporary = 0
  /** Operations that failed by our doing. */
  failures = 0
  /** Hears what becomes durable: the bytes that a sync brought to the disk. */
  onDurable: (path: string, bytes: Buffer) => void = () => undefined

  constructor(world: World, mutant: DiskMutant = {}) {
    this.#world = world
    this.#chance = world.chance.fork()
    this.#mutant = mutant
  }

  /** The computer loses its power: what was not synced is left to chance. */
  powerCut(): void {
    this.#endLife()
    const names = new Map(this.#durableNames)
    const writtenBackBefore = this.#world.mono - WRITE_BACK_MS
    for (const change of this.#unsyncedNames) if (change.madeAt < writtenBackBefore || this.#chance.hits(0.5)) change.apply(names)
    for (const inode of new Set(names.values())) inode.crash(this.#chance, writtenBackBefore)
    this.#names = names
    this.#durableNames = new Map(names)
    this.#unsyncedNames = []
  }

  /** The process is killed: everything written is there, synced or not. */
  kill(): void {
    this.#endLife()
  }

  /** Everything written so far reaches the disk. */
  writeBack(): void {
    for (const change of this.#unsyncedNames) change.apply(this.#durableNames)
    this.#unsyncedNames = []
    for (const inode of new Set(this.#names.values())) this.#sync(inode, inode.changes)
  }

  /** Files under `folder`, by path. */
  files(folder: string): Map<string, Buffer> {
    const found = new Map<string, Buffer>()
    for (const [path, inode] of [...this.#names].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (path.startsWith(`${folder}/`)) found.set(path, inode.bytes)
    }
    return found
  }

  /** What a power cut could not take any more. */
  durableFiles(folder: string): Map<string, Buffer> {
    const found = new Map<string, Buffer>()
    for (const [path, inode] of this.#durableNames) if (path.startsWith(`${folder}/`)) found.set(path, inode.durableBytes)
    return found
  }

  /** A person changes a file, durably and behind the engine's back. */
  put(path: string, text: string): void {
    const inode = new Inode(Buffer.from(text), path)
    this.#names.set(path, inode)
    this.#durableNames.set(path, inode)
    for (let folder = dirname(path); !this.#folders.has(folder); folder = dirname(folder)) this.#folders.add(folder)
    this.#changed(path)
  }

  #endLife(): void {
    for (const happen of this.#underWay) if (this.#chance.hits(0.5)) happen()
    this.#underWay.clear()
    this.#locked = null
    this.#watches.clear()
  }

  /** One operation: it happens when its time has come, or fails. `partly` is what a crash or a full disk may leave of it. */
  #operate<T>(happen: () => T, how: { writes?: boolean; changes?: boolean; partly?: () => void; ms?: number } = {}): Promise<T> {
    const { mood } = this
    const ms = (how.ms ?? mood.operationMs) * (0.5 + this.#chance.unit()) * (this.#chance.hits(0.01) ? 50 : 1)
    return new Promise((resolve, reject) => {
      const partly = how.partly ?? happen
      const atCrash = (): void => {
        try {
          partly()
        } catch {
          // It would have failed: then nothing of it happened.
        }
      }
      if (how.writes === true || how.changes === true) this.#underWay.add(atCrash)
      this.#world.afterInEngine(ms, () => {
        this.#underWay.delete(atCrash)
        const code = this.#fault(how.writes === true)
        if (code !== null) {
          this.failures++
          if (how.partly !== undefined && this.#chance.hits(0.5)) atCrash()
          reject(systemError(code, 'simulated'))
          return
        }
        try {
          resolve(happen())
        } catch (thrown) {
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)))
        }
      })
    })
  }

  #fault(writes: boolean): string | null {
    if (writes && this.mood.full) return 'ENOSPC'
    return this.#chance.hits(this.mood.eio) ? 'EIO' : null
  }

  #find(path: string): Inode {
    const inode = this.#names.get(resolve(path))
    if (inode === undefined) throw systemError(this.#folders.has(resolve(path)) ? 'EISDIR' : 'ENOENT', path)
    return inode
  }

  #rename(given: Omit<NameChange, 'madeAt'>): void {
    const change: NameChange = { madeAt: this.#world.mono, folders: given.folders, apply: (names) => given.apply(names) }
    change.apply(this.#names)
    this.#unsyncedNames.push(change)
  }

  #changed(path: string): void {
    const onChange = this.#watches.get(path)
    if (onChange === undefined) return
    this.#world.afterInEngine(100, () => {
      if (this.#watches.get(path) === onChange) onChange()
    })
  }

  #make(path: string): Inode {
    const full = resolve(path)
    if (this.#names.has(full)) throw systemError('EEXIST', path)
    if (!this.#folders.has(dirname(full))) throw systemError('ENOENT', path)
    const inode = new Inode(Buffer.alloc(0), full)
    this.#rename({ folders: [dirname(full)], apply: (names) => names.set(full, inode) })
    return inode
  }

  #open(inode: Inode): DiskFile {
    const write = (bytes: Buffer): Promise<void> =>
      this.#operate(() => inode.write(bytes, this.#world.mono), {
        writes: true,
        partly: () => inode.write(bytes.subarray(0, this.#chance.below(bytes.length + 1)), this.#world.mono),
      })
    return {
      get size() {
        return inode.size
      },
      write: (data) => write(Buffer.from(data)),
      writeAll: (pieces) => write(Buffer.concat(pieces)),
      sync: async () => {
        const upTo = inode.changes
        const { eio } = this.mood
        if (this.#chance.hits(eio)) {
          await this.#operate(() => inode.syncFailed(upTo, this.#chance), { ms: this.mood.syncMs })
          this.failures++
          throw systemError('EIO', 'simulated sync')
        }
        await this.#operate(() => this.#sync(inode, upTo), { ms: this.mood.syncMs })
      },
      // Making a file shorter needs no room.
      truncate: (size) => this.#operate(() => inode.truncate(size, this.#world.mono), { changes: true }),
      close: () => Promise.resolve(),
    }
  }

  #sync(inode: Inode, upTo: number): void {
    if (this.#mutant.forgetsSyncs === true) return
    const before = inode.durableBytes.length
    inode.synced(upTo)
    if (inode.durableBytes.length > before) this.onDurable(inode.madeAs, inode.durableBytes.subarray(before))
  }

  /** The disk as one engine sees it. */
  disk(): Disk {
    const disk: Disk = {
      readFile: (path, maxBytes) =>
        this.#operate(() => {
          const { bytes } = this.#find(path)
          if (maxBytes !== undefined && bytes.length > maxBytes) throw systemError('EFBIG', path)
          return Buffer.from(bytes)
        }),
      readStream: (path, start = 0, end) => Readable.from(this.#read(path, start, end), { objectMode: false }),
      writeFileDurably: (path, data) => this.#writeDurably(disk, path, data),
      create: async (path) => this.#open(await this.#operate(() => this.#make(path), { writes: true })),
      openAppend: async (path) => {
        const known = this.#names.get(resolve(path))
        return known === undefined ? disk.create(path) : this.#open(await this.#operate(() => known))
      },
      rename: (from, to) => this.#operate(() => this.#move(resolve(from), resolve(to)), { changes: true }),
      remove: (path) => this.#operate(() => this.#remove(resolve(path)), { changes: true }),
      removeFolder: (path) => this.#operate(() => void this.#folders.delete(resolve(path))),
      list: (folder) =>
        this.#operate(() => {
          const parent = resolve(folder)
          const there = [...this.#names.keys(), ...this.#folders]
          return there.filter((path) => dirname(path) === parent && path !== parent).map((path) => basename(path))
        }),
      stat: (path) => this.#operate(() => this.#stat(resolve(path))),
      makeFolder: (path) =>
        this.#operate(() => {
          for (let folder = resolve(path); !this.#folders.has(folder); folder = dirname(folder)) this.#folders.add(folder)
        }),
      syncFolder: (folder) => {
        const due = new Set(this.#unsyncedNames.filter((change) => change.folders.includes(resolve(folder))))
        return this.#operate(() => this.#syncNames(due), { ms: this.mood.syncMs })
      },
      freeBytes: () => this.#operate(() => (this.mood.full ? 0 : 1e12)),
      watch: (path, onChange) => {
        this.#watches.set(resolve(path), onChange)
        return {
          ready: Promise.resolve(),
          close: async () => {
            this.#watches.delete(resolve(path))
          },
        }
      },
      lock: async (path, note) => {
        await this.#operate(() => undefined)
        if (this.#locked !== null) throw new LockHeldError(this.#locked)
        this.#locked = note
        const { life } = this.#world
        return {
          release: async () => {
            if (life === this.#world.life) this.#locked = null
          },
        }
      },
    }
    return disk
  }

  async *#read(path: string, start: number, end: number | undefined): AsyncGenerator<Buffer> {
    const bytes = await this.#operate(() => Buffer.from(this.#find(path).bytes.subarray(start, end)))
    if (bytes.length > 0) yield bytes
  }

  async #writeDurably(disk: Disk, path: string, data: string | Uint8Array): Promise<void> {
    const beside = `${path}.${this.#temporary++}.tmp`
    const file = await disk.create(beside)
    try {
      await file.write(data)
      await file.sync()
      await disk.rename(beside, path)
      await disk.syncFolder(dirname(path))
      this.#changed(resolve(path))
    } catch (thrown) {
      await disk.remove(beside).catch(() => undefined)
      throw thrown
    }
  }

  #move(from: string, to: string): void {
    const inode = this.#find(from)
    if (!this.#folders.has(dirname(to))) throw systemError('ENOENT', to)
    this.#rename({
      folders: [dirname(from), dirname(to)],
      apply(names) {
        names.set(to, inode)
        if (names.get(from) === inode) names.delete(from)
      },
    })
  }

  #remove(path: string): void {
    if (this.#folders.has(path)) throw systemError('EISDIR', path)
    const inode = this.#names.get(path)
    if (inode === undefined) return
    this.#rename({
      folders: [dirname(path)],
      apply(names) {
        if (names.get(path) === inode) names.delete(path)
      },
    })
  }

  #stat(path: string): DiskStat | null {
    if (this.#folders.has(path)) return { bytes: 0, modifiedAt: 0, isFolder: true }
    const inode = this.#names.get(path)
    return inode === undefined ? null : { bytes: inode.size, modifiedAt: this.#world.wall, isFolder: false }
  }

  #syncNames(due: ReadonlySet<NameChange>): void {
    if (due.size === 0) return
    for (const change of this.#unsyncedNames) if (due.has(change)) change.apply(this.#durableNames)
    this.#unsyncedNames = this.#unsyncedNames.filter((change) => !due.has(change))
  }
}

function systemError(code: string, detail: string): Error {
  return Object.assign(new Error(`${code}: ${detail}`), { code })
}
