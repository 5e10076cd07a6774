/** What a server said, verbatim (RFC 5321 §4.2): the code, the enhanced status if it gave one, and every line's text. */
export interface Reply {
  /** Three digits, 200 to 599. */
  readonly code: number
  /** RFC 3463 status such as `4.7.0`; null when the server gave none. Never invented from the code. */
  readonly status: string | null
  /** The text of each line without code, separator and line end; the enhanced status is left in. */
  readonly lines: readonly string[]
}

/** The reply as one line for people and logs: `451 4.7.0 Try again later`. */
export function replyText(reply: Reply): string {
  return `${reply.code} ${reply.lines.join(' ')}`.trim()
}

const ENHANCED = /^([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)/

/** Reads a complete reply from its code and line texts. The enhanced status counts only when its class agrees with the code (RFC 2034 §4). */
export function makeReply(code: number, lines: readonly string[]): Reply {
  const found = ENHANCED.exec(lines[0] ?? '')
  const status = found !== null && found[1] === String(Math.floor(code / 100)) ? found[0] : null
  return { code, status, lines }
}
