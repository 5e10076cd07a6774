import type { Reason } from './reasons.ts'
import type { State } from './speak.ts'

/** A state; what is sent in it, octets as latin1 without the last CR LF; what Mailroom answers; what Postfix answers, and why we do not, where it differs. */
export type Row = readonly [State, string, string] | readonly [State, string, string, string, Reason]

/** One thing that a client may send in one state, and what is heard. See `converse` for how answers are written. */
export interface Case {
  /** The heading it stands under. */
  readonly about: string
  readonly state: State
  /** Octets as latin1, line ends included. */
  readonly sends: string
  readonly ours: string
  readonly theirs: string
  /** null where both say the same. */
  readonly why: Reason | null
}

/** The octets of a text in UTF-8, as latin1. */
export function utf8(text: string): string {
  return Buffer.from(text).toString('latin1')
}
