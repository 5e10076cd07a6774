import { SmtpFailure, toSmtpFailure } from '../mail/index.ts'
import { errorCode } from '../system/index.ts'
import type { Refusal } from './gate-types.ts'

/** A refusal on its way up from where it was found. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.failure.message)
    this.refusal = refusal
  }
}

/** The one place where what was thrown becomes what the client hears. */
export function toRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Refused) return thrown.refusal
  const code = errorCode(thrown)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    // A full disk is the sender's cue to come again (RFC 5321 §4.2.3: 452).
    return { failure: new SmtpFailure(452, '3.1', 'Not enough disk space here, try again later', thrown), reason: 'disk-low' }
  }
  return { failure: toSmtpFailure(thrown), reason: 'storage' }
}
