const LF = 0x0a
const CR = 0x0d
const EMPTY = Buffer.alloc(0)

/** No line of a command is longer: RFC 5321 §4.5.3.1.4 asks for 512 octets, RFC 4954 §4 for 12 288 where somebody signs in. */
export const MAX_LINE_BYTES = 12_288

/** What keeps a line from being a command. */
export type LineFlaw = 'too-long' | 'nul-byte' | 'bare-carriage-return' | 'not-utf8'

/** One line of a client, without its end. */
export interface CommandLine {
  /** '' when it has a flaw: nothing of it is looked at. */
  readonly text: string
  /** `lf`: a line feed without carriage return before it. */
  readonly end: 'crlf' | 'lf'
  readonly flaw: LineFlaw | null
  /** More than one carriage return stood before the line feed, as programs write it that translate line ends twice. */
  readonly doubled: boolean
}

/** Bytes to lines, in whatever pieces they come. Bounded: what is longer than the longest line is dropped as it comes, and the line is told as too long. */
export class CommandReader {
  #buffer: Buffer = EMPTY
  #at = 0
  #scanned = 0
  #overlong = false

  /** Bytes that are not read yet. */
  get unread(): number {
    return this.#buffer.length - this.#at
  }

  push(chunk: Buffer): void {
    if (this.unread === 0) {
      this.#buffer = chunk
      this.#scanned = 0
    } else {
      this.#scanned -= this.#at
      this.#buffer = Buffer.concat([this.#buffer.subarray(this.#at), chunk])
    }
    this.#at = 0
  }

  /** The next whole line, or null when there is none yet. */
  next(): CommandLine | null {
    const lf = this.#buffer.indexOf(LF, this.#scanned)
    if (lf < 0) {
      this.#scanned = this.#buffer.length
      if (this.unread <= MAX_LINE_BYTES + 1) return null
      this.#overlong = true
      this.take()
      return null
    }
    const line = this.#buffer.subarray(this.#at, lf)
    const overlong = this.#overlong || line.length > MAX_LINE_BYTES + 1
    this.#overlong = false
    this.#at = lf + 1
    this.#scanned = this.#at
    if (!overlong) return readLine(line)
    // Where all but the line feed is gone already nobody knows; CR LF is the stricter guess.
    const end = line.length > 0 && line[line.length - 1] !== CR ? 'lf' : 'crlf'
    return { text: '', end, flaw: 'too-long', doubled: false }
  }

  /** All that is not read yet, out of this reader: a message's bytes, or what nobody may have said. */
  take(): Buffer {
    const rest = this.#buffer.subarray(this.#at)
    this.#buffer = EMPTY
    this.#at = 0
    this.#scanned = 0
    return rest
  }
}

function readLine(line: Buffer): CommandLine {
  let length = line.length
  while (length > 0 && line[length - 1] === CR) length--
  const doubled = line.length - length > 1
  const end = line.length === length ? 'lf' : 'crlf'
  const bare = length === line.length ? line : line.subarray(0, length)
  const flaw = (kind: LineFlaw): CommandLine => ({ text: '', end, flaw: kind, doubled })
  if (bare.includes(0)) return flaw('nul-byte')
  if (bare.includes(CR)) return flaw('bare-carriage-return')
  const text = bare.toString('utf8')
  // What is not UTF-8 comes out of the decoder changed.
  if (text.includes('\ufffd') && !Buffer.from(text).equals(bare)) return flaw('not-utf8')
  return { text, end, flaw: null, doubled }
}
