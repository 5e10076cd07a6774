import type { QueueEntry } from '../../../main/contract/queue.ts'
import { domainOf, explainReply } from '../../lib/format/reply.ts'
import type { Told } from '../../lib/format/reply.ts'
import type { Saying } from '../../lib/words/words.svelte.ts'

export type WaitingRecipient = QueueEntry['recipients'][number]

/** Messages that wait for the same reason. */
export interface QueueGroup {
  readonly key: string
  /** `plain`: a list in another order, without reasons. */
  readonly kind: 'cause' | 'held' | 'fresh' | 'plain'
  /** Why, for `cause`. */
  readonly why: Saying | null
  readonly route: string | null
  /** The server's own words, those of the first. */
  readonly reply: string
  readonly entries: readonly QueueEntry[]
}

/** The recipients of a message that have no end yet. */
export function unfinished(entry: QueueEntry): readonly WaitingRecipient[] {
  return entry.recipients.filter((recipient) => recipient.status === 'scheduled' || recipient.status === 'temp_fail')
}

/** When a message is tried next: the earliest of its recipients; null when it is held or has no time. */
export function nextOf(entry: QueueEntry): number | null {
  if (entry.held) return null
  const times = unfinished(entry).flatMap((recipient) => recipient.nextAttemptAt ?? [])
  return times.length === 0 ? null : Math.min(...times)
}
export function triesOf(entry: QueueEntry): number {
  return Math.max(0, ...unfinished(entry).map((recipient) => recipient.retryNum))
}
/** When it is given up; null when attempts are counted instead. */
export function endOf(entry: QueueEntry): number | null {
  const ends = unfinished(entry).flatMap((recipient) => recipient.expiresAt ?? [])
  return ends.length === 0 ? null : Math.min(...ends)
}

/** When a message was tried: the times of whichever recipient was tried most. */
export function triedAt(entry: QueueEntry): readonly number[] {
  return entry.recipients.map((recipient) => recipient.attemptedAt).reduce((most, times) => (times.length > most.length ? times : most), [])
}

/** Errors without a reply: what to call them, where the cause was not kept. */
const causes: Readonly<Record<string, string>> = {
  dns: 'dns-temporary',
  connection: 'connect',
  tls: 'tls-handshake',
  rate: 'route-paused',
  concurrency: 'route-paused',
  io: 'internal',
}
function told(recipient: WaitingRecipient): Told {
  if (recipient.lastCause !== '') return { outcome: 'temp_fail', status: '', text: recipient.lastReply ?? '', cause: recipient.lastCause }
  const cause = recipient.lastError === 'unexpected-reply' ? 'reply' : (causes[recipient.lastError] ?? 'reply')
  return { outcome: 'temp_fail', status: '', text: recipient.lastReply ?? '', cause }
}

/**
 * Puts messages together that wait for the same reason: refusals first, those that wait longest on top, then what is new, then what is held.
 * @param whoOf  the name for whoever refused: a route, or the recipient's domain
 */
export function groupByCause(
  entries: readonly QueueEntry[],
  whoOf: (route: string | null, domain: string) => string,
): readonly QueueGroup[] {
  const groups = new Map<string, QueueGroup & { readonly entries: QueueEntry[] }>()
  const add = (group: Omit<QueueGroup, 'entries'>, entry: QueueEntry): void => {
    const known = groups.get(group.key)
    if (known === undefined) groups.set(group.key, { ...group, entries: [entry] })
    else known.entries.push(entry)
  }
  const none = { why: null, route: null, reply: '' }
  for (const entry of entries) {
    const failed = unfinished(entry).find((recipient) => recipient.retryNum > 0)
    if (entry.held) add({ ...none, key: 'held', kind: 'held' }, entry)
    else if (failed === undefined) add({ ...none, key: 'fresh', kind: 'fresh' }, entry)
    else {
      const why = explainReply(told(failed), whoOf(failed.route, domainOf(failed.address)))
      const key = JSON.stringify([why, failed.route])
      add({ key, kind: 'cause', why, route: failed.route, reply: failed.lastReply ?? '' }, entry)
    }
  }
  const order = { cause: 0, fresh: 1, held: 2, plain: 3 }
  return [...groups.values()]
    .map((group) => ({ ...group, entries: [...group.entries].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)) }))
    .sort((a, b) => order[a.kind] - order[b.kind] || (a.entries[0]?.createdAt ?? 0) - (b.entries[0]?.createdAt ?? 0))
}
