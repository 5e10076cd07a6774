import { toSmtpFailure } from '../mail/index.ts'
import { errorCode } from '../system/index.ts'
import { SmtpFailure } from '../mail/index.ts'

/** An error as smtp-server wants it: `responseCode`, and a message that begins with our enhanced status. */
export interface RefusalError extends Error {
  responseCode: number
}

/** The one place where what was thrown becomes what the client hears. Without `responseCode` the library would answer 550 with the raw text. */
export function toRefusal(thrown: unknown): RefusalError {
  const failure = toSmtpFailure(diskTrouble(thrown))
  return Object.assign(new Error(`${failure.status} ${failure.message}`, { cause: failure }), { responseCode: failure.code })
}

/** A full disk is the sender's cue to come again (RFC 5321 §4.2.3: 452). */
function diskTrouble(thrown: unknown): unknown {
  const code = errorCode(thrown)
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new SmtpFailure(452, '3.1', 'Not enough disk space here, try again later', thrown)
    : thrown
}

/** Why a client was refused, for activity and for the person who may admit it. */
export type RefusalReason =
  | 'outside-networks'
  | 'sign-in-required'
  | 'sign-in-failed'
  | 'tls-required'
  | 'sender-not-allowed'
  | 'too-large'
  | 'too-many-recipients'
  | 'too-many-messages'
  | 'disk-low'
  | 'queue-full'
  | 'loop'
  | 'storage'
