import type { IncomingMessage } from '../spool/index.ts'
import { has8Bit, headerEnd, readHeaderFacts } from './header-scan.ts'
import type { HeaderFacts } from './header-scan.ts'

/** As much of a header section as is looked at; what is longer is stored all the same. */
const HEADER_SCAN_BYTES = 256 * 1024

export interface StoredMessage {
  readonly bytes: number
  readonly facts: HeaderFacts
  readonly messageId: string
  readonly has8Bit: boolean
}

/** Holds the header section back until it is complete, puts our fields on top, then lets everything through. */
export class MessageWriter {
  readonly #incoming: IncomingMessage
  readonly #prefix: (facts: HeaderFacts) => { text: string; messageId: string }
  readonly #hostname: string
  #pending: Buffer[] = []
  #pendingBytes = 0
  #facts: HeaderFacts | null = null
  #messageId = ''
  #bytes = 0
  #has8Bit = false

  /** @param prefix  what is put above the message; may throw to refuse it */
  constructor(incoming: IncomingMessage, prefix: (facts: HeaderFacts) => { text: string; messageId: string }, hostname: string) {
    this.#incoming = incoming
    this.#prefix = prefix
    this.#hostname = hostname
  }

  async write(chunk: Buffer): Promise<void> {
    this.#has8Bit ||= has8Bit(chunk)
    if (this.#facts !== null) {
      await this.#store(chunk)
      return
    }
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    const begin = this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending)
    if (headerEnd(begin) >= 0 || this.#pendingBytes >= HEADER_SCAN_BYTES) await this.#begin(begin)
    else this.#pending = [begin]
  }

  async end(): Promise<StoredMessage> {
    const facts = this.#facts ?? (await this.#begin(Buffer.concat(this.#pending)))
    return { bytes: this.#bytes, facts, messageId: this.#messageId, has8Bit: this.#has8Bit }
  }

  async #begin(begin: Buffer): Promise<HeaderFacts> {
    const end = headerEnd(begin)
    const facts = readHeaderFacts(end < 0 ? begin : begin.subarray(0, end), this.#hostname)
    const { text, messageId } = this.#prefix(facts)
    this.#facts = facts
    this.#messageId = messageId
    this.#pending = []
    await this.#store(Buffer.concat([Buffer.from(text), begin]))
    return facts
  }

  async #store(chunk: Buffer): Promise<void> {
    this.#bytes += chunk.length
    await this.#incoming.write(chunk)
  }
}
