import { Readable } from 'node:stream'
import type { Clock, Disk, Random } from '../system/index.ts'
import { Cleaner } from './cleaner.ts'
import { crc32 } from './crc32.ts'
import { encodeEntry } from './entry-record.ts'
import { idMaker } from './ids.ts'
import { Incoming } from './incoming.ts'
import type { IncomingContext } from './incoming.ts'
import { Journal } from './journal.ts'
import { layoutOf, segmentPath } from './layout.ts'
import { collect, MessageFileError, messagePath, readMessageCrc } from './message-file.ts'
import { recover } from './recovery.ts'
import { shareCalls } from './shared-sync.ts'
import { Shelf } from './shelf.ts'
import type { Kept } from './shelf.ts'
import type { Entry, Spool } from './types.ts'

export interface SpoolOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  /** The spool's own folder. */
  readonly folder: string
  /** Sizes in bytes, for tests; the defaults are right otherwise. */
  readonly sizes?: Partial<SpoolSizes>
}

export interface SpoolSizes {
  /** Messages up to this many bytes go into the journal, larger ones into a file of their own. */
  readonly smallMessage: number
  /** A journal segment is ended when it is this long. */
  readonly segment: number
  /** The journal's length beyond what its living entries need. */
  readonly journal: number
  /** Small messages kept in memory to be sent on without reading them again. */
  readonly recent: number
}

const MIB = 1024 * 1024
const SIZES: SpoolSizes = { smallMessage: 1.25 * MIB, segment: 16 * MIB, journal: 64 * MIB, recent: 32 * MIB }
/** So many free bytes are asked for again after a second only. */
const PLENTY_BYTES = 4096 * MIB

/** The spool in `folder`. `open` comes first; everything else before it is a mistake. The format is told in docs/storage.md. */
export function createSpool(options: SpoolOptions): Spool {
  return new DiskSpool(options)
}

class DiskSpool implements Spool {
  readonly #context: IncomingContext
  readonly #journal: Journal
  readonly #shelf: Shelf
  readonly #cleaner: Cleaner
  readonly #owed = new Set<string>()
  readonly #clock: Clock
  #free = { bytes: 0, at: 0 }
  readonly newId: () => string

  constructor({ disk, clock, random, folder, sizes }: SpoolOptions) {
    const { smallMessage, segment, journal: journalBytes, recent } = { ...SIZES, ...sizes }
    const layout = layoutOf(folder)
    this.#clock = clock
    const syncQueue = shareCalls(() => disk.syncFolder(layout.queue))
    this.newId = idMaker(clock, random)
    this.#shelf = new Shelf(recent)
    this.#journal = new Journal({ disk, clock, layout, segmentBytes: segment, onRotated: () => this.#cleaner.poke() })
    this.#cleaner = new Cleaner({ disk, layout, journal: this.#journal, shelf: this.#shelf, journalBytes, syncQueue, owed: this.#owed })
    this.#context = {
      disk,
      layout,
      journal: this.#journal,
      smallBytes: smallMessage,
      gathering: { bytes: 0 },
      syncQueue,
      onCommitted: (entry, place, message, crc) => {
        const body = place === null ? null : { segment: place.segment, at: place.bodyAt }
        this.#shelf.put({ entry, stateIn: place?.segment ?? 0, body, hasFile: place === null, ...(crc === null ? {} : { crc }) })
        if (message !== null) this.#shelf.remember(entry.head.id, message)
      },
    }
  }

  get bytes(): number {
    return this.#shelf.bytes
  }

  async open(): ReturnType<Spool['open']> {
    const { disk, layout } = this.#context
    const found = await recover(disk, layout)
    this.#journal.adopt(found.segments)
    for (const kept of [...found.kept, ...found.finished]) this.#shelf.put(kept)
    for (const id of found.owed) this.#owed.add(id)
    await Promise.all(found.forget.map((id) => this.#journal.append({ kind: 'removed', id }, 'now')))
    this.#cleaner.poke()
    return { entries: found.kept.map((kept) => kept.entry), finished: found.finished.map((kept) => kept.entry), setAside: found.setAside }
  }

  async receive(id: string): Promise<Incoming> {
    return new Incoming(this.#context, id)
  }

  async update(entry: Entry): Promise<void> {
    const kept = this.#shelf.get(entry.head.id)
    if (kept === undefined) throw new Error(`no message ${entry.head.id} in the spool`)
    // At once, not when durable: whoever rewrites this entry later must not go back behind this call.
    kept.entry = entry
    await this.#journal.append(
      { kind: 'state', id: entry.head.id, json: encodeEntry(entry) },
      'soon',
      (place) => (kept.stateIn = place.segment),
    )
  }

  async remove(id: string): Promise<void> {
    // Off the shelf at once, so that nobody writes a state behind the removal.
    const kept = this.#shelf.take(id)
    if (kept === undefined) return
    try {
      await this.#journal.append({ kind: 'removed', id }, 'soon')
    } catch (error) {
      // Told again as soon as a segment is cleaned; should the computer stop before, the entry comes back with its last saved state.
      this.#owed.add(id)
      throw error
    }
    if (!kept.hasFile) return
    await this.#context.disk.remove(messagePath(this.#context.layout, id)).catch(() => this.#owed.add(id))
  }

  read(id: string, start = 0, end = Number.POSITIVE_INFINITY): Readable {
    const kept = this.#shelf.get(id)
    if (kept === undefined) return failing(new Error(`no message ${id} in the spool`))
    const to = Math.min(end, kept.entry.head.size)
    if (start >= to) return Readable.from([], { objectMode: false })
    const recent = this.#shelf.recent(id)
    if (recent !== undefined) return Readable.from([recent.subarray(start, to)], { objectMode: false })
    return Readable.from(this.#stream(kept, start, to), { objectMode: false })
  }

  async readHeaders(id: string, maxBytes: number): Promise<Buffer> {
    const bytes = await collect(this.read(id, 0, maxBytes))
    return bytes.subarray(0, headerLength(bytes))
  }

  async freeBytes(): Promise<number> {
    const now = this.#clock.monotonic()
    // Nobody fills this much within a second, so not every message need ask.
    if (this.#free.bytes < PLENTY_BYTES || now - this.#free.at > 1000) {
      this.#free = { bytes: await this.#context.disk.freeBytes(this.#context.layout.root), at: now }
    }
    return this.#free.bytes
  }

  async close(): Promise<void> {
    await this.#cleaner.idle()
    await this.#journal.seal()
    // An empty spool leaves no old mail behind in the journal.
    this.#cleaner.poke()
    await this.#cleaner.idle()
  }

  /** Read from its file once, when it was accepted before the last start. */
  async #crcOf(kept: Kept): Promise<number> {
    const { disk, layout } = this.#context
    const { id, size } = kept.entry.head
    try {
      return (kept.crc ??= await readMessageCrc(disk, layout, id, size))
    } catch (error) {
      if (!(error instanceof MessageFileError)) throw error
      throw new Error(`the stored message is damaged: ${error.message}`, { cause: error })
    }
  }

  async *#stream(kept: Kept, start: number, end: number): AsyncGenerator<Uint8Array> {
    const { disk, layout } = this.#context
    // Asked for only now: the message may have moved since `read` was called.
    if (kept.body === null) {
      const stream = disk.readStream(messagePath(layout, kept.entry.head.id), start, end)
      const whole = start === 0 && end === kept.entry.head.size
      yield* bytesOf(stream, end - start, whole ? () => this.#crcOf(kept) : null)
      return
    }
    const { segment, at } = kept.body
    const release = this.#cleaner.hold(segment)
    try {
      yield* bytesOf(disk.readStream(segmentPath(layout, segment), at + start, at + end), end - start, null)
    } finally {
      release()
    }
  }
}

/**
 * Passes the stream on and insists on its length, and on its checksum where there is one: a message that was cut off or damaged on disk must not go
 * out as if it were whole, so the last piece is given only when all is well.
 */
async function* bytesOf(stream: Readable, expected: number, crcWas: (() => Promise<number>) | null): AsyncGenerator<Uint8Array> {
  let got = 0
  let crc = 0
  let held: Uint8Array | null = null
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
    got += piece.length
    if (crcWas !== null) crc = crc32(piece, crc)
    if (held !== null) yield held
    held = piece
  }
  if (got !== expected) throw new Error(`the stored message is cut off: ${expected - got} of ${expected} bytes are missing`)
  if (crcWas !== null && (await crcWas()) !== crc) throw new Error('the stored message is damaged: it is not what was accepted')
  if (held !== null) yield held
}

function failing(error: Error): Readable {
  return new Readable({ read: (): void => undefined, construct: (callback) => callback(error) })
}

/** Up to and with the first empty line; all of it when there is none. */
function headerLength(bytes: Buffer): number {
  const crlf = bytes.indexOf('\r\n\r\n')
  const lf = bytes.indexOf('\n\n')
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4
  return lf >= 0 ? lf + 2 : bytes.length
}
