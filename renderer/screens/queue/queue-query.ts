import type { QueueFilter, QueueSort } from '../../../main/contract/queue.ts'
import type { Query } from '../../lib/state/link.ts'
import type { PlainKey } from '../../lib/words/words.svelte.ts'

const HOUR = 3_600_000

/** How long a message has waited at least, as the address names it. */
export const ages = { hour: HOUR, day: 24 * HOUR, days: 48 * HOUR } as const
export type Age = keyof typeof ages
export const ageWords = { hour: 'queue.age.hour', day: 'queue.age.day', days: 'queue.age.days' } as const satisfies Record<Age, PlainKey>

/** By reason is the usual order: what waits for the same cause stands together. */
export const sortings = ['reason', 'accepted', 'next', 'tries', 'size'] as const
export type Sorting = (typeof sortings)[number]
export const sortWords = {
  reason: 'queue.sort.reason',
  accepted: 'queue.sort.accepted',
  next: 'queue.sort.next',
  tries: 'queue.sort.tries',
  size: 'queue.sort.size',
} as const satisfies Record<Sorting, PlainKey>

export interface QueueQuery {
  readonly show: QueueFilter['show']
  readonly route: string | null
  readonly age: Age | null
  readonly text: string
  readonly sorting: Sorting
}

/** What the address asks the queue for; what does not exist is left out. */
export function queueQueryOf(query: Query): QueueQuery {
  return {
    show: query.show === 'waiting' || query.show === 'held' ? query.show : 'all',
    route: query.route ?? null,
    age: query.age !== undefined && Object.hasOwn(ages, query.age) ? (query.age as Age) : null,
    text: query.text ?? '',
    sorting: sortings.find((one) => one === query.sort) ?? 'reason',
  }
}

export function filterOf({ show, route, age, text }: QueueQuery): QueueFilter {
  return { show, route, olderThanMs: age === null ? null : ages[age], text }
}

/** By reason, the longest waiting are shown first. */
export function sortOf(sorting: Sorting): QueueSort {
  return sorting === 'reason' ? 'accepted' : sorting
}
