import type { Reply } from '../mail/index.ts'

/** Where in a conversation something happened. `hello-tls`: the EHLO after STARTTLS or implicit TLS. */
export type Stage =
  | 'connect'
  | 'greeting'
  | 'hello'
  | 'starttls'
  | 'handshake'
  | 'hello-tls'
  | 'auth'
  | 'reset'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'content'
  | 'end'
  | 'quit'

/** What went wrong in a conversation, before anybody says what it means for a recipient (that is classify.ts). */
export type Fault =
  /** No connection: refused, unreachable, timed out. `code` is the system's, for example ECONNREFUSED. */
  | { readonly kind: 'connect'; readonly code: string; readonly detail: string }
  /** A reply other than the one that was needed. */
  | { readonly kind: 'reply'; readonly stage: Stage; readonly reply: Reply }
  | { readonly kind: 'timeout'; readonly stage: Stage; readonly timeoutMs: number }
  /** Closed or reset by the peer, or the line broke. */
  | { readonly kind: 'lost'; readonly stage: Stage; readonly detail: string }
  | { readonly kind: 'bad-reply'; readonly stage: Stage; readonly detail: string }
  | {
      readonly kind: 'tls'
      readonly reason: 'certificate' | 'handshake' | 'timeout' | 'lost'
      readonly code: string
      readonly detail: string
    }
  | { readonly kind: 'tls-name'; readonly strict: boolean; readonly name: string }
  /** Encryption is required and the peer does not offer it. */
  | { readonly kind: 'tls-not-offered' }
  /** Encryption is required by the message and switched off by the rules. */
  | { readonly kind: 'tls-disabled' }
  | { readonly kind: 'auth-rejected'; readonly reply: Reply }
  | { readonly kind: 'auth-challenge'; readonly detail: string }
  | { readonly kind: 'auth-unavailable'; readonly offered: readonly string[] }
  | { readonly kind: 'auth-needs-tls' }
  | { readonly kind: 'feature'; readonly feature: 'SMTPUTF8' | 'REQUIRETLS' }
  /** Reading our own copy of the message failed. */
  | { readonly kind: 'storage'; readonly code: string; readonly detail: string }
  /** The attempt was abandoned by us. */
  | { readonly kind: 'cancelled'; readonly stage: Stage | null }
  | { readonly kind: 'internal'; readonly detail: string }

/** Carries a fault from where it happens to where it is judged. */
export class FaultError extends Error {
  override readonly name = 'FaultError'
  readonly fault: Fault
  constructor(fault: Fault, cause?: unknown) {
    super(fault.kind, { cause })
    this.fault = fault
  }
}

/** Everything thrown inside a conversation ends here. What nobody foresaw is our mistake, so the mail is kept and tried again. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof FaultError) return thrown.fault
  return { kind: 'internal', detail: thrown instanceof Error ? thrown.message : String(thrown) }
}
