import type { QueueEntry } from '../../contract/index.ts'
import type { Entry, RecipientState } from '../spool/index.ts'
import { isPending } from './schedule.ts'

/**
 * A waiting message as people see it.
 * @param leadMs          what the queue's time is ahead of the wall clock
 * @param notBefore       its route rests until then (queue's time); null when it does not
 */
export function viewOf(entry: Entry, leadMs: number, notBefore: number | null): QueueEntry {
  const { head } = entry
  const held = entry.heldAt !== null
  return {
    id: head.id,
    createdAt: head.createdAt,
    sender: head.envelope.reversePath ?? '',
    size: head.size,
    held,
    subject: head.subject,
    recipients: entry.recipients.map((state) => ({
      address: state.address,
      status: state.status,
      route: state.route,
      retryNum: state.retryNum,
      nextAttemptAt: held || !isPending(state) ? null : Math.max(state.dueAt, notBefore ?? 0) - leadMs,
      expiresAt: isPending(state) ? expiresAt(state, leadMs) : null,
      lastReply: state.lastReply,
      lastError: state.lastError,
      lastCause: state.lastCause ?? '',
      attemptedAt: (state.attemptedAt ?? []).map((at) => Math.floor(at - leadMs)),
      disposition: state.disposition,
    })),
  }
}

function expiresAt(state: RecipientState, leadMs: number): number | null {
  return state.expiry.kind === 'time' ? state.expiry.at - leadMs : null
}
