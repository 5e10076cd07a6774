import type { ActivityDraft, Oddity } from '../contract/index.ts'
import type { Activity } from './activity/index.ts'
import type { Entry } from './spool/index.ts'

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
 * The log is written a moment after the spool, so a power cut may leave messages that no line speaks of. They are told now: nothing may come to its
 * end unseen. Lines are written in order, so only what is about as new as the newest line has to be looked for.
 */
export async function tellUntold(activity: Pick<Activity, 'rows' | 'read' | 'record'>, entries: readonly Entry[]): Promise<void> {
  const [newest] = (await activity.rows({ filter: EVERYTHING, before: null, limit: 1 })).rows
  const from = (newest?.acceptedAt ?? 0) - SLACK_MS
  const perhaps = entries.filter(({ head }) => head.createdAt >= from)
  if (perhaps.length === 0) return
  const told = new Set<string>()
  for await (const event of activity.read({ sinceAt: Math.min(...perhaps.map(({ head }) => head.createdAt)) })) {
    if (event.type === 'accepted') told.add(event.entryId)
  }
  for (const entry of perhaps) if (!told.has(entry.head.id)) activity.record(acceptedDraft(entry, 0))
}
