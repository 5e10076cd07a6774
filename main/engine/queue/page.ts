import { hasWords, wordsOf } from '../../contract/index.ts'
import type { QueueFilter, QueueSort } from '../../contract/index.ts'
import type { Entry } from '../spool/index.ts'
import { isPending } from './schedule.ts'

/** Which waiting messages are shown, and in which order: quick for a hundred thousand of them, since only what is shown is made up. */

/** What is asked of each message beside its entry. */
export interface Waiting {
  readonly entry: Entry
  /** When it is tried next (queue's time); Infinity when that is not known. Asked only to sort by it. */
  nextAt(): number
}

export interface FoundWaiting<W> {
  readonly first: readonly W[]
  readonly fitting: number
  readonly routes: readonly string[]
}

/**
 * @param waiting  the longest waiting first
 * @param now      wall clock, ms
 */
export function findWaiting<W extends Waiting>(
  waiting: Iterable<W>,
  query: { readonly filter: QueueFilter; readonly sort: QueueSort; readonly limit: number },
  now: number,
): FoundWaiting<W> {
  const fits = fitsFilter(query.filter, now)
  const routes = new Set<string>()
  const found: W[] = []
  for (const one of waiting) {
    for (const { route } of one.entry.recipients) if (route !== null) routes.add(route)
    if (fits(one.entry)) found.push(one)
  }
  return { first: firstOf(found, query.sort, query.limit), fitting: found.length, routes: [...routes].sort() }
}

export function fitsFilter(filter: QueueFilter, now: number): (entry: Entry) => boolean {
  const { show, route, olderThanMs } = filter
  const words = wordsOf(filter.text)
  const acceptedBefore = olderThanMs === null ? Infinity : now - olderThanMs
  return (entry) =>
    (show === 'all' || (entry.heldAt !== null) === (show === 'held')) &&
    entry.head.createdAt <= acceptedBefore &&
    (route === null || entry.recipients.some((state) => isPending(state) && state.route === route)) &&
    (words.length === 0 || hasWords(searchText(entry, filter.names ?? {}), words))
}

function searchText({ head, recipients }: Entry, names: Readonly<Record<string, string>>): string {
  const { address, helo, account } = head.client
  const said = recipients.flatMap((state) => [
    state.address,
    state.route ?? '',
    names[`route/${state.route ?? ''}`] ?? '',
    state.lastReply ?? '',
  ])
  return [head.envelope.reversePath ?? '', head.subject, head.id, address, helo, account ?? '', ...said].join('\n')
}

/** The first `limit` in that order. The keys are sorted as bare numbers, and only what comes before the last of them is put in order. */
function firstOf<W extends Waiting>(found: readonly W[], sort: QueueSort, limit: number): readonly W[] {
  const keys = Float64Array.from(found, keyOf[sort])
  const last = found.length <= limit ? Infinity : (Float64Array.from(keys).sort()[limit - 1] ?? Infinity)
  const places = [...found.keys()].filter((place) => (keys[place] ?? 0) <= last)
  // Equals stay in the order in which they came.
  return places
    .sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
    .slice(0, limit)
    .flatMap((place) => found[place] ?? [])
}

const keyOf: Readonly<Record<QueueSort, (waiting: Waiting) => number>> = {
  accepted: ({ entry }) => entry.head.createdAt,
  next: (waiting) => waiting.nextAt(),
  tries: ({ entry }) => -Math.max(0, ...entry.recipients.filter(isPending).map((state) => state.retryNum)),
  size: ({ entry }) => -entry.head.size,
}
