/** Two parts of an enhanced status (RFC 3463 §2): subject and detail. The class digit comes from the reply code. */
export type StatusDetail = `${number}.${number}`

/** A refusal or fault told to an SMTP peer. `message` goes over the wire: no path, host or setting in it; our story is `cause`. */
export class SmtpFailure extends Error {
  override readonly name = 'SmtpFailure'
  /** 4xx or 5xx (RFC 5321 §4.2.1). */
  readonly code: number
  /** `4.4.1` (RFC 3463); its class digit comes from `code`, so the two cannot disagree. */
  readonly status: string
  constructor(code: number, detail: StatusDetail, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.status = `${Math.floor(code / 100)}.${detail}`
  }
}

/** Each edge passes what it catches through here. An unknown error is our fault, so the peer keeps its mail and comes again. */
export function toSmtpFailure(thrown: unknown): SmtpFailure {
  return thrown instanceof SmtpFailure ? thrown : new SmtpFailure(451, '3.0', 'Local error in processing', thrown)
}
