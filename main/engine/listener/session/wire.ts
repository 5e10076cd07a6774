import type { Duplex } from 'node:stream'

/** As many bytes of a client as may wait to be read; a client that sends more is stopped until they are. */
const MAX_WAITING_BYTES = 256 * 1024

/** One client's bytes in and out. Bounded both ways: reading stops while nobody reads, and who does not read is not written to. */
export class Wire {
  #stream: Duplex
  #chunks: Buffer[] = []
  #waitingBytes = 0
  #paused = false
  #ended = false
  #gone = false
  #halted = false
  #out = ''
  #wake: (() => void) | null = null
  readonly #onArrival: () => void

  /** @param onArrival  called whenever bytes come in */
  constructor(stream: Duplex, onArrival: () => void) {
    this.#stream = stream
    this.#onArrival = onArrival
    // For good: whatever is left behind may still fail, and nobody waits for that.
    stream.on('error', this.#onGone)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#onArrival()
    this.#chunks.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes >= MAX_WAITING_BYTES && !this.#paused) {
      this.#paused = true
      this.#stream.pause()
    }
    this.#call()
  }
  readonly #onEnd = (): void => {
    this.#ended = true
    this.#call()
  }
  readonly #onGone = (): void => {
    this.#gone = true
    this.#call()
  }
  readonly #onDrain = (): void => {
    this.#onArrival()
    this.#call()
  }

  #call(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }

  // Asked anew after each wait, which a getter in a loop would not look like.
  #cannotWait(): boolean {
    return this.gone
  }

  #cannotTalk(): boolean {
    return this.gone || this.#halted
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** Begins to listen. */
  open(): void {
    this.#stream.on('data', this.#onData)
    this.#stream.on('end', this.#onEnd)
    this.#stream.on('close', this.#onGone)
    this.#stream.on('drain', this.#onDrain)
    if (this.#stream.destroyed) this.#gone = true
    this.#stream.resume()
  }

  /** Lets go of the stream and of all that came by it and was not read. Nothing more is heard until `change`. */
  letGo(): Duplex {
    const stream = this.#stream
    stream.off('data', this.#onData)
    stream.off('end', this.#onEnd)
    stream.off('close', this.#onGone)
    stream.off('drain', this.#onDrain)
    stream.pause()
    this.#chunks = []
    this.#waitingBytes = 0
    return stream
  }

  /** Goes on with another stream, for example the encrypted one above the first. */
  change(stream: Duplex): void {
    this.#stream = stream
    this.#paused = false
    stream.on('error', this.#onGone)
    this.open()
  }

  /** It cannot be written to any more. */
  get gone(): boolean {
    return this.#gone || this.#stream.destroyed
  }

  /** Characters that were said and have not been sent. */
  get unsent(): number {
    return this.#out.length
  }

  /** Bytes that came and were not read. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /** Somebody waits for this client, to send or to read. */
  get waits(): boolean {
    return this.#wake !== null
  }

  /** To be sent with the next flush. */
  say(text: string): void {
    this.#out += text
  }

  /** One write for all that was said. Resolves when the client may be listened to again; a client that does not read is waited for. */
  async flush(): Promise<void> {
    const text = this.#out
    this.#out = ''
    if (text === '' || this.gone) return
    this.#stream.write(text)
    while (this.#stream.writableNeedDrain && !this.#cannotTalk()) await this.#change()
  }

  /** The next bytes; null when no more will come. */
  async read(): Promise<Buffer | null> {
    for (;;) {
      const chunk = this.#halted ? undefined : this.#chunks.shift()
      if (chunk !== undefined) {
        this.#waitingBytes -= chunk.length
        if (this.#paused && this.#waitingBytes === 0) {
          this.#paused = false
          this.#stream.resume()
        }
        return chunk
      }
      if (this.#ended || this.#halted || this.gone) return null
      await this.#change()
    }
  }

  /** Resolves when something comes, the client goes, or `cancel` is called. @returns whether anything is there to be read */
  async hears(): Promise<boolean> {
    if (this.#waitingBytes === 0 && !this.#ended && !this.#halted && !this.gone) await this.#change()
    return this.#waitingBytes > 0
  }

  /** Nothing more is read; what is said and `end` still work. */
  halt(): void {
    this.#halted = true
    this.#call()
  }

  /** Wakes whoever waits in `hears`. */
  cancel(): void {
    this.#call()
  }

  /** Sends what is left and ends our side. What still comes is dropped. Resolves when the connection is closed. */
  async end(onMore: () => void): Promise<void> {
    const text = this.#out
    this.#out = ''
    if (this.gone) return
    this.#chunks = []
    this.#stream.off('data', this.#onData)
    this.#stream.on('data', onMore)
    this.#stream.resume()
    this.#stream.end(text)
    while (!this.#cannotWait()) await this.#change()
  }

  destroy(): void {
    this.#gone = true
    this.#stream.destroy()
    this.#call()
  }
}
