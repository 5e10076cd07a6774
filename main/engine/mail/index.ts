/** The field's values: address, envelope, reply and enhanced status, SmtpFailure, Outcome. No sockets, no files. */
export { addressKey, domainOf, normaliseAddress, toAsciiDomain } from './address.ts'
export type { Envelope, EnvelopeRecipient, MailParameters, Source } from './envelope.ts'
export { SmtpFailure, toSmtpFailure } from './failure.ts'
export type { StatusDetail } from './failure.ts'
export type { DeliveryFailure, ErrorClass, FailureCause, Outcome } from './outcome.ts'
export { makeReply, replyText } from './reply.ts'
export type { Reply } from './reply.ts'
