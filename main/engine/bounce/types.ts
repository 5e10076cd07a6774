import type { Entry, RecipientState } from '../spool/index.ts'

/** What one recipient's report says (RFC 3464 §2.3). */
export interface ReportedRecipient {
  readonly state: RecipientState
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed'
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
