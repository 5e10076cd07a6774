import { join } from 'node:path'
import type { Disk } from '../system/index.ts'
import { crc32 } from './crc32.ts'
import { encodeEntry } from './entry-record.ts'
import type { Journal } from './journal.ts'
import { segmentPath } from './layout.ts'
import type { Layout } from './layout.ts'
import { encodeTrailer, messagePath } from './message-file.ts'
import type { Kept, Shelf } from './shelf.ts'

export interface CleanerContext {
  readonly disk: Disk
  readonly layout: Layout
  readonly journal: Journal
  readonly shelf: Shelf
  /** The journal may grow to this much beyond what its living entries need. */
  readonly journalBytes: number
  syncQueue(): Promise<void>
  /** Ids whose removal must be told again, because their file would not go. */
  readonly owed: Set<string>
}

/** Rewriting at least this much at a time leaves room for mail in between. */
const REWRITE_AT_ONCE = 200
const FILES_AT_ONCE = 4

/**
 * Keeps the journal short. The oldest segment goes when nothing in it is needed; or, when the journal is too long, after the messages that still
 * wait in it were moved to files of their own and their newest states written again. So each message is written at most twice, however long it waits.
 */
export class Cleaner {
  readonly #context: CleanerContext
  readonly #readers = new Map<number, number>()
  #running: Promise<void> | null = null
  #again = false

  constructor(context: CleanerContext) {
    this.#context = context
  }

  /** Starts cleaning when there is something to clean. Trouble (a full disk) only means that the journal stays longer until the next time. */
  poke(): void {
    if (this.#running !== null) {
      this.#again = true
      return
    }
    this.#running = this.#clean()
      .catch(() => undefined)
      .then(() => {
        this.#running = null
        if (!this.#again) return
        this.#again = false
        this.poke()
      })
  }

  /** Resolves when no cleaning is under way. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  /** Keeps a segment's file while somebody reads from it. @returns to be called when done */
  hold(segment: number): () => void {
    this.#readers.set(segment, (this.#readers.get(segment) ?? 0) + 1)
    return () => {
      const left = (this.#readers.get(segment) ?? 1) - 1
      if (left > 0) {
        this.#readers.set(segment, left)
      } else {
        this.#readers.delete(segment)
        this.poke()
      }
    }
  }

  async #clean(): Promise<void> {
    const { journal } = this.#context
    for (let oldest = journal.oldestClosed; oldest !== null; oldest = journal.oldestClosed) {
      if (this.#readers.has(oldest)) return
      if (this.#isNeeded(oldest)) {
        if (!this.#isTooLong()) return
        await this.#moveMessages(oldest)
        await this.#rewriteStates(oldest)
      }
      await this.#retryRemovals()
      // Files that were removed must stay so before the record of their removal goes.
      await this.#context.syncQueue()
      if (this.#readers.has(oldest) || this.#isNeeded(oldest)) return
      await journal.deleteSegment(oldest)
    }
  }

  #isNeeded(segment: number): boolean {
    for (const kept of this.#context.shelf.all()) {
      if (kept.stateIn === segment || kept.body?.segment === segment) return true
    }
    return false
  }

  /** At half living records, one byte is rewritten for each one freed. An entry's record is about a thousand bytes. */
  #isTooLong(): boolean {
    const living = this.#context.shelf.size * 1000
    return this.#context.journal.bytes > this.#context.journalBytes + 2 * living
  }

  async #moveMessages(segment: number): Promise<void> {
    const { shelf, disk, layout } = this.#context
    const there = [...shelf.all()].filter((kept) => kept.body?.segment === segment)
    if (there.length === 0) return
    const bytes = await disk.readFile(segmentPath(layout, segment))
    const moved: Kept[] = []
    const rest = there.values()
    const worker = async (): Promise<void> => {
      for (const kept of rest) if (await this.#moveMessage(kept, bytes)) moved.push(kept)
    }
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker))
    await this.#context.syncQueue()
    for (const kept of moved) kept.body = null
  }

  async #moveMessage(kept: Kept, segment: Buffer): Promise<boolean> {
    const { disk, layout, shelf } = this.#context
    const { id, size } = kept.entry.head
    if (kept.body === null || shelf.get(id) !== kept) return false
    const path = join(layout.incoming, `${id}.moving`)
    await disk.remove(path)
    const file = await disk.create(path)
    try {
      const message = segment.subarray(kept.body.at, kept.body.at + size)
      await file.writeAll([message, encodeTrailer(kept.entry, crc32(message))])
      await file.sync()
    } finally {
      await file.close()
    }
    await disk.rename(path, messagePath(layout, id))
    kept.hasFile = true
    // An entry that ended meanwhile did not know of this file.
    if (shelf.get(id) !== kept) await disk.remove(messagePath(layout, id)).catch(() => this.#context.owed.add(id))
    return true
  }

  async #rewriteStates(segment: number): Promise<void> {
    const { shelf, journal } = this.#context
    const there = [...shelf.all()].filter((kept) => kept.stateIn === segment)
    for (let from = 0; from < there.length; from += REWRITE_AT_ONCE) {
      // Looked at again in each round: an entry that was removed must not be written after its removal.
      const living = there.slice(from, from + REWRITE_AT_ONCE).filter((kept) => shelf.get(kept.entry.head.id) === kept)
      await Promise.all(
        living.map((kept) =>
          journal.append(
            { kind: 'state', id: kept.entry.head.id, json: encodeEntry(kept.entry) },
            'now',
            (place) => (kept.stateIn = place.segment),
          ),
        ),
      )
    }
  }

  async #retryRemovals(): Promise<void> {
    const { owed, disk, layout, journal } = this.#context
    for (const id of owed) {
      try {
        await disk.remove(messagePath(layout, id))
        owed.delete(id)
      } catch {
        // Still held open by another program, say: its removal is written down anew, so it stays removed whatever happens.
        await journal.append({ kind: 'removed', id }, 'now')
      }
    }
  }
}
