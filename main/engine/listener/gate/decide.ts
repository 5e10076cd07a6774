import type { Account, Limits, ListenerSettings, NamedDevice, RefusalReason, Settings } from '../../../contract/index.ts'
import { SmtpFailure } from '../../mail/index.ts'
import type { StatusDetail } from '../../mail/index.ts'
import { compileNetworks, maySendAs } from '../access.ts'
import { findDevice } from '../../devices/index.ts'
import type { Caller, Refusal } from '../gate-types.ts'

/** Who may send, decided from the settings alone. Closed by default (RFC 5321 §7.9): whoever no line here lets in stays out. */

export function refusal(code: number, detail: StatusDetail, text: string, reason: RefusalReason): Refusal {
  return { failure: new SmtpFailure(code, detail, text), reason }
}

/** What the settings say about the one on the other end. */
export interface Standing {
  readonly device: NamedDevice | null
  /** In the networks of the listener, or named as a device that is not blocked. */
  readonly known: boolean
  /** null when it did not sign in, or its account is not in the settings any more. */
  readonly account: Account | null
}

export function standingOf(settings: Settings, address: string, listener: ListenerSettings, accountName: string | null): Standing {
  const device = findDevice(settings.access.devices, address)
  const networks = compileNetworks(listener.networks ?? settings.access.networks)
  return {
    device,
    known: device === null ? networks.includes(address) : !device.blocked,
    account: accountName === null ? null : (settings.access.accounts.find(({ name }) => name === accountName) ?? null),
  }
}

const LOOPBACK = compileNetworks(['loopback'])
const PRIVATE = compileNetworks(['private'])

export function isPrivate(address: string): boolean {
  return PRIVATE.includes(address)
}

/** At connect, where it costs least: those who are not heard at all. */
export function refuseConnect({ device }: Standing, address: string, listener: ListenerSettings): Refusal | null {
  if (device?.blocked === true) return blocked()
  if (listener.tlsProfile === 'legacy' && listener.tls !== 'none' && !isPrivate(address)) {
    return { ...refusal(554, '7.1', 'Only computers of the private network may connect to this port', 'outside-networks'), close: true }
  }
  return null
}

function blocked(): Refusal {
  return { ...refusal(554, '7.1', 'This computer takes no mail from your address', 'blocked'), close: true }
}

/** Whether a sign-in may be asked for now; the password must not cross the network in clear text unless that was chosen. */
export function mayOfferAuth({ address, listener, secure }: Caller, { known }: Standing): boolean {
  if (listener.auth === 'none') return false
  if (listener.authFrom === 'networks' && !known) return false
  if (secure) return true
  if (listener.tls === 'required' || listener.authCleartext === 'never') return false
  return listener.authCleartext === 'private' ? isPrivate(address) : LOOPBACK.includes(address)
}

/** Why there is no sign-in for this caller, when it tries all the same. */
export function refuseAuth({ listener, secure }: Caller, { known }: Standing): Refusal {
  if (listener.auth === 'none') return refusal(503, '5.1', 'There is no signing in on this port', 'syntax')
  if (listener.authFrom === 'networks' && !known) return refusal(535, '7.1', 'Nobody may sign in from your address', 'outside-networks')
  return secure
    ? refusal(535, '7.8', 'User name or password is wrong', 'sign-in-failed')
    : refusal(538, '7.11', 'Signing in wants encryption here: use STARTTLS first', 'tls-required')
}

/** From where an account may sign in, once its password was right. */
export function refuseAccountFrom(account: Account, address: string): Refusal | null {
  if (account.networks.length === 0 || compileNetworks(account.networks).includes(address)) return null
  return refusal(535, '7.1', 'This account may not sign in from your address', 'outside-networks')
}

/** MAIL FROM. null: welcome. */
export function refuseSender(caller: Caller, { device, known, account }: Standing, reversePath: string): Refusal | null {
  const { listener, secure } = caller
  if (device?.blocked === true) return blocked()
  if (listener.tls === 'required' && !secure) return refusal(530, '7.0', 'This port wants encryption: use STARTTLS first', 'tls-required')
  if (listener.auth === 'required' && account === null) {
    return refusal(530, '7.0', 'This port wants a sign-in with user name and password', 'sign-in-required')
  }
  const enough = known || (account !== null && listener.authFrom === 'anywhere')
  if (!enough) return refusal(550, '7.1', 'This computer takes no mail from your address', 'outside-networks')
  if (account !== null && !maySendAs(account.senders, reversePath)) {
    return refusal(550, '7.1', 'This account may not use that sender address', 'sender-not-allowed')
  }
  return null
}

/** RCPT TO. Where both an account and a device have a list, both have to allow it. */
export function refuseRecipient({ device, account }: Standing, address: string, already: number, limits: Limits): Refusal | null {
  if (already >= limits.maxRecipients) {
    const text = `At most ${limits.maxRecipients} recipients in one message, send the rest in another`
    return refusal(452, '5.3', text, 'too-many-recipients')
  }
  const lists = [account?.recipients ?? [], device?.recipients ?? []]
  if (lists.every((list) => maySendAs(list, address))) return null
  return refusal(
    550,
    '7.1',
    `Mail to that address is not allowed from ${account === null ? 'this device' : 'this account'}`,
    'recipient-not-allowed',
  )
}

/** Space is checked before a message is taken, so that 452 comes while there is still room for what is already here. */
export function refuseForSpace(limits: Limits, declaredBytes: number, queuedBytes: number, freeBytes: number): Refusal | null {
  if (declaredBytes > limits.maxMessageBytes) {
    return refusal(552, '3.4', `At most ${limits.maxMessageBytes} bytes in one message`, 'too-large')
  }
  if (freeBytes - declaredBytes < limits.minFreeDiskBytes) {
    return refusal(452, '3.1', 'Not enough disk space here, try again later', 'disk-low')
  }
  if (limits.maxQueueBytes > 0 && queuedBytes + declaredBytes > limits.maxQueueBytes) {
    return refusal(452, '3.1', 'Too much mail is waiting here, try again later', 'queue-full')
  }
  return null
}
