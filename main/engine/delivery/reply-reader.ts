import { makeReply } from '../mail/index.ts'
import type { Reply } from '../mail/index.ts'

/** RFC 5321 §4.5.3.1.5 allows 512 octets; we keep eight times that of a line and drop the rest of it. */
const MAX_LINE_BYTES = 4096
const MAX_REPLY_BYTES = 64 * 1024
const MAX_REPLY_LINES = 100

const LF = 10
const CR = 13

/** What the peer sent is not an SMTP reply. Nothing after it can be trusted. */
export class BadReplyError extends Error {
  override readonly name = 'BadReplyError'
}

/**
 * Reads replies (RFC 5321 §4.2) from bytes as they arrive, in whatever pieces. Bounded: at most 4 KiB of each line are kept, and a reply of more
 * than 64 KiB or 100 lines is refused, so a peer that never stops talking cannot fill memory.
 */
export class ReplyReader {
  #partial: Buffer[] = []
  #partialBytes = 0
  #lines: string[] = []
  #code = 0
  #replyBytes = 0

  /** True while a reply has begun and is not complete. */
  get inReply(): boolean {
    return this.#replyBytes > 0
  }

  /**
   * @param onLine   called with each line as it is complete, for the transcript
   * @returns the replies that are complete now, oldest first
   * @throws BadReplyError when the bytes are no reply; the reader is of no use afterwards
   */
  push(chunk: Buffer, onLine?: (line: string) => void): Reply[] {
    const replies: Reply[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(LF, start)
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end)
      this.#replyBytes += piece.length + (end < 0 ? 0 : 1)
      if (this.#replyBytes > MAX_REPLY_BYTES) throw new BadReplyError('The reply is longer than 64 KiB')
      if (end < 0) {
        this.#keep(piece)
        return replies
      }
      const line = this.#finishLine(piece)
      onLine?.(line)
      const reply = this.#takeLine(line)
      if (reply !== null) replies.push(reply)
      start = end + 1
    }
  }

  #keep(piece: Buffer): void {
    const room = MAX_LINE_BYTES - this.#partialBytes
    if (piece.length === 0 || room <= 0) return
    // A copy, because the socket's buffer may be large and must not be held back by a few bytes.
    const kept = Buffer.from(piece.subarray(0, room))
    this.#partial.push(kept)
    this.#partialBytes += kept.length
    if (this.#partial.length > 64) this.#partial = [Buffer.concat(this.#partial)]
  }

  #finishLine(piece: Buffer): string {
    let whole = piece
    if (this.#partialBytes > 0) {
      this.#keep(piece)
      whole = Buffer.concat(this.#partial)
      this.#partial = []
      this.#partialBytes = 0
    }
    let length = Math.min(whole.length, MAX_LINE_BYTES)
    if (length > 0 && whole[length - 1] === CR) length -= 1
    return printable(whole.toString('utf8', 0, length))
  }

  #takeLine(line: string): Reply | null {
    const found = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line)
    if (found === null) throw new BadReplyError(`Not an SMTP reply: "${line.slice(0, 80)}"`)
    const code = Number(found[1])
    if (this.#lines.length > 0 && code !== this.#code)
      throw new BadReplyError(`The lines of one reply carry different codes: ${this.#code}, ${code}`)
    this.#code = code
    this.#lines.push(found[3] ?? '')
    if (found[2] === '-') {
      if (this.#lines.length >= MAX_REPLY_LINES) throw new BadReplyError('The reply has more than 100 lines')
      return null
    }
    const reply = makeReply(code, this.#lines)
    this.#lines = []
    this.#replyBytes = 0
    return reply
  }
}

/** Control characters have no place in a reply and would end up in logs and reports. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '\ufffd')
}
