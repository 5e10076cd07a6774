import type { Entry, RecipientState } from '../spool/index.ts'

/** What one recipient's report says (RFC 3464 §2.3). */
export interface ReportedRecipient {
  readonly state: RecipientState
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed'
  /** ORCPT as received, `addr-type;xtext`; null when none was given. */
  readonly orcpt: string | null
  /** The host that spoke or could not be reached; null when it was our own doing. */
  readonly remoteMta: string | null
}

/** A delivery status notification ready for the spool, envelope `<>` to the original reverse-path. */
export interface BuiltReport {
  readonly to: string
  readonly subject: string
  readonly kind: 'delay' | 'failure' | 'success' | 'mixed'
  readonly message: Buffer
  readonly messageId: string
}

export interface ReportRequest {
  readonly entry: Entry
  readonly recipients: readonly ReportedRecipient[]
  /** Original header block, or the whole message when `full`. */
  readonly original: Buffer
  readonly full: boolean
  readonly now: number
  readonly from: { readonly name: string; readonly address: string }
  readonly reportingMta: string
  /** Unique part of the Message-ID. */
  readonly id: string
}

/** What has to be told about a message now, and what is then settled. Numbers are places in the entry's recipients. */
export interface ReportPlan {
  /** The content of one report; empty when there is nothing to send. */
  readonly recipients: readonly ReportedRecipient[]
  /** Their end needs no more report once the above is sent. */
  readonly settled: readonly number[]
  /** Their delay notice is consumed, sent or not. */
  readonly noticed: readonly number[]
  /** Failures that no report tells, although nobody declined one: a person must see them. */
  readonly untold: readonly { readonly index: number; readonly why: 'null-sender' | 'stranger' }[]
}
