import type { ClientInfo, ListenerSettings, Oddity, RefusalReason } from '../../contract/index.ts'
import type { SmtpFailure } from '../mail/index.ts'

/** Why a command is refused: the words for the client, and the reason for the person who reads the log. */
export interface Refusal {
  readonly failure: SmtpFailure
  readonly reason: RefusalReason
  /** The connection ends with this reply. */
  readonly close?: boolean
  /** Wait this long before the reply goes out, so that guessing takes time. */
  readonly delayMs?: number
}

/** What is known about who is on the other end. */
export interface Caller {
  readonly address: string
  readonly listener: ListenerSettings
  readonly secure: boolean
  readonly account: string | null
}

/** What a client showed to prove who it is. The session has done the base64 and the challenge; passwords never leave these two rooms. */
export type Proof =
  | { readonly method: 'PLAIN' | 'LOGIN'; readonly username: string; readonly password: string }
  | { readonly method: 'CRAM-MD5'; readonly username: string; readonly challenge: string; readonly digest: string }

/**
 * Who may send, how much and how often: the session asks at every step and does as it is told. Deciding is pure inside; counts, bans and free
 * disk are kept here. Nothing in it knows SMTP's grammar.
 */
export interface Gate {
  /** At connect. `known`: may send without signing in, so it is greeted at once; a stranger is watched for talking early. */
  connect(address: string, listener: ListenerSettings): { readonly known: boolean; readonly refusal: Refusal | null }
  /** Exactly once for each `connect` without a refusal. */
  disconnect(address: string, listener: ListenerSettings): void
  /** AUTH may be offered to this caller now (TLS is on, or the listener says that clear text will do here). */
  mayOfferAuth(caller: Caller): boolean
  /** Some account's password is kept so that CRAM-MD5 can check it; a hash cannot. */
  mayOfferDigest?(): boolean
  signIn(caller: Caller, proof: Proof): Promise<{ readonly account: string } | { readonly refusal: Refusal }>
  /** MAIL FROM. `declaredBytes` is SIZE=, 0 when not said. */
  sender(caller: Caller, reversePath: string, declaredBytes: number): Promise<Refusal | null>
  /** RCPT TO. `already` recipients were taken in this transaction. */
  recipient(caller: Caller, address: string, already: number): Refusal | null
  /** A message was accepted: it counts. */
  accepted(caller: Caller): void
  /** The session counts a wrong command or broken syntax. @returns a refusal that closes when there were too many */
  error(caller: Caller, errorsSoFar: number): Refusal | null
}

/** What the session tells about a client beside accepted messages and refusals: each kind at most once a session. */
export interface OddityNews {
  readonly client: ClientInfo
  readonly kinds: readonly Oddity[]
}
