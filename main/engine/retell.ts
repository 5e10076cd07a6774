import type { ActivityDraft, Oddity } from '../contract/index.ts'
import type { Activity } from './activity/index.ts'
import type { Entry, Spool } from './spool/index.ts'

/** An entry is dated before it is durable and told after it; a slow disk takes this long between the two, at most. */
const SLACK_MS = 60_000
const EVERYTHING = { text: '', status: null, route: null, device: null, day: null }

/** What the log says about a message that is ours from now on. */
export function acceptedDraft(
  { head }: Entry,
  storedInMs: number,
  oddities: readonly Oddity[] = [],
): Extract<ActivityDraft, { type: 'accepted' }> {
  const { id: entryId, envelope, size, subject, messageId, source, client } = head
  const recipients = envelope.recipients.map(({ address }) => address)
  return {
    type: 'accepted',
    entryId,
    reversePath: envelope.reversePath,
    recipients,
    size,
    subject,
    messageId,
    source,
    client,
    storedInMs,
    ...(oddities.length === 0 ? {} : { oddities: [...oddities] }),
  }
}

/**
 * The log is written a moment after the spool, so a power cut may leave messages that no line speaks of, and ends that no line tells. They are
 * told now: nothing may come or end unseen. Lines are written in order, so only what is about as new as the newest line has to be looked for.
 */
export async function tellUntold(activity: TellingActivity, entries: readonly Entry[]): Promise<void> {
  const [newest] = (await activity.rows({ filter: EVERYTHING, before: null, limit: 1 })).rows
  // A line that was itself told late is older than its time says: a second power cut may have come in the midst of the telling.
  const known = entries.find(({ head }) => head.id === newest?.entryId)?.head.createdAt ?? Infinity
  const from = Math.min(newest?.acceptedAt ?? 0, known) - SLACK_MS
  const came = entries.filter(({ head }) => head.createdAt >= from)
  const ended = entries.flatMap((entry) => endsOf(entry, from))
  if (came.length === 0 && ended.length === 0) return
  const told = new Set<string>()
  for await (const event of activity.read({
    sinceAt: earliest([...came.map(({ head }) => head.createdAt), ...ended.map(({ at }) => at)]),
  })) {
    if (event.type === 'accepted') told.add(event.entryId)
    if (event.type === 'ended') told.add(`${event.entryId} ${event.recipient}`)
  }
  const untold = [
    ...came.flatMap((entry) => (told.has(entry.head.id) ? [] : acceptedDraft(entry, 0))),
    ...ended.flatMap(({ draft }) => (told.has(`${draft.entryId} ${draft.recipient}`) ? [] : draft)),
  ]
  if (untold.length === 0) return
  for (const draft of untold) activity.record(draft)
  // Before anything newer is told, or that would make these look as if they had been.
  await written(activity)
}

type TellingActivity = Pick<Activity, 'rows' | 'read' | 'record' | 'settled' | 'flush'>

async function written(activity: Pick<Activity, 'settled' | 'flush'>): Promise<void> {
  const settled = activity.settled()
  await activity.flush()
  await settled
}

/** What had come to its end before the last stop leaves the spool, now that the log has its end for good. What cannot leave comes back next time. */
export async function letGo(
  finished: readonly Entry[],
  activity: Pick<Activity, 'record' | 'settled' | 'flush'>,
  spool: Pick<Spool, 'remove'>,
): Promise<void> {
  if (finished.length === 0) return
  await written(activity)
  const removed = await Promise.allSettled(finished.map(({ head }) => spool.remove(head.id)))
  const [failed] = removed.filter((one) => one.status === 'rejected')
  if (failed !== undefined) {
    activity.record({
      type: 'problem',
      where: 'spool',
      text: `Finished messages could not be taken out of the spool: ${String(failed.reason)}`,
    })
  }
}

interface End {
  readonly at: number
  readonly draft: Extract<ActivityDraft, { type: 'ended' }>
}

function endsOf({ head, recipients }: Entry, from: number): End[] {
  return recipients.flatMap(({ address: recipient, disposition, endedAt, lastReply }) =>
    disposition === null || endedAt === undefined || endedAt < from
      ? []
      : [{ at: endedAt, draft: { type: 'ended', entryId: head.id, recipient, disposition, text: lastReply ?? '' } }],
  )
}

function earliest(times: readonly number[]): number {
  return times.reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY)
}
