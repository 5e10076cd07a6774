/** What decides which extensions are offered now. */
export interface Offer {
  readonly maxMessageBytes: number
  readonly secure: boolean
  readonly startTls: boolean
  readonly auth: boolean
  /** CRAM-MD5 can work for somebody. */
  readonly digest: boolean
}

/** What follows the name in the answer to EHLO (RFC 5321 §4.1.1.1). What is offered depends on TLS, so it is asked for again after STARTTLS. */
export function extensions({ maxMessageBytes, secure, startTls, auth, digest }: Offer): string[] {
  return [
    'PIPELINING',
    `SIZE ${maxMessageBytes}`,
    '8BITMIME',
    'SMTPUTF8',
    'DSN',
    'ENHANCEDSTATUSCODES',
    ...(startTls && !secure ? ['STARTTLS'] : []),
    // RFC 8689 §3: only where the message came encrypted itself.
    ...(secure ? ['REQUIRETLS'] : []),
    ...(auth ? [`AUTH PLAIN LOGIN${digest ? ' CRAM-MD5' : ''}`] : []),
  ]
}
