import type { Disk, DiskFile } from '../system/index.ts'
import { encodeFrame, frameBytes } from './frame.ts'
import type { FrameDraft } from './frame.ts'
import { segmentPath } from './layout.ts'
import type { Layout } from './layout.ts'

/** Where a durable record stands. */
export interface Place {
  readonly segment: number
  /** Byte position of the message in the segment. */
  readonly bodyAt: number
}

interface Waiting {
  readonly draft: FrameDraft
  readonly onDurable: (place: Place) => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface ActiveSegment {
  readonly number: number
  readonly file: DiskFile
  bytes: number
}

/** A group takes what waits, up to this much, so that one large crowd does not keep the first of it waiting. */
const GROUP_BYTES = 2 * 1024 * 1024

/**
 * The append-only journal: numbered segments of records. Everything that waits while one sync is under way shares the next one. Records become
 * durable in the order of the calls.
 */
export class Journal {
  readonly #disk: Disk
  readonly #layout: Layout
  readonly #segmentBytes: number
  readonly #onRotated: () => void
  /** Bytes of each segment that is closed. */
  readonly #closed = new Map<number, number>()
  #active: ActiveSegment | null = null
  #lastNumber = 0
  #waiting: Waiting[] = []
  #flushing: Promise<void> | null = null

  constructor(options: { disk: Disk; layout: Layout; segmentBytes: number; onRotated: () => void }) {
    this.#disk = options.disk
    this.#layout = options.layout
    this.#segmentBytes = options.segmentBytes
    this.#onRotated = options.onRotated
  }

  /** Takes over the segments that recovery found. Writing always begins a new one. */
  adopt(segments: ReadonlyMap<number, number>): void {
    for (const [number, bytes] of segments) {
      this.#closed.set(number, bytes)
      this.#lastNumber = Math.max(this.#lastNumber, number)
    }
  }

  get bytes(): number {
    let sum = this.#active?.bytes ?? 0
    for (const bytes of this.#closed.values()) sum += bytes
    return sum
  }

  /** The lowest number that is not being written; null when there is none. */
  get oldestClosed(): number | null {
    return this.#closed.size === 0 ? null : Math.min(...this.#closed.keys())
  }

  /**
   * Appends a record. Resolves when it survives a power cut; `onDurable` is called just before, in the order of the records.
   * @throws disk errors; then the record is not there, or at worst is there as a whole after a crash
   */
  append(draft: FrameDraft, onDurable: (place: Place) => void = () => undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft, onDurable, resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** Ends the segment being written, so that it can be cleaned. All that was promised is durable already, so trouble with the disk is nobody's concern. */
  async seal(): Promise<void> {
    await this.#flushing
    const active = this.#active
    if (active === null) return
    this.#active = null
    this.#closed.set(active.number, active.bytes)
    await sealSegment(active.file).catch(() => undefined)
  }

  /** Deletes the oldest segment for good. The next may only be deleted after this resolved, or a crash could bring back what a later one had ended. */
  async deleteSegment(number: number): Promise<void> {
    await this.#disk.remove(segmentPath(this.#layout, number))
    await this.#disk.syncFolder(this.#layout.journal)
    this.#closed.delete(number)
  }

  async #flush(): Promise<void> {
    // Callers of the same turn share the first group too.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup()
      try {
        const places = await this.#write(group)
        group.forEach((waiting, index) => {
          waiting.onDurable(places[index] ?? { segment: 0, bodyAt: 0 })
          waiting.resolve()
        })
      } catch (error) {
        for (const waiting of group) waiting.reject(error)
      }
    }
    this.#flushing = null
  }

  #takeGroup(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const waiting of this.#waiting) {
      bytes += frameBytes(waiting.draft)
      if (count > 0 && bytes > GROUP_BYTES) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #write(group: readonly Waiting[]): Promise<Place[]> {
    const active = await this.#writable()
    const places: Place[] = []
    const pieces: Uint8Array[] = []
    let at = active.bytes
    for (const { draft } of group) {
      pieces.push(...encodeFrame(draft, active.bytes))
      at += frameBytes(draft)
      places.push({ segment: active.number, bodyAt: at - (draft.body?.length ?? 0) })
    }
    try {
      await active.file.writeAll(pieces)
    } catch (error) {
      await this.#cutBack(active, false)
      throw error
    }
    try {
      await active.file.sync()
    } catch (error) {
      await this.#cutBack(active, true)
      throw error
    }
    active.bytes = at
    return places
  }

  /**
   * Takes an unfinished group off the end, so that the next one follows good records. After a failed sync nobody knows what the disk holds (the
   * system may have dropped the pages): then, and when cutting fails too, the segment is left alone from here on.
   */
  async #cutBack(active: ActiveSegment, abandon: boolean): Promise<void> {
    let cut = true
    try {
      await active.file.truncate(active.bytes)
    } catch {
      // The caller is told of the first error, which is the cause; recovery cuts what is left here.
      cut = false
    }
    if (cut && !abandon) return
    this.#active = null
    this.#closed.set(active.number, active.bytes)
    await active.file.close().catch(() => undefined)
  }

  async #writable(): Promise<ActiveSegment> {
    const active = this.#active
    if (active !== null && active.bytes < this.#segmentBytes) return active
    const number = ++this.#lastNumber
    const file = await this.#newSegment(number)
    this.#active = { number, file, bytes: 0 }
    if (active !== null) {
      this.#closed.set(active.number, active.bytes)
      // Its records are durable; the seal only tells damage from an unfinished write, so mail does not wait for it or fail with it.
      await sealSegment(active.file).catch(() => undefined)
      this.#onRotated()
    }
    return this.#active
  }

  async #newSegment(number: number): Promise<DiskFile> {
    const path = segmentPath(this.#layout, number)
    const file = await this.#disk.create(path)
    try {
      await this.#disk.syncFolder(this.#layout.journal)
      return file
    } catch (error) {
      await file.close().catch(() => undefined)
      await this.#disk.remove(path).catch(() => undefined)
      throw error
    }
  }
}

/** Marks a segment as closed in order and closes the file. */
export async function sealSegment(file: DiskFile): Promise<void> {
  try {
    await file.writeAll(encodeFrame({ kind: 'sealed', id: '' }, file.size))
    await file.sync()
  } finally {
    await file.close()
  }
}
