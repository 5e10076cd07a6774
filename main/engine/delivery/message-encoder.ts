import { firstChange } from './line-scan.ts'

const LF = 10
const CR = 13
const DOT = 46
const NOTHING = Buffer.alloc(0)

/**
 * Makes a stored message fit for the wire, piece by piece: every line end becomes CRLF (a CR or LF standing alone included) and the last line gets
 * one; with `dots`, a dot that begins a line is doubled (RFC 5321 §4.5.2). A dot after any CR or LF counts as beginning a line, so no server,
 * however it reads line ends, can be made to see an early end of data (routing rules 5.2).
 *
 * A piece that needs no change is handed on as it is, without a copy: that is the case for nearly all mail.
 */
export class MessageEncoder {
  readonly #dots: boolean
  /** The last byte seen; the beginning of a message is the beginning of a line. */
  #last = LF

  constructor(options: { readonly dots: boolean }) {
    this.#dots = options.dots
  }

  encode(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk
    const change = firstChange(chunk, this.#last, this.#dots)
    if (change === chunk.length) {
      this.#last = chunk[chunk.length - 1] as number
      return chunk
    }
    return this.#rewrite(chunk, change)
  }

  /** What is missing to end the last line; empty when nothing is. */
  end(): Buffer {
    if (this.#last === LF) return NOTHING
    const ending = this.#last === CR ? '\n' : '\r\n'
    this.#last = LF
    return Buffer.from(ending, 'latin1')
  }

  #rewrite(chunk: Buffer, from: number): Buffer {
    // At worst every byte gets one more, and the first one two.
    const out = Buffer.allocUnsafe(from + (chunk.length - from) * 2 + 1)
    chunk.copy(out, 0, 0, from)
    let last = from === 0 ? this.#last : (chunk[from - 1] as number)
    let size = from
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (byte === LF) {
        if (last !== CR) out[size++] = CR
      } else {
        if (last === CR) out[size++] = LF
        if (byte === DOT && this.#dots && (last === CR || last === LF)) out[size++] = DOT
      }
      out[size++] = byte
      last = byte
    }
    this.#last = last
    return out.subarray(0, size)
  }
}
