import type { Chance } from './chance.ts'

const SECTOR = 512

/** `data` null: cut to `at` bytes. */
interface Change {
  readonly at: number
  readonly data: Buffer | null
  readonly madeAt: number
  /** A failed sync left it where it happened to be: no later sync brings it to the disk. */
  lost: boolean
}

/** The contents of one file: as programs see them, and as the disk has them. */
export class Inode {
  #bytes: Buffer
  #size: number
  #durable: Buffer
  /** Since the last sync, in order. */
  #unsynced: Change[] = []
  /** Changes so far: a sync covers those that were made before it was asked for. */
  changes = 0

  /** Its first name. */
  readonly madeAs: string

  constructor(bytes: Buffer, madeAs: string) {
    this.madeAs = madeAs
    this.#bytes = bytes
    this.#size = bytes.length
    this.#durable = bytes
  }

  get size(): number {
    return this.#size
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size)
  }

  get durableBytes(): Buffer {
    return this.#durable
  }

  write(data: Buffer, now: number): void {
    const size = this.#size + data.length
    if (size > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(size, 2 * this.#bytes.length, 512))
      this.bytes.copy(larger)
      this.#bytes = larger
    }
    data.copy(this.#bytes, this.#size)
    this.#change({ at: this.#size, data, madeAt: now, lost: false })
    this.#size = size
  }

  truncate(size: number, now: number): void {
    if (size >= this.#size) return
    // What is durable may lie in the same memory, which the next write goes over.
    this.#bytes = Buffer.from(this.#bytes.subarray(0, size))
    this.#size = size
    this.#change({ at: size, data: null, madeAt: now, lost: false })
  }

  /** @param upTo  `changes` when the sync was asked for */
  synced(upTo: number): void {
    const covered = this.#unsynced.length - (this.changes - upTo)
    if (covered <= 0) return
    const rest = this.#unsynced.splice(covered)
    const whole = rest.length === 0 && !this.#unsynced.some(({ lost }) => lost)
    if (whole) this.#durable = this.bytes
    else for (const change of this.#unsynced) if (!change.lost) this.#durable = apply(this.#durable, change)
    this.#unsynced = rest
  }

  /** The system may have dropped the pages: each write is on the disk or never will be. Programs go on seeing it. */
  syncFailed(upTo: number, chance: Chance): void {
    const covered = this.#unsynced.length - (this.changes - upTo)
    for (const change of this.#unsynced.slice(0, covered)) {
      if (change.data !== null && chance.hits(0.5)) change.lost = true
    }
  }

  /** @param writtenBackBefore  what was written before that time has reached the disk by itself */
  crash(chance: Chance, writtenBackBefore: number): void {
    let bytes = this.#durable
    for (const change of this.#unsynced) {
      const fate = change.lost ? 1 : change.madeAt < writtenBackBefore ? 0 : chance.unit()
      if (change.data === null) bytes = fate < 0.5 ? apply(bytes, change) : bytes
      else if (fate < 0.4) bytes = apply(bytes, change)
      else if (fate < 0.8) bytes = torn(bytes, change.at, change.data, chance)
    }
    this.#bytes = Buffer.from(bytes)
    this.#size = bytes.length
    this.#durable = this.#bytes
    this.#unsynced = []
  }

  #change(change: Change): void {
    this.#unsynced.push(change)
    this.changes++
  }
}

function apply(bytes: Buffer, { at, data }: Change): Buffer {
  return data === null ? bytes.subarray(0, at) : overwrite(bytes, at, data)
}

/** Some sectors of the write arrived, others read as zeros. */
function torn(bytes: Buffer, at: number, data: Buffer, chance: Chance): Buffer {
  let result = bytes
  const until = Math.ceil(chance.unit() * (data.length / SECTOR)) * SECTOR
  for (let from = 0; from < Math.min(until, data.length); from += SECTOR) {
    if (chance.hits(0.7)) result = overwrite(result, at + from, data.subarray(from, from + SECTOR))
  }
  return result
}

function overwrite(bytes: Buffer, at: number, data: Buffer): Buffer {
  const result = Buffer.alloc(Math.max(bytes.length, at + data.length))
  bytes.copy(result)
  data.copy(result, at)
  return result
}
