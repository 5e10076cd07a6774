import { describe, expect, test } from 'vitest'
import type { QueueFilter, QueueSort } from '../../../../main/contract/index.ts'
import { findWaiting } from '../../../../main/engine/queue/page.ts'
import type { Entry } from '../../../../main/engine/spool/index.ts'
import { newEntry } from '../../../support/spool-entries.ts'

const ALL: QueueFilter = { show: 'all', route: null, olderThanMs: null, text: '' }
const NOW = 1_000_000

interface Made {
  readonly entry: Entry
  nextAt(): number
}

function made(
  id: string,
  more: { at?: number; size?: number; tries?: number; route?: string; held?: boolean; next?: number; to?: string } = {},
): Made {
  const { at = 1000, size = 100, tries = 0, route = null, held = false, next = 0, to = 'bob@example.org' } = more
  const entry = newEntry(id, size, [to])
  const recipients = entry.recipients.map((state) => ({ ...state, retryNum: tries, route, lastReply: tries > 0 ? '451 4.3.2 Busy' : null }))
  return { entry: { ...entry, head: { ...entry.head, createdAt: at }, recipients, heldAt: held ? 5 : null }, nextAt: () => next }
}

const waiting: readonly Made[] = [
  made('a', { at: 1000, size: 5, tries: 3, route: 'm365', next: 30 }),
  made('b', { at: 2000, size: 9, tries: 0, next: 10, to: 'zoe@example.net' }),
  made('c', { at: 900_000, size: 7, tries: 1, route: 'mx', held: true, next: Infinity }),
  made('d', { at: 950_000, size: 9, tries: 1, route: 'm365', next: 10 }),
]

function found(filter: Partial<QueueFilter>, sort: QueueSort = 'accepted', limit = 10): { ids: string; fitting: number } {
  const { first, fitting } = findWaiting(waiting, { filter: { ...ALL, ...filter }, sort, limit }, NOW)
  return { ids: first.map(({ entry }) => entry.head.id).join(''), fitting }
}

describe('what waits is found', () => {
  test.each<[string, Partial<QueueFilter>, string]>([
    ['all of it', {}, 'abcd'],
    ['what is held', { show: 'held' }, 'c'],
    ['what is not', { show: 'waiting' }, 'abd'],
    ['by route', { route: 'm365' }, 'ad'],
    ['by age', { olderThanMs: 500_000 }, 'ab'],
    ['by recipient', { text: 'ZOE@' }, 'b'],
    ['by every word, in any order', { text: 'busy m365' }, 'ad'],
    ['by what the window calls the route', { text: 'microsoft', names: { 'route/m365': 'Microsoft 365' } }, 'ad'],
    ['not at all', { text: 'nobody' }, ''],
  ])('%s', (_, filter, ids) => expect(found(filter).ids).toBe(ids))
})

describe('what waits is put in order', () => {
  test.each<[QueueSort, string]>([
    ['accepted', 'abcd'],
    ['next', 'bdac'],
    ['tries', 'acdb'],
    ['size', 'bdca'],
  ])('by %s, equals as they came', (sort, ids) => expect(found({}, sort).ids).toBe(ids))

  test('only the first are answered, and how many fit', () => expect(found({}, 'size', 1)).toEqual({ ids: 'b', fitting: 4 }))

  test('a limit among equals cuts as the whole order would', () => {
    expect(found({}, 'tries', 2).ids).toBe('ac')
  })

  test('the routes that were given are named, whatever the filter', () => {
    expect(findWaiting(waiting, { filter: { ...ALL, show: 'held' }, sort: 'next', limit: 1 }, NOW).routes).toEqual(['m365', 'mx'])
  })
})
