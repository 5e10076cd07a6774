const LF = 0x0a
const CR = 0x0d
const DOT = 0x2e
const CRLF = Buffer.from('\r\n')
const DOT_ALONE = Buffer.from('.')
const DOT_LINE = Buffer.from('.\r\n')
const EMPTY = Buffer.alloc(0)

/** Octets of a line without its end (RFC 5322 §2.1.1). Longer ones are stored all the same. */
const LINE_BYTES = 998

/** What a chunk held. */
export interface DataPart {
  /** Content without dot-stuffing; every line end is CRLF. */
  readonly data: Buffer
  readonly ended: boolean
  /** What came behind the end: the next commands. */
  readonly rest: Buffer
}

/** `START`: at the beginning of a line. `MID`: elsewhere, or behind a line end that was mended. The others hold back what is not decided yet. */
const START = 0
const MID = 1
const HELD_CR = 2
const HELD_CRS = 3
const HELD_DOT = 4
const HELD_DOT_CR = 5

/**
 * The content of one message from DATA to its end (RFC 5321 §4.1.1.4). CR LF . CR LF ends it and nothing else does: whoever takes one of the other
 * forms (LF . LF, CR . CR, LF . CR LF, …) for the end would read a second transaction out of one message. Bare CR and bare LF become CR LF, so that
 * nobody behind us is led astray either.
 */
export class DataReader {
  #state = START
  /** The line began behind a bare LF, which counts in a session that has no other line ends. */
  #byLineFeed: boolean
  #lineFeedEnds: boolean
  #lineBytes = 0
  #pieces: Buffer[] = []
  bareLineFeed = false
  bareCarriageReturn = false
  longLine = false
  nulByte = false

  /** @param lineFeedEnds  every command of this session ended with a bare LF: LF . LF ends the message too, until a CR LF is seen in it */
  constructor(lineFeedEnds = false) {
    this.#lineFeedEnds = lineFeedEnds
    this.#byLineFeed = lineFeedEnds
  }

  read(chunk: Buffer): DataPart {
    let at = 0
    let lf = -1
    let cr = -1
    while (at < chunk.length) {
      if (this.#state > MID) {
        const taken = this.#decide(chunk[at] ?? 0)
        if (taken < 0) return this.#part(true, chunk.subarray(at + 1))
        at += taken
        continue
      }
      if (this.#state === START && chunk[at] === DOT) {
        this.#state = HELD_DOT
        at++
        continue
      }
      // Each is looked for again only when it has been passed: a chunk without any CR must not be searched once a line.
      if (lf < at) lf = indexOrEnd(chunk, LF, at)
      if (cr < at) cr = indexOrEnd(chunk, CR, at)
      at = this.#readLine(chunk, at, lf, cr)
    }
    return this.#part(false, EMPTY)
  }

  /** Whole lines, up to the first line end that is not CR LF, a line that begins with a dot, or the chunk's end. @returns where it stopped */
  #readLine(chunk: Buffer, from: number, firstLf: number, firstCr: number): number {
    let lf = firstLf
    let cr = firstCr
    let at = from
    for (;;) {
      if (lf === chunk.length || cr !== lf - 1) break
      this.#endLine(cr - at)
      this.#atCrLf()
      at = lf + 1
      if (at >= chunk.length || chunk[at] === DOT) {
        this.#keep(chunk, from, at)
        return at
      }
      lf = indexOrEnd(chunk, LF, at)
      cr = indexOrEnd(chunk, CR, at)
    }
    const stop = Math.min(lf, cr)
    this.#keep(chunk, from, stop)
    if (stop === chunk.length) {
      this.#lineBytes += stop - at
      this.#state = MID
      return stop
    }
    this.#endLine(stop - at)
    if (stop === cr) this.#state = HELD_CR
    else this.#mendLineFeed(CRLF)
    return stop + 1
  }

  /** One byte behind something that was held back. @returns bytes taken, 0 or 1; -1 when the message ends with it */
  #decide(byte: number): number {
    switch (this.#state) {
      case HELD_CR:
        if (byte === LF) return this.#crLf(CRLF)
        if (byte === CR) return this.#hold(HELD_CRS)
        return this.#mendCarriageReturn(CRLF)
      case HELD_CRS:
        this.bareCarriageReturn = true
        // CR CR LF is one line end of a program that translated line ends twice.
        if (byte === LF) return this.#crLf(CRLF)
        this.#pieces.push(CRLF)
        return byte === CR ? 1 : this.#mendCarriageReturn(CRLF)
      case HELD_DOT:
        if (byte === CR) return this.#hold(HELD_DOT_CR)
        if (byte === LF && this.#lineFeedEnds && this.#byLineFeed) return -1
        if (byte === LF) return this.#mendLineFeed(DOT_LINE)
        // RFC 5321 §4.5.2: the dot was put there by the client.
        this.#state = MID
        return 0
      default:
        if (byte === LF) return this.#byLineFeed ? this.#crLf(DOT_LINE) : -1
        if (byte !== CR) return this.#mendCarriageReturn(DOT_LINE)
        this.#pieces.push(DOT_ALONE)
        return this.#hold(HELD_CRS)
    }
  }

  #hold(state: number): 1 {
    this.#state = state
    return 1
  }

  #crLf(put: Buffer): 1 {
    this.#pieces.push(put)
    this.#atCrLf()
    return 1
  }

  #atCrLf(): void {
    this.#state = START
    this.#byLineFeed = false
    this.#lineFeedEnds = false
  }

  #mendLineFeed(put: Buffer): 1 {
    this.bareLineFeed = true
    this.#pieces.push(put)
    this.#byLineFeed = this.#lineFeedEnds
    this.#state = this.#lineFeedEnds ? START : MID
    return 1
  }

  #mendCarriageReturn(put: Buffer): 0 {
    this.bareCarriageReturn = true
    this.#pieces.push(put)
    this.#state = MID
    return 0
  }

  #endLine(bytes: number): void {
    if (this.#lineBytes + bytes > LINE_BYTES) this.longLine = true
    this.#lineBytes = 0
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    if (to > from) this.#pieces.push(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to))
  }

  #part(ended: boolean, rest: Buffer): DataPart {
    const [only = EMPTY] = this.#pieces
    const data = this.#pieces.length > 1 ? Buffer.concat(this.#pieces) : only
    this.#pieces = []
    if (!this.nulByte && data.includes(0)) this.nulByte = true
    return { data, ended, rest }
  }
}

function indexOrEnd(chunk: Buffer, byte: number, from: number): number {
  const found = chunk.indexOf(byte, from)
  return found < 0 ? chunk.length : found
}
