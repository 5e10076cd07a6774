import type { EnvelopeRecipient, MailParameters } from '../../mail/index.ts'
import type { AuthDialog } from './auth.ts'

/** MAIL FROM as it was taken. */
export interface Mail {
  /** '' for `<>`. */
  readonly address: string
  readonly parameters: MailParameters
  /** SIZE=; 0 when it was not said. */
  readonly declaredBytes: number
}

/** Where a conversation stands between two lines. */
export interface SessionState {
  /** What the client calls itself; null before HELO or EHLO. */
  readonly hello: { readonly name: string; readonly extended: boolean } | null
  readonly secure: boolean
  readonly account: string | null
  /** The transaction that has begun. */
  readonly mail: Mail | null
  readonly recipients: readonly EnvelopeRecipient[]
  /** The next line is no command but an answer in a sign-in. */
  readonly dialog: AuthDialog | null
}

const NO_TRANSACTION = { mail: null, recipients: [] } as const

export const BEGINNING: SessionState = { hello: null, secure: false, account: null, dialog: null, ...NO_TRANSACTION }

/** RFC 3207 §4.2: nothing that was said before the handshake counts after it. */
export const BEGINNING_SECURE: SessionState = { ...BEGINNING, secure: true }

export function greeted(state: SessionState, name: string, extended: boolean): SessionState {
  return { ...state, ...NO_TRANSACTION, hello: { name, extended } }
}

export function withoutTransaction(state: SessionState): SessionState {
  return { ...state, ...NO_TRANSACTION }
}

export function withSender(state: SessionState, mail: Mail): SessionState {
  return { ...state, mail, recipients: [] }
}

export function withRecipient(state: SessionState, recipient: EnvelopeRecipient): SessionState {
  return { ...state, recipients: [...state.recipients, recipient] }
}

export function withAccount(state: SessionState, account: string): SessionState {
  return { ...state, account, dialog: null }
}
