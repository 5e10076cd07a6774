import type { SMTPServerAddress, SMTPServerSession } from 'smtp-server'
import type { ClientInfo } from '../../contract/index.ts'
import { normaliseAddress } from '../mail/index.ts'
import type { Envelope, EnvelopeRecipient, MailParameters } from '../mail/index.ts'

/** The library's session as our envelope. DSN parameters stay raw (RFC 3461 §5.2). */
export function envelopeOf(session: SMTPServerSession): Envelope {
  const { mailFrom, rcptTo } = session.envelope
  const reversePath = mailFrom === false || mailFrom.address === '' ? null : normaliseAddress(mailFrom.address)
  return {
    reversePath,
    parameters: mailFrom === false ? {} : mailParameters(mailFrom),
    recipients: rcptTo.map(recipientOf),
  }
}

function mailParameters(mailFrom: SMTPServerAddress): MailParameters {
  const { BODY, SMTPUTF8, REQUIRETLS, RET, ENVID } = mailFrom.args === false ? {} : mailFrom.args
  return {
    ...(typeof BODY === 'string' ? { body: BODY.toUpperCase() === '8BITMIME' ? '8BITMIME' : '7BIT' } : {}),
    ...(SMTPUTF8 === undefined ? {} : { smtputf8: true }),
    ...(REQUIRETLS === undefined ? {} : { requireTls: true }),
    ...(typeof RET === 'string' ? { ret: RET.toUpperCase() === 'FULL' ? 'FULL' : 'HDRS' } : {}),
    ...(typeof ENVID === 'string' ? { envid: ENVID } : {}),
  }
}

function recipientOf(recipient: SMTPServerAddress): EnvelopeRecipient {
  const { NOTIFY, ORCPT } = recipient.args === false ? {} : recipient.args
  return {
    address: normaliseAddress(recipient.address),
    ...(typeof NOTIFY === 'string' ? { notify: NOTIFY } : {}),
    ...(typeof ORCPT === 'string' ? { orcpt: ORCPT } : {}),
  }
}

/**
 * A parameter of MAIL FROM or RCPT TO as it was sent. The library hands out xtext decoded, and what was encoded must not go on bare:
 * a blank in it would begin another parameter (RFC 3461 §5.2).
 * @param command  the line, `MAIL FROM:<a@b.test> ENVID=QQ+2B1`
 * @returns undefined when it is not there
 */
export function rawParameter(command: string, keyword: string): string | undefined {
  const start = `${keyword}=`
  const found = command.split(/\s+/).find((part) => part.toUpperCase().startsWith(start))
  return found?.slice(start.length)
}

/** Who is talking to us, for activity, rules and trace. */
export function clientOf(session: SMTPServerSession, listener: string): ClientInfo {
  const tls: unknown = session.tlsOptions === false ? undefined : session.tlsOptions.version
  return {
    address: session.remoteAddress,
    port: session.localPort,
    listener,
    // The library leaves it false until HELO, whatever its type says.
    helo: session.hostNameAppearsAs || '',
    account: typeof session.user === 'string' ? session.user : null,
    tls: session.secure ? (typeof tls === 'string' ? tls : 'TLS') : null,
  }
}
