import { runTransaction } from './transaction.ts'
import type { TransactionJob, TransactionResult, Verdict } from './transaction.ts'
import type { Session } from './session.ts'

/**
 * One message to a group that may be more than the peer takes at once. RFC 5321 §4.5.3.1.10: recipients refused with "too many recipients" (`452`
 * with status 4.5.3) go in a transaction of their own right away, as long as each one gets some of them through. A plain 452 may be a full disk or
 * mailbox, so it waits like any other temporary refusal.
 */
export async function runInBatches(session: Session, job: TransactionJob, signal: AbortSignal): Promise<TransactionResult> {
  const first = await runTransaction(session, job, signal)
  const verdicts = [...first.verdicts]
  let asked = job.recipients.map((_, index) => index)
  let { reusable } = first
  for (;;) {
    const rest = asked.filter((index) => isTooMany(verdicts[index]))
    const gotSomeThrough = asked.some((index) => verdicts[index]?.kind === 'taken')
    if (rest.length === 0 || !gotSomeThrough || !reusable || signal.aborted) return { verdicts, begun: first.begun, reusable }
    session.wire.note(`${rest.length} more recipients than the server takes at once; sending to them now`)
    const recipients = job.recipients.filter((_, index) => rest.includes(index))
    const { envelope, size, has8Bit } = job
    const next = await runTransaction(session, { envelope, recipients, size, has8Bit, openMessage: () => job.openMessage() }, signal)
    rest.forEach((index, position) => {
      const verdict = next.verdicts[position]
      if (verdict !== undefined) verdicts[index] = verdict
    })
    reusable = next.reusable
    asked = rest
  }
}

function isTooMany(verdict: Verdict | undefined): boolean {
  if (verdict?.kind !== 'not-taken' || verdict.fault.kind !== 'reply') return false
  const { stage, reply } = verdict.fault
  return stage === 'rcpt' && reply.code === 452 && reply.status === '4.5.3'
}
