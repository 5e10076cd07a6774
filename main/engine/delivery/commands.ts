import type { Envelope, EnvelopeRecipient } from '../mail/index.ts'
import type { Capabilities } from './capabilities.ts'

export interface MailFacts {
  readonly envelope: Envelope
  readonly recipients: readonly EnvelopeRecipient[]
  readonly size: number
  readonly has8Bit: boolean
}

/**
 * MAIL FROM with the parameters that apply and that the peer offers (routing rules 5.2, step 5). DSN parameters go on exactly as received; what
 * was absent stays absent (RFC 3461 §5.2.1).
 */
export function mailCommand(mail: MailFacts, offered: Capabilities): string {
  const { reversePath, parameters } = mail.envelope
  const words = [`MAIL FROM:<${reversePath ?? ''}>`]
  if (offered.size) words.push(`SIZE=${mail.size}`)
  if (offered.eightBitMime && (mail.has8Bit || parameters.body === '8BITMIME')) words.push('BODY=8BITMIME')
  if (offered.smtpUtf8 && wantsSmtpUtf8(mail)) words.push('SMTPUTF8')
  if (offered.requireTls && parameters.requireTls === true) words.push('REQUIRETLS')
  if (offered.dsn && parameters.ret !== undefined) words.push(`RET=${parameters.ret}`)
  if (offered.dsn && parameters.envid !== undefined) words.push(`ENVID=${parameters.envid}`)
  return words.join(' ')
}

/** RCPT TO with NOTIFY and ORCPT as received, when the peer offers DSN. */
export function rcptCommand(recipient: EnvelopeRecipient, offered: Capabilities): string {
  const words = [`RCPT TO:<${recipient.address}>`]
  if (offered.dsn && recipient.notify !== undefined) words.push(`NOTIFY=${recipient.notify}`)
  if (offered.dsn && recipient.orcpt !== undefined) words.push(`ORCPT=${recipient.orcpt}`)
  return words.join(' ')
}

/** Whether an address has characters beyond ASCII. */
export function needsSmtpUtf8(address: string): boolean {
  return /[^\u0000-\u007f]/.test(address) // eslint-disable-line no-control-regex -- the range of ASCII begins with them
}

function wantsSmtpUtf8(mail: MailFacts): boolean {
  const { reversePath, parameters } = mail.envelope
  return parameters.smtputf8 === true || needsSmtpUtf8(reversePath ?? '') || mail.recipients.some(({ address }) => needsSmtpUtf8(address))
}
