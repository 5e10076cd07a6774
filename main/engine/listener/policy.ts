import type { SMTPServerAddress, SMTPServerSession } from 'smtp-server'
import type { ListenerSettings, Settings } from '../../contract/index.ts'
import { SmtpFailure } from '../mail/index.ts'
import { maySendAs } from './access.ts'
import type { RefusalReason } from './edge.ts'

/** Why a command is refused: the words for the client, and the reason for the person who reads the log. */
export interface Refusal {
  readonly failure: SmtpFailure
  readonly reason: RefusalReason
}

/** What is known when MAIL FROM arrives. */
export interface SenderFacts {
  readonly listener: ListenerSettings
  readonly settings: Settings
  /** The client's address is in an allowed network. */
  readonly inNetworks: boolean
  /** Name of the account it signed in with. */
  readonly account: string | null
  readonly secure: boolean
  readonly reversePath: string
  /** SIZE= as declared; 0 when the client said nothing. */
  readonly declaredBytes: number
  /** Bytes waiting, and bytes free on the disk. */
  readonly queuedBytes: number
  readonly freeBytes: number
}

/** Who may send, decided before anything is taken (RFC 5321 §7.9, closed by default). null: welcome. */
export function refuseSender(facts: SenderFacts): Refusal | null {
  const { listener, settings } = facts
  if (listener.tls === 'required' && !facts.secure) {
    return refusal(530, '7.0', 'This port wants encryption: use STARTTLS first', 'tls-required')
  }
  if (listener.auth === 'required' && facts.account === null) {
    return refusal(530, '7.0', 'This port wants a sign-in with user name and password', 'sign-in-required')
  }
  if (!facts.inNetworks && facts.account === null) {
    return refusal(550, '7.1', 'This computer takes no mail from your address', 'outside-networks')
  }
  const account = settings.access.accounts.find((one) => one.name === facts.account)
  if (account !== undefined && !maySendAs(account.senders, facts.reversePath)) {
    return refusal(550, '7.1', 'This account may not use that sender address', 'sender-not-allowed')
  }
  return refuseForSpace(facts)
}

/** Space is checked before a message is taken, so that 452 comes while there is still room for what is already here. */
function refuseForSpace({ settings, freeBytes, queuedBytes, declaredBytes }: SenderFacts): Refusal | null {
  const { limits } = settings
  if (freeBytes - declaredBytes < limits.minFreeDiskBytes) {
    return refusal(452, '3.1', 'Not enough disk space here, try again later', 'disk-low')
  }
  if (limits.maxQueueBytes > 0 && queuedBytes + declaredBytes > limits.maxQueueBytes) {
    return refusal(452, '3.1', 'Too much mail is waiting here, try again later', 'queue-full')
  }
  return null
}

function refusal(code: number, detail: `${number}.${number}`, text: string, reason: RefusalReason): Refusal {
  return { failure: new SmtpFailure(code, detail, text), reason }
}

export function tooManyMessages(): Refusal {
  return refusal(450, '7.1', 'You have sent as many messages as this computer takes in an hour', 'too-many-messages')
}

export function tooManyRecipients(limit: number): Refusal {
  return refusal(452, '5.3', `At most ${limit} recipients in one message, send the rest in another`, 'too-many-recipients')
}

/** SIZE= of MAIL FROM (RFC 1870); 0 when it was not given. */
export function declaredBytes(mailFrom: SMTPServerAddress): number {
  const size = mailFrom.args === false ? undefined : mailFrom.args['SIZE']
  return typeof size === 'string' ? Number(size) : 0
}

export function accountOf(session: SMTPServerSession): string | null {
  return typeof session.user === 'string' ? session.user : null
}
