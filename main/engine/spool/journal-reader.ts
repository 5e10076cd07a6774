import type { Disk } from '../system/index.ts'
import { decodeEntry } from './entry-record.ts'
import type { SharedValues } from './entry-record.ts'
import { scanSegment } from './frame.ts'
import type { Frame, SegmentScan } from './frame.ts'
import { sealSegment } from './journal.ts'
import { isDesktopLitter, isUnreadable, keepAside, moveAside, segmentNumber, segmentPath } from './layout.ts'
import type { Layout, SetAside } from './layout.ts'
import { collect } from './message-file.ts'
import type { BodyPlace } from './shelf.ts'
import type { Entry } from './types.ts'
import { basename, join } from 'node:path'

/** Several times what a segment is when it ends, with the largest write group behind that. */
const LONGEST_SEGMENT_BYTES = 64 * 1024 * 1024

export interface JournalFindings {
  /** The newest state of each entry that was not removed. */
  readonly entries: ReadonlyMap<string, { readonly entry: Entry; readonly stateIn: number }>
  /** Where small messages stand. */
  readonly bodies: ReadonlyMap<string, BodyPlace>
  readonly removed: ReadonlySet<string>
  /** Ids whose newest record cannot be understood; it was set aside. */
  readonly unreadable: readonly string[]
  readonly segments: ReadonlyMap<number, number>
  readonly setAside: readonly SetAside[]
}

/**
 * Reads all segments, the newest first: the first record met for an id is the one that counts, so the JSON of older ones is never parsed, and only
 * one segment is in memory at a time. Cuts what an interrupted last write left, and seals the segment.
 */
export async function readJournal(disk: Disk, layout: Layout, shared: SharedValues): Promise<JournalFindings> {
  const reader = new JournalReader(disk, layout, shared)
  for (const number of await reader.segmentNumbers()) await reader.readSegment(number)
  return reader
}

class JournalReader implements JournalFindings {
  readonly entries = new Map<string, { readonly entry: Entry; readonly stateIn: number }>()
  readonly bodies = new Map<string, BodyPlace>()
  readonly removed = new Set<string>()
  readonly unreadable: string[] = []
  readonly segments = new Map<number, number>()
  readonly setAside: SetAside[] = []
  readonly #disk: Disk
  readonly #layout: Layout
  readonly #shared: SharedValues

  constructor(disk: Disk, layout: Layout, shared: SharedValues) {
    this.#disk = disk
    this.#layout = layout
    this.#shared = shared
  }

  /** Newest first. */
  async segmentNumbers(): Promise<number[]> {
    const numbers: number[] = []
    for (const name of await this.#disk.list(this.#layout.journal)) {
      const number = segmentNumber(name)
      if (number !== null) numbers.push(number)
      else if (!isDesktopLitter(name)) await this.#moveAside(name, 'It is not a file of Mailroom.')
    }
    return numbers.sort((a, b) => b - a)
  }

  async readSegment(number: number): Promise<void> {
    await this.#shorten(number)
    const bytes = await this.#readBytes(number)
    if (bytes === null) return
    const scan = scanSegment(bytes)
    this.segments.set(number, scan.tornAt)
    await this.#closeInOrder(number, scan, bytes.length)
    for (const damage of scan.damages) {
      const what = damage.id === null ? 'Part of the journal is damaged.' : `The record of message ${damage.id} is damaged.`
      const name = `journal-${number}-${damage.from}.damaged`
      const kept = await keepAside(this.#disk, this.#layout, name, bytes.subarray(damage.from, damage.to), `${what} These are its bytes.`)
      if (kept !== null) this.setAside.push(kept)
    }
    await this.#take(number, scan.frames, bytes)
  }

  async #take(number: number, frames: readonly Frame[], bytes: Buffer): Promise<void> {
    const newest = new Map<string, Frame>()
    for (const frame of frames) {
      if (frame.kind === 'removed') this.removed.add(frame.id)
      else if (frame.kind !== 'sealed') newest.set(frame.id, frame)
      if (frame.kind === 'accepted') this.bodies.set(frame.id, { segment: number, at: frame.bodyAt })
    }
    for (const [id, frame] of newest) {
      if (this.removed.has(id) || this.entries.has(id) || this.unreadable.includes(id)) continue
      await this.#decode(number, frame, bytes)
    }
  }

  async #decode(number: number, frame: Frame, bytes: Buffer): Promise<void> {
    try {
      const entry = decodeEntry(bytes.subarray(frame.jsonAt, frame.bodyAt), this.#shared)
      this.entries.set(frame.id, { entry, stateIn: number })
    } catch {
      // The checksum is good, so it was written like this; what it means is for a person to find out.
      const reason = `The record of message ${frame.id} cannot be understood. These are its bytes.`
      const kept = await keepAside(this.#disk, this.#layout, `${frame.id}.record`, bytes.subarray(frame.at, frame.end), reason)
      if (kept !== null) this.setAside.push(kept)
      this.unreadable.push(frame.id)
    }
  }

  async #closeInOrder(number: number, scan: SegmentScan, length: number): Promise<void> {
    if (scan.sealed) return
    const file = await this.#disk.openAppend(segmentPath(this.#layout, number))
    try {
      if (scan.tornAt < length) await file.truncate(scan.tornAt)
      // First the cut, then the seal, or a power cut could leave a seal in the midst of what was cut off. Also what an earlier start has cut.
      await file.sync()
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error
    }
    await sealSegment(file)
  }

  /** What is far longer than a segment can be is kept aside as it is, and only what can be ours is read: all of it might not fit into memory. */
  async #shorten(number: number): Promise<void> {
    const path = segmentPath(this.#layout, number)
    const stat = await this.#disk.stat(path)
    if (stat === null || stat.isFolder || stat.bytes <= LONGEST_SEGMENT_BYTES) return
    const ours = await collect(this.#disk.readStream(path, 0, LONGEST_SEGMENT_BYTES))
    await this.#moveAside(basename(path), 'A part of the journal is longer than Mailroom makes it. The messages at its beginning go on.')
    const { frames } = scanSegment(ours)
    await this.#disk.writeFileDurably(path, ours.subarray(0, frames.at(-1)?.end ?? 0))
  }

  async #readBytes(number: number): Promise<Buffer | null> {
    const path = segmentPath(this.#layout, number)
    try {
      return await this.#disk.readFile(path)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      await this.#moveAside(basename(path), `A part of the journal cannot be read: ${String(error)}.`)
      return null
    }
  }

  async #moveAside(name: string, reason: string): Promise<void> {
    this.setAside.push(await moveAside(this.#disk, this.#layout, join(this.#layout.journal, name), name, reason))
  }
}
