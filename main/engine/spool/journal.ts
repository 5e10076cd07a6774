import type { Clock, Disk, DiskFile, Timer } from '../system/index.ts'
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

/** `now`: somebody waits for it before saying 250. `soon`: it is written at once and shares a sync, its own after a moment at the latest. */
export type Urgency = 'now' | 'soon'

interface Waiting {
  readonly draft: FrameDraft
  readonly urgency: Urgency
  readonly onDurable: (place: Place) => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface ActiveSegment {
  readonly number: number
  readonly file: DiskFile
  /** Written so far, and how much of that survives a power cut. */
  bytes: number
  durableBytes: number
}

/** Written, and not yet synced. */
interface Written {
  readonly waiting: Waiting
  readonly place: Place
}

/** A group takes what waits, up to this much, so that one large crowd does not keep the first of it waiting. */
const GROUP_BYTES = 2 * 1024 * 1024
/** As long as what is not urgent waits for a sync to share: a message that comes in between brings one. */
const SOON_MS = 10

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
  #written: Written[] = []
  #soon: Timer | null = null
  #syncDue = false
  readonly #clock: Clock
  #flushing: Promise<void> | null = null

  constructor(options: { disk: Disk; clock: Clock; layout: Layout; segmentBytes: number; onRotated: () => void }) {
    this.#disk = options.disk
    this.#clock = options.clock
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
  append(draft: FrameDraft, urgency: Urgency, onDurable: (place: Place) => void = () => undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft, urgency, onDurable, resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** Ends the segment being written, so that it can be cleaned. All that was promised is durable already, so trouble with the disk is nobody's concern. */
  async seal(): Promise<void> {
    this.#syncDue = true
    this.#flushing ??= this.#flush()
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
    while (this.#waiting.length > 0 || this.#syncDue) {
      if (this.#waiting.length > 0) await this.#write(this.#takeGroup())
      if (this.#syncDue) await this.#sync()
    }
    this.#flushing = null
    if (this.#written.length > 0) this.#soon ??= this.#clock.after(SOON_MS, () => this.#syncSoon())
  }

  #syncSoon(): void {
    this.#soon = null
    this.#syncDue = true
    this.#flushing ??= this.#flush()
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

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const active = await this.#writable()
      const written: Written[] = []
      const pieces: Uint8Array[] = []
      let at = active.bytes
      for (const waiting of group) {
        // A power cut may tear whatever was written since the last sync, so that is one group to whoever reads it.
        pieces.push(...encodeFrame(waiting.draft, active.durableBytes))
        at += frameBytes(waiting.draft)
        written.push({ waiting, place: { segment: active.number, bodyAt: at - (waiting.draft.body?.length ?? 0) } })
      }
      try {
        await active.file.writeAll(pieces)
      } catch (error) {
        await this.#cutBack(active)
        throw error
      }
      active.bytes = at
      this.#written.push(...written)
      this.#syncDue ||= group.some(({ urgency }) => urgency === 'now')
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
    }
  }

  /** Makes all that was written durable, and tells those who wait for it. */
  async #sync(): Promise<void> {
    this.#syncDue = false
    this.#soon?.cancel()
    this.#soon = null
    const active = this.#active
    const written = this.#written
    this.#written = []
    if (active === null || written.length === 0) return
    try {
      // Both to their end: what comes after a failure must not overtake a sync that is under way.
      const both = await Promise.allSettled([active.file.sync(), this.#isStillThere(active.number)])
      for (const one of both) if (one.status === 'rejected') throw one.reason
    } catch (error) {
      await this.#abandon(active)
      for (const { waiting } of written) waiting.reject(error)
      return
    }
    active.durableBytes = active.bytes
    for (const { waiting, place } of written) {
      waiting.onDurable(place)
      waiting.resolve()
    }
  }

  /** A file whose folder was deleted takes writes and syncs as if nothing had happened, and nobody will ever find them. */
  async #isStillThere(segment: number): Promise<void> {
    const path = segmentPath(this.#layout, segment)
    if ((await this.#disk.stat(path)) === null) throw Object.assign(new Error(`${path} is gone`), { code: 'ENOENT' })
  }

  /**
   * Takes an unfinished group off the end, so that the next one follows good records. When even that fails, what was written before is synced
   * while it can be, and the segment is left alone from here on.
   */
  async #cutBack(active: ActiveSegment): Promise<void> {
    try {
      await active.file.truncate(active.bytes)
    } catch {
      // The caller is told of the first error, which is the cause; recovery cuts what is left here.
      await this.#sync()
      await this.#abandon(active)
    }
  }

  /** After a failed sync nobody knows what the disk holds (the system may have dropped the pages): the segment is not written to again. */
  async #abandon(active: ActiveSegment): Promise<void> {
    if (this.#active !== active) return
    this.#active = null
    this.#closed.set(active.number, active.durableBytes)
    await active.file.truncate(active.durableBytes).catch(() => undefined)
    await active.file.close().catch(() => undefined)
  }

  async #writable(): Promise<ActiveSegment> {
    const active = this.#active
    if (active !== null && active.bytes < this.#segmentBytes) return active
    // What was written and not synced belongs to the segment that ends here.
    await this.#sync()
    const number = ++this.#lastNumber
    const file = await this.#newSegment(number)
    const ended = this.#active
    this.#active = { number, file, bytes: 0, durableBytes: 0 }
    if (ended !== null) {
      this.#closed.set(ended.number, ended.bytes)
      // Its records are durable; the seal only tells damage from an unfinished write, so mail does not wait for it or fail with it.
      await sealSegment(ended.file).catch(() => undefined)
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
