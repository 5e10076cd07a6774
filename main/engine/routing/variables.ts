import { valueOf } from '../expression/index.ts'
import type { Value } from '../expression/index.ts'
import { domainOf, normaliseAddress } from '../mail/index.ts'
import type { HostFacts, RecipientFacts } from './types.ts'

/** What `remote_ip` and `local_ip` are before there is one (routing rules 2.8). */
const NO_ADDRESS = '0.0.0.0'

/** The variables of routing rules 2.8 for one recipient, and for one host once it is chosen. Overrides win, also for what is derived from them. */
export function variablesOf(facts: RecipientFacts, host: HostFacts | null): (name: string) => Value {
  const overrides = facts.overrides
  const own = (name: string): Value => plainVariable(facts, host, name)
  if (overrides === undefined) return own
  const overridden = (name: string): Value | undefined => (Object.hasOwn(overrides, name) ? valueOf(overrides[name]) : undefined)
  const derived = (from: string): Value | undefined => {
    const address = overridden(from)
    return typeof address === 'string' ? domainOf(address) : undefined
  }
  return (name) => {
    const given = overridden(name)
    if (given !== undefined) return given
    if (name === 'rcpt_domain') return derived('rcpt') ?? own(name)
    if (name === 'sender_domain') return derived('sender') ?? own(name)
    return own(name)
  }
}

function plainVariable(facts: RecipientFacts, host: HostFacts | null, name: string): Value {
  switch (name) {
    case 'rcpt':
      return normaliseAddress(facts.recipient)
    case 'rcpt_domain':
      return domainOf(facts.recipient)
    case 'recipients':
      return facts.recipients.map(normaliseAddress)
    case 'sender':
      return normaliseAddress(facts.sender)
    case 'sender_domain':
      return domainOf(facts.sender)
    case 'priority':
      return whole(facts.priority)
    case 'retry_num':
      return whole(facts.retryNum)
    case 'notify_num':
      return whole(facts.notifyNum)
    case 'expires_in':
      return whole(facts.expiresIn)
    case 'last_status':
      return facts.lastStatus
    case 'last_error':
      return facts.lastError
    case 'queue_name':
      return facts.queueName
    case 'queue_age':
      return whole(facts.queueAgeSeconds)
    case 'received_from_ip':
      return facts.receivedFromIp
    case 'received_via_port':
      return whole(facts.receivedViaPort)
    case 'source':
      return facts.source
    case 'size':
      return whole(facts.size)
    case 'mx':
      return host?.mx ?? ''
    case 'remote_ip':
      return host?.remoteIp ?? NO_ADDRESS
    case 'local_ip':
      return host?.localIp ?? NO_ADDRESS
    default:
      return ''
  }
}

function whole(count: number): Value {
  return Number.isFinite(count) ? valueOf(Math.trunc(count)) : 0n
}
