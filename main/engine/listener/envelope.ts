import type { ClientInfo } from '../../contract/index.ts'
import type { Envelope } from '../mail/index.ts'
import type { TlsSession } from '../system/index.ts'
import type { SessionState } from './session/state.ts'

/** Who is talking, where. */
export interface Peer {
  readonly address: string
  /** Our port. */
  readonly port: number
  readonly listener: string
  readonly tls: TlsSession | null
}

/** The transaction as our envelope. Parameters of delivery reports stay as they came (RFC 3461 §5.2). */
export function envelopeOf({ mail, recipients }: SessionState): Envelope {
  return { reversePath: mail === null || mail.address === '' ? null : mail.address, parameters: mail?.parameters ?? {}, recipients }
}

/** Who is talking to us, for activity, rules and trace. */
export function clientOf({ address, port, listener, tls }: Peer, { hello, account }: SessionState): ClientInfo {
  return { address, port, listener, helo: hello?.name ?? '', account, tls: tls === null ? null : tls.version }
}

/** The word behind `with` in Received (RFC 3848, RFC 6531 §4.3). */
export function protocolOf({ hello, secure, account, mail }: SessionState): string {
  const security = `${secure ? 'S' : ''}${account === null ? '' : 'A'}`
  if (mail?.parameters.smtputf8 === true) return `UTF8SMTP${security}`
  return hello?.extended === true || security !== '' ? `ESMTP${security}` : 'SMTP'
}
