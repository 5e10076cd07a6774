import type { Reply } from '../mail/index.ts'

/** What the peer offers, from its reply to EHLO or LHLO (RFC 5321 §4.1.1.1). */
export interface Capabilities {
  readonly starttls: boolean
  readonly pipelining: boolean
  readonly chunking: boolean
  readonly eightBitMime: boolean
  readonly smtpUtf8: boolean
  readonly dsn: boolean
  readonly requireTls: boolean
  readonly size: boolean
  /** Mechanisms of AUTH, in upper case, in the peer's order. */
  readonly auth: readonly string[]
}

/** Unknown keywords are ignored, as RFC 5321 asks; `AUTH=` is how servers older than RFC 2554 wrote it. */
export function readCapabilities(reply: Reply): Capabilities {
  const keywords = new Map<string, string[]>()
  for (const line of reply.lines.slice(1)) {
    const [keyword = '', ...parameters] = line
      .trim()
      .replace(/^AUTH=/i, 'AUTH ')
      .toUpperCase()
      .split(/\s+/)
    keywords.set(keyword, [...(keywords.get(keyword) ?? []), ...parameters])
  }
  return {
    starttls: keywords.has('STARTTLS'),
    pipelining: keywords.has('PIPELINING'),
    chunking: keywords.has('CHUNKING'),
    eightBitMime: keywords.has('8BITMIME'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    dsn: keywords.has('DSN'),
    requireTls: keywords.has('REQUIRETLS'),
    size: keywords.has('SIZE'),
    auth: keywords.get('AUTH') ?? [],
  }
}
