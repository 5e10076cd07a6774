import type { RecipientFacts } from '../routing/index.ts'
import type { Entry, EntryHead, RecipientState } from '../spool/index.ts'
import { BUILT_IN_SCHEDULE } from './built-in.ts'
import { expiryUnder } from './schedule.ts'

/**
 * What rules may ask about a recipient (routing rules 2.8) at `now`. Message values are there from the beginning, also while the first schedule
 * is being chosen.
 */
export function factsOf(entry: Entry, state: RecipientState, now: number): RecipientFacts {
  return {
    ...messageFacts(entry.head, now),
    recipient: state.address,
    retryNum: state.retryNum,
    notifyNum: state.notifyNum,
    expiresIn:
      state.expiry.kind === 'time'
        ? Math.max(0, Math.floor((state.expiry.at - now) / 1000))
        : Math.max(0, state.expiry.count - state.retryNum),
    lastStatus: statusText(state),
    lastError: state.lastError,
    queueName: state.queueName,
  }
}

/** The same before there is a state: the schedule of a message that is just being accepted. Its life is that of the built-in schedule. */
export function factsAtEnqueue(head: EntryHead, recipient: string): RecipientFacts {
  const expiry = expiryUnder(BUILT_IN_SCHEDULE, { createdAt: head.createdAt, stoppedMs: 0 })
  return {
    ...messageFacts(head, head.createdAt),
    recipient,
    retryNum: 0,
    notifyNum: 0,
    expiresIn: expiry.kind === 'time' ? Math.floor((expiry.at - head.createdAt) / 1000) : 0,
    lastStatus: 'Scheduled',
    lastError: 'none',
    queueName: 'default',
  }
}

type PerMessage = 'recipients' | 'sender' | 'priority' | 'queueAgeSeconds' | 'receivedFromIp' | 'receivedViaPort' | 'source' | 'size'

function messageFacts(head: EntryHead, now: number): Pick<RecipientFacts, PerMessage> {
  return {
    recipients: head.envelope.recipients.map((recipient) => recipient.address),
    sender: head.envelope.reversePath ?? '',
    // MT-PRIORITY (RFC 6710) is not offered by the listener.
    priority: 0,
    queueAgeSeconds: Math.max(0, Math.floor((now - head.createdAt) / 1000)),
    receivedFromIp: head.client.address === '' ? '127.0.0.1' : head.client.address,
    receivedViaPort: head.client.port,
    source: head.source,
    size: head.size,
  }
}

/** `last_status`: the state for people, not a code (routing rules 2.8). */
export function statusText(state: RecipientState): string {
  const words = state.lastReply ?? ''
  switch (state.status) {
    case 'scheduled':
      return 'Scheduled'
    case 'completed':
      return `Delivered: ${words}`
    case 'temp_fail':
      return `Temporary Failure for ${state.lastEntity}: ${words}`
    case 'perm_fail':
      return `Permanent Failure for ${state.lastEntity}: ${words}`
  }
}
