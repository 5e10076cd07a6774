import { expect, test } from 'vitest'
import { compareRows, dayOf, foldEvent, matchesFilter } from '../../../main/contract/index.ts'
import type { ActivityDraft, ActivityEvent, ActivityRow, RowFilter } from '../../../main/contract/index.ts'
import { acceptedDraft, ANY, attemptedDraft, endedDraft, resultOf } from '../../support/activity-events.ts'

const BOTH = ['bob@example.org', 'eve@example.org']

/** Rows after these events, numbered from 1, a second apart. */
function rowsAfter(...drafts: ActivityDraft[]): Map<string, ActivityRow> {
  const rows = new Map<string, ActivityRow>()
  drafts.forEach((draft, index) => {
    const event: ActivityEvent = { seq: index + 1, at: (index + 1) * 1000, ...draft }
    for (const row of foldEvent([...rows.values()], event)) rows.set(row.recipient, row)
  })
  return rows
}

test('an accepted message is a row for each recipient, waiting, with no next attempt yet', () => {
  const rows = rowsAfter(acceptedDraft('e1', [...BOTH, 'bob@example.org']))
  expect([...rows.values()].map((row) => [row.key, row.status, row.nextAttemptAt, row.acceptedAt])).toEqual([
    ['e1/bob@example.org', 'waiting', null, 1000],
    ['e1/eve@example.org', 'waiting', null, 1000],
  ])
})

test('an attempt changes only the recipients it was made for', () => {
  const rows = rowsAfter(acceptedDraft('e1', BOTH), attemptedDraft('e1', [resultOf('temp_fail', 'bob@example.org', 60_000)]))
  expect(rows.get('bob@example.org')).toMatchObject({
    status: 'waiting',
    attempts: 1,
    nextAttemptAt: 60_000,
    route: 'relay',
    lastHost: 'mail.example.org',
  })
  expect(rows.get('eve@example.org')).toMatchObject({ status: 'waiting', attempts: 0, seq: 1 })
})

test.each([
  ['relayed', 'delivered'],
  ['delivered', 'delivered'],
  ['bounced', 'failed'],
  ['expired', 'failed'],
  ['cancelled', 'cancelled'],
] as const)('a recipient whose end is %s shows as %s', (disposition, status) => {
  const rows = rowsAfter(acceptedDraft('e1', BOTH), attemptedDraft('e1', [resultOf('temp_fail')]), endedDraft('e1', disposition))
  expect(rows.get('bob@example.org')).toMatchObject({ status, disposition, nextAttemptAt: null, lastText: '451 4.3.0 later' })
  expect(rows.get('eve@example.org')?.status).toBe('waiting')
})

test.each([
  ['completed', 'delivered'],
  ['perm_fail', 'failed'],
] as const)('an attempt that is %s shows at once as %s', (outcome, status) => {
  expect(rowsAfter(acceptedDraft('e1'), attemptedDraft('e1', [resultOf(outcome)])).get('bob@example.org')?.status).toBe(status)
})

test('holding stops what is unfinished and stays through an attempt under way; releasing gives it a time again', () => {
  const held: ActivityDraft = { type: 'held', entryId: 'e1', by: 'person' }
  const before = [
    acceptedDraft('e1', BOTH),
    endedDraft('e1', 'relayed', 'eve@example.org'),
    held,
    attemptedDraft('e1', [resultOf('temp_fail')]),
  ]
  const rows = rowsAfter(...before)
  expect([rows.get('bob@example.org')?.status, rows.get('eve@example.org')?.status]).toEqual(['held', 'delivered'])
  const after = rowsAfter(...before, { type: 'released', entryId: 'e1', nextAttemptAt: 9_000 })
  expect(after.get('bob@example.org')).toMatchObject({ status: 'waiting', nextAttemptAt: 9_000 })
})

test('"retry now" shows as due now', () => {
  const rows = rowsAfter(acceptedDraft('e1'), attemptedDraft('e1', [resultOf('temp_fail', undefined, 60_000)]), {
    type: 'retried',
    entryId: 'e1',
    by: 'person',
  })
  expect(rows.get('bob@example.org')?.nextAttemptAt).toBe(3000)
})

test('a message that was set aside has failed, with the words for it', () => {
  const rows = rowsAfter(acceptedDraft('e1'), { type: 'set-aside', entryId: 'e1', file: 'x', text: 'It is cut off.' })
  expect(rows.get('bob@example.org')).toMatchObject({ status: 'failed', lastText: 'It is cut off.' })
})

const ROW = rowsAfter(acceptedDraft('e1', ['bob@example.org'], 'Invoice Ärger 2026'), attemptedDraft('e1', [resultOf('temp_fail')])).get(
  'bob@example.org',
)!

test.each<[string, Partial<RowFilter>, boolean]>([
  ['nothing asked', {}, true],
  ['a part of the subject in any case', { text: 'INVOICE' }, true],
  ['letters beyond ASCII', { text: 'ärger' }, true],
  ['every word, anywhere', { text: 'invoice bob@ relay 451' }, true],
  ['one word that is nowhere', { text: 'invoice carol' }, false],
  ['the status', { status: 'waiting' }, true],
  ['another status', { status: 'failed' }, false],
  ['the route', { route: 'relay' }, true],
  ['a part of the route only', { route: 'rel' }, false],
  ['the device', { device: '192.168.1.20' }, true],
  ['another device', { device: '192.168.1.2' }, false],
  ['the day', { day: dayOf(1000) }, true],
  ['another day', { day: '2026-11-23' }, false],
])('a filter with %s', (_what, filter, fits) => {
  expect(matchesFilter(ROW, { ...ANY, ...filter })).toBe(fits)
})

test('rows stand newest first and never beside each other undecided', () => {
  const order = [
    { acceptedAt: 2, key: 'a' },
    { acceptedAt: 1, key: 'b' },
    { acceptedAt: 1, key: 'a' },
  ]
  expect([...order].reverse().sort(compareRows)).toEqual(order)
})
