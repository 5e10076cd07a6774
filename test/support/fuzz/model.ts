import type { Step } from './script.ts'

/** A message that a strict reader of RFC 5321 finds in what a client sent, and that was answered 250. */
export interface Taken {
  readonly recipients: number
  /** Dots undone, every line end CR LF; octets as latin1. */
  readonly content: string
}

export interface Reading {
  readonly taken: readonly Taken[]
  /** What does not fit together, for a person; null when all does. */
  readonly problem: string | null
}

/**
 * Reads both sides of a conversation by other means than the listener does: the whole text at once, ends of messages by search. The server's codes say
 * which commands counted; which bytes are command and which are message is found out here.
 * @param replies  codes in the order in which they were heard, the greeting first
 * @param endsByLineFeed  a session without a single CR LF may end its message with LF . LF
 */
export function readConversation(steps: readonly Step[], replies: readonly number[], endsByLineFeed: boolean): Reading {
  const reader = new Reader(replies, endsByLineFeed)
  let pending = ''
  for (const step of steps) {
    pending += step.bytes.toString('latin1')
    if (step.alone === true) {
      pending = reader.read(pending)
      // RFC 3207 §4.2: what stood behind STARTTLS was said by whomever.
      if (reader.takeTls()) pending = ''
    }
  }
  reader.read(pending)
  return { taken: reader.taken, problem: reader.problem }
}

class Reader {
  readonly taken: Taken[] = []
  problem: string | null = null
  readonly #replies: readonly number[]
  readonly #endsByLineFeed: boolean
  #next = 1
  #recipients = 0
  #onlyLineFeeds = true
  #inMessage = false
  #inDialog = false
  #tls = false
  #over = false

  constructor(replies: readonly number[], endsByLineFeed: boolean) {
    this.#replies = replies
    this.#endsByLineFeed = endsByLineFeed
  }

  /** @returns what is not a whole line or message yet */
  read(text: string): string {
    let rest = text
    while (!this.#over && this.problem === null) {
      const left = this.#inMessage ? this.#message(rest) : this.#line(rest)
      if (left === null || this.#tls) return left ?? rest
      rest = left
    }
    return ''
  }

  /** Whether a STARTTLS was just granted. */
  takeTls(): boolean {
    const was = this.#tls
    this.#tls = false
    if (was) {
      this.#recipients = 0
      this.#inDialog = false
    }
    return was
  }

  #line(text: string): string | null {
    const end = text.indexOf('\n')
    if (end < 0) return null
    const line = text.slice(0, end)
    if (line.endsWith('\r')) this.#onlyLineFeeds = false
    const bare = line.replace(/\r+$/, '')
    const rest = text.slice(end + 1)
    // A CR in the midst of blanks is no blank: the line is wrong, and told so.
    if (!this.#inDialog && !bare.includes('\r') && Buffer.from(bare, 'latin1').toString('utf8').trim() === '') return rest
    const code = this.#replies[this.#next++]
    if (code === undefined) this.problem = `no answer to ${JSON.stringify(bare.slice(0, 80))}`
    else this.#answered(code, bare)
    return rest
  }

  #answered(code: number, line: string): void {
    const verb = /^[a-z]*/i.exec(line)?.[0].toUpperCase() ?? ''
    const wasDialog = this.#inDialog
    this.#inDialog = code === 334
    if (code === 421 || code === 221 || (code === 554 && /^(?:GET|POST|PUT|HEAD|OPTIONS|CONNECT|DELETE|PATCH|TRACE)$/.test(verb)))
      this.#over = true
    else if (wasDialog) return
    else if (code === 354) this.#inMessage = true
    else if (code === 220) this.#tls = true
    else if (code === 250 && verb === 'RCPT') this.#recipients += 1
    else if (code === 250 && /^(?:MAIL|RSET|EHLO|HELO)$/.test(verb)) this.#recipients = 0
  }

  #message(text: string): string | null {
    const byLineFeed = this.#endsByLineFeed && this.#onlyLineFeeds
    const found = byLineFeed ? endByLineFeed(text) : endByCrLf(text)
    if (found === null) return null
    this.#inMessage = false
    const code = this.#replies[this.#next++]
    if (code === undefined) this.problem = 'no answer to a whole message'
    else if (code === 250) this.taken.push({ recipients: this.#recipients, content: contentOf(text.slice(0, found.begin), byLineFeed) })
    else if (code === 421) this.#over = true
    this.#recipients = 0
    return text.slice(found.end)
  }
}

interface End {
  /** Where the content ends, its last line end included. */
  readonly begin: number
  readonly end: number
}

/** RFC 5321 §4.1.1.4: CR LF . CR LF, the first of which may be the end of the DATA line. */
function endByCrLf(text: string): End | null {
  if (text.startsWith('.\r\n')) return { begin: 0, end: 3 }
  const at = text.indexOf('\r\n.\r\n')
  return at < 0 ? null : { begin: at + 2, end: at + 5 }
}

/** LF . LF, unless a CR LF stands before it: from there on it is CR LF again. */
function endByLineFeed(text: string): End | null {
  const at = `\n${text}`.indexOf('\n.\n')
  const crLf = text.indexOf('\r\n')
  if (at >= 0 && (crLf < 0 || at < crLf)) return { begin: at, end: at + 2 }
  const strict = text.indexOf('\r\n.\r\n')
  return strict < 0 ? null : { begin: strict + 2, end: strict + 5 }
}

/** RFC 5321 §4.5.2 where a line begins behind CR LF; then line ends of every kind as CR LF. */
function contentOf(raw: string, byLineFeed: boolean): string {
  const crLf = raw.indexOf('\r\n')
  const loose = !byLineFeed ? 0 : crLf < 0 ? raw.length : crLf + 2
  const undotted = raw.slice(0, loose).replace(/(^|\n)\.(?![\r\n])/g, '$1') + withoutDots(raw.slice(loose), loose === 0 || crLf >= 0)
  return undotted.replace(/\r?\r\n|\n|\r/g, '\r\n')
}

function withoutDots(text: string, atLineStart: boolean): string {
  const undotted = text.replace(/\r\n\.(?![\r\n])/g, '\r\n')
  return atLineStart ? undotted.replace(/^\.(?![\r\n])/, '') : undotted
}
