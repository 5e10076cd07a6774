import { join } from 'node:path'
import type { Disk, DiskFile } from '../system/index.ts'
import { crc32 } from './crc32.ts'
import type { Journal, Place } from './journal.ts'
import { encodeEntry } from './entry-record.ts'
import type { Layout } from './layout.ts'
import { encodeTrailer, messagePath } from './message-file.ts'
import type { Entry, IncomingMessage } from './types.ts'

export interface IncomingContext {
  readonly disk: Disk
  readonly layout: Layout
  readonly journal: Journal
  /** Messages up to this many bytes go into the journal, larger ones into a file of their own. */
  readonly smallBytes: number
  /** Bytes of all messages that are being gathered in memory now. */
  readonly gathering: { bytes: number }
  /** Makes the names in `queue/` durable. */
  syncQueue(): Promise<void>
  /** The entry is durable. `message` is given for small ones. `crc`: the message's CRC-32, for those in a file. */
  onCommitted(entry: Entry, place: Place | null, message: Uint8Array | null, crc: number | null): void
}

/** Larger pieces, fewer calls: what arrives is gathered up to this before it is written. */
const WRITE_BYTES = 256 * 1024
/** While more than this is being gathered, many slow clients hold their messages open: a message that is not tiny goes to the disk early. */
const GATHERING_BYTES = 64 * 1024 * 1024
const TINY_BYTES = 128 * 1024

/** A message while it comes in: in memory while small, then in `incoming/`. */
export class Incoming implements IncomingMessage {
  readonly #context: IncomingContext
  readonly #id: string
  #pieces: Uint8Array[] = []
  #gathered = 0
  #size = 0
  #file: DiskFile | null = null
  /** Of what went to the file. */
  #crc = 0
  #over = false

  constructor(context: IncomingContext, id: string) {
    this.#context = context
    this.#id = id
  }

  get #path(): string {
    return join(this.#context.layout.incoming, this.#id)
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#over) throw new Error(`message ${this.#id} is committed or abandoned`)
    this.#pieces.push(chunk)
    this.#gathered += chunk.length
    this.#context.gathering.bytes += chunk.length
    this.#size += chunk.length
    if (this.#gathered > this.#limit) await this.#spill()
  }

  get #limit(): number {
    const { smallBytes, gathering } = this.#context
    if (this.#file !== null) return WRITE_BYTES
    return gathering.bytes > GATHERING_BYTES ? Math.min(smallBytes, TINY_BYTES) : smallBytes
  }

  async commit(entry: Entry): Promise<void> {
    if (this.#over) throw new Error(`message ${this.#id} is committed or abandoned`)
    if (entry.head.id !== this.#id || entry.head.size !== this.#size) {
      await this.abandon()
      throw new Error(`message ${this.#id} has ${this.#size} bytes; its entry says ${entry.head.id} and ${entry.head.size}`)
    }
    this.#over = true
    if (this.#file === null) await this.#commitToJournal(entry)
    else await this.#commitToFile(entry, this.#file)
  }

  async abandon(): Promise<void> {
    this.#over = true
    this.#letGo()
    const file = this.#file
    this.#file = null
    if (file === null) return
    // What cannot be removed now is swept at the next start.
    await file.close().catch(() => undefined)
    await this.#context.disk.remove(this.#path).catch(() => undefined)
  }

  async #spill(): Promise<void> {
    const pieces = this.#letGo()
    this.#file ??= await this.#context.disk.create(this.#path)
    this.#count(pieces)
    await this.#file.writeAll(pieces)
  }

  #count(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#crc = crc32(piece, this.#crc)
  }

  /** What was gathered; from here on it is somebody else's. */
  #letGo(): Uint8Array[] {
    const pieces = this.#pieces
    this.#pieces = []
    this.#context.gathering.bytes -= this.#gathered
    this.#gathered = 0
    return pieces
  }

  async #commitToJournal(entry: Entry): Promise<void> {
    // Always a copy: a network chunk may be a small view of a large block, which would stay in memory with it.
    const body = Buffer.concat(this.#letGo())
    await this.#context.journal.append({ kind: 'accepted', id: this.#id, json: encodeEntry(entry), body }, 'now', (place) => {
      this.#context.onCommitted(entry, place, body, null)
    })
  }

  async #commitToFile(entry: Entry, file: DiskFile): Promise<void> {
    const { disk, layout } = this.#context
    const target = messagePath(layout, this.#id)
    let renamed = false
    try {
      const rest = this.#letGo()
      this.#count(rest)
      await file.writeAll([...rest, encodeTrailer(entry, this.#crc)])
      await file.sync()
      await file.close()
      this.#file = null
      await disk.rename(this.#path, target)
      renamed = true
      await this.#context.syncQueue()
    } catch (error) {
      await this.abandon()
      if (this.#file === null) await disk.remove(renamed ? target : this.#path).catch(() => undefined)
      throw error
    }
    this.#context.onCommitted(entry, null, null, this.#crc)
  }
}
