import { join } from 'node:path'
import type { Activity } from './activity/index.ts'
import type { Entry, IncomingMessage, Spool } from './spool/index.ts'
import { errorCode } from './system/index.ts'
import type { Clock, Disk, Timer } from './system/index.ts'

/** While something is wrong it is looked at again this often; else never. */
const LOOK_AGAIN_MS = 15_000
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
const LOW = 'disk-low'
const FAILED = 'storage-failed'

export interface StorageWatchParts {
  readonly disk: Disk
  readonly clock: Clock
  readonly activity: Pick<Activity, 'raise' | 'clear'>
  readonly dataFolder: string
  freeBytes(): Promise<number>
  /** What was gone or could not be written is there again. */
  backAgain(): void
  /** Below this no mail is taken. */
  minFreeBytes(): number
}

/**
 * Tells the person when mail cannot be kept: the disk is full or nearly, the data folder is gone or can only be read. Learns of it from whatever writes
 * there, and takes it back when there is room and writing works again.
 */
export class StorageWatch {
  readonly #parts: StorageWatchParts
  #timer: Timer | null = null
  #low = false
  #failed = false
  #stopped = false
  #looking: Promise<void> = Promise.resolve()

  constructor(parts: StorageWatchParts) {
    this.#parts = parts
  }

  /** Something could not be written or read. What does not come from the disk is not meant for us. */
  trouble(thrown: unknown): void {
    const code = errorCode(thrown)
    if (FULL.has(code)) this.low()
    else if (code !== '' && !code.startsWith('ERR_')) this.#storageFailed(explain(code, thrown, this.#parts.dataFolder))
  }

  /** There is less room than a message may be taken with. */
  low(): void {
    if (!this.#low) {
      const { dataFolder } = this.#parts
      this.#parts.activity.raise({
        key: LOW,
        kind: 'disk-low',
        subject: dataFolder,
        detail: `The disk of ${dataFolder} is full.`,
        entryId: null,
      })
    }
    this.#low = true
    this.#lookLater()
  }

  /** Writing works. */
  works(): void {
    if (!this.#failed) return
    this.#failed = false
    this.#parts.activity.clear(FAILED)
    this.#parts.backAgain()
  }

  /** Looks now: at the start, since what was wrong at the end may be over or not. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => (this.#stopped ? undefined : this.#look()))
    return this.#looking
  }

  async #look(): Promise<void> {
    const { activity } = this.#parts
    try {
      const room = (await this.#parts.freeBytes()) >= this.#parts.minFreeBytes()
      await this.#tryWriting()
      if (room) {
        this.#low = false
        activity.clear(LOW)
      } else {
        this.low()
      }
      this.works()
      // Also what an earlier run left behind.
      activity.clear(FAILED)
    } catch (thrown) {
      this.trouble(thrown)
    }
    if (this.#low || this.#failed) this.#lookLater()
  }

  /** Resolves when it has let go of the disk. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    this.#timer = null
    await this.#looking
  }

  #storageFailed(detail: string): void {
    if (!this.#failed)
      this.#parts.activity.raise({ key: FAILED, kind: 'storage-failed', subject: this.#parts.dataFolder, detail, entryId: null })
    this.#failed = true
    this.#lookLater()
  }

  #lookLater(): void {
    if (this.#stopped) return
    this.#timer ??= this.#parts.clock.after(LOOK_AGAIN_MS, () => {
      this.#timer = null
      void this.look()
    })
  }

  /** In the spool's own folder: the data folder may be there again, empty. */
  async #tryWriting(): Promise<void> {
    const { disk, dataFolder } = this.#parts
    const path = join(dataFolder, 'spool', 'writable')
    await disk.remove(path)
    const file = await disk.create(path)
    await file.close()
    await disk.remove(path)
  }
}

function explain(code: string, thrown: unknown, dataFolder: string): string {
  switch (code) {
    case 'ENOENT':
      return `The data folder ${dataFolder}, or a part of it, is gone.`
    case 'EROFS':
      return `The disk of the data folder ${dataFolder} can only be read.`
    case 'EACCES':
    case 'EPERM':
      return `Mailroom may no longer write to the data folder ${dataFolder}.`
    default:
      return `The data folder ${dataFolder} cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
}

/** The same spool; what goes wrong in it is told to the watch. */
export function watchedSpool(spool: Spool, watch: StorageWatch): Spool {
  async function told<T>(doing: Promise<T>): Promise<T> {
    try {
      return await doing
    } catch (thrown) {
      watch.trouble(thrown)
      throw thrown
    }
  }
  return {
    open: () => spool.open(),
    newId: () => spool.newId(),
    receive: async (id) => watchedMessage(await told(spool.receive(id)), told, watch),
    async update(entry: Entry) {
      await told(spool.update(entry))
      watch.works()
    },
    remove: (id) => told(spool.remove(id)),
    read: (id, start, end) => spool.read(id, start, end),
    readHeaders: (id, maxBytes) => spool.readHeaders(id, maxBytes),
    get bytes() {
      return spool.bytes
    },
    freeBytes: () => told(spool.freeBytes()),
    close: () => spool.close(),
  }
}

function watchedMessage(message: IncomingMessage, told: <T>(doing: Promise<T>) => Promise<T>, watch: StorageWatch): IncomingMessage {
  return {
    write: (chunk) => told(message.write(chunk)),
    async commit(entry) {
      await told(message.commit(entry))
      watch.works()
    },
    abandon: () => message.abandon(),
  }
}
