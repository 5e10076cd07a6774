import type { Settings } from '../../contract/index.ts'
import type { Router } from '../routing/index.ts'
import type { Entry, EntryHead } from '../spool/index.ts'
import { scheduleNamed } from './built-in.ts'
import { factsAtEnqueue } from './facts.ts'
import { firstState } from './schedule.ts'

/**
 * A message with the first state of each recipient, ready to be committed to the spool: the schedule strategy is asked for each one with all
 * message values known (routing rules 2.8). Whoever accepts a message calls this before it commits.
 */
export async function makeEntry(head: EntryHead, router: Router, settings: Settings): Promise<Entry> {
  const recipients = []
  for (const { address } of head.envelope.recipients) {
    const schedule = scheduleNamed(settings, await router.pickSchedule(factsAtEnqueue(head, address)))
    recipients.push(firstState(address, schedule, { createdAt: head.createdAt, stoppedMs: 0 }))
  }
  return { head, recipients, heldAt: null }
}
