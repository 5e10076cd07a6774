import { describe, expect, test } from 'vitest'
import { say } from '../../../../renderer/lib/words/words.svelte.ts'
import { everything } from '../../../../renderer/screens/activity/activity-view.svelte.ts'
import { DrawnLines, layLog, linesSeen, scrollToSee } from '../../../../renderer/screens/activity/log-layout.ts'
import type { LogLine } from '../../../../renderer/screens/activity/log-layout.ts'
import { matchesFilter } from '../../../../main/contract/activity-view.ts'
import { shownNames } from '../../../../renderer/lib/format/names.ts'
import { mergeRows, placeOf } from '../../../../renderer/screens/activity/merge-rows.ts'
import { rowText } from '../../../../renderer/screens/activity/row-text.ts'
import { outcomeOf } from '../../../../renderer/screens/activity/outcome.ts'
import { filterOf, fromOf } from '../../../../renderer/screens/activity/query.ts'
import { MINUTE, NOW, row } from '../builders.ts'

test('the log looks for what the address asks', () => {
  expect(filterOf({ status: 'failed', text: 'a b', day: '2026-11-23' })).toEqual({
    ...everything,
    status: 'failed',
    text: 'a b',
    day: '2026-11-23',
  })
  expect(filterOf({ status: 'toString' }).status).toBeNull()
})

describe('changes come into the log', () => {
  const old = row({ entryId: 'old', acceptedAt: NOW - 2 * MINUTE, status: 'waiting' })
  const older = row({ entryId: 'older', acceptedAt: NOW - 3 * MINUTE })
  const fresh = row({ entryId: 'new', acceptedAt: NOW })
  const loaded = { rows: [old, older], more: false }
  const keys = (rows: readonly { entryId: string }[]): string[] => rows.map((one) => one.entryId)

  test('at the top while one follows', () => {
    const merged = mergeRows(loaded, [fresh], everything, true)
    expect(keys(merged.rows)).toEqual(['new', 'old', 'older'])
    expect(merged.fresh).toEqual([])
  })
  test('not at all under a reading eye: new rows are kept to be offered', () => {
    const merged = mergeRows(loaded, [fresh], everything, false)
    expect(keys(merged.rows)).toEqual(['old', 'older'])
    expect(keys(merged.fresh)).toEqual(['new'])
  })
  test('in place, where a row only changes', () => {
    const merged = mergeRows(loaded, [{ ...old, status: 'delivered', seq: 2 }], everything, false)
    expect(merged.rows.map((one) => one.status)).toEqual(['delivered', 'delivered'])
    expect(merged.fresh).toEqual([])
  })
  test('a row that no longer fits leaves while one follows, and stays while one reads', () => {
    const filter = { ...everything, status: 'waiting' } as const
    const change = { ...old, status: 'delivered', seq: 2 } as const
    expect(keys(mergeRows({ rows: [old], more: false }, [change], filter, true).rows)).toEqual([])
    expect(keys(mergeRows({ rows: [old], more: false }, [change], filter, false).rows)).toEqual(['old'])
  })
  test('what is older than the loaded pages waits for its page', () => {
    const ancient = row({ entryId: 'ancient', acceptedAt: NOW - 60 * MINUTE })
    expect(keys(mergeRows({ rows: [old], more: true }, [ancient], everything, true).rows)).toEqual(['old'])
    expect(keys(mergeRows({ rows: [old], more: false }, [ancient], everything, true).rows)).toEqual(['old', 'ancient'])
  })
  test('what does not fit the filter stays out', () => {
    expect(mergeRows(loaded, [fresh], { ...everything, text: 'nothing like it' }, true).rows).toHaveLength(2)
  })
  test('a late notice does not undo a newer one', () => {
    const newer = { ...old, status: 'delivered', seq: 9 } as const
    expect(mergeRows({ rows: [newer], more: false }, [{ ...old, seq: 3 }], everything, true).rows[0]?.status).toBe('delivered')
  })
})

const HEIGHTS = { row: 32, day: 28 }
function linesOf(rows: ReturnType<typeof row>[]): (LogLine | undefined)[] {
  const layout = layLog(rows, '2026-11-23', HEIGHTS)
  return Array.from({ length: layout.length }, (_, index) => layout.line(index))
}

describe('days are headings between rows', () => {
  const at = (text: string): ReturnType<typeof row> => row({ entryId: text, acceptedAt: new Date(text).getTime() })
  const shape = (rows: ReturnType<typeof row>[]): string[] => linesOf(rows).map((line) => (line?.kind === 'day' ? line.day : 'row'))
  test('today needs none', () => expect(shape([at('2026-11-23T10:00:00')])).toEqual(['row']))
  test('each other day has one', () => {
    const rows = ['2026-11-23T00:00:00', '2026-11-22T23:59:59', '2026-11-22T00:00:00', '2026-11-20T12:00:00'].map(at)
    expect(shape(rows)).toEqual(['row', '2026-11-22', 'row', 'row', '2026-11-20', 'row'])
  })
  test('when nothing came today the first day is named', () => expect(shape([at('2026-11-22T10:00:00')])).toEqual(['2026-11-22', 'row']))
})

describe('an outcome in a row', () => {
  const shown = (more: Partial<ReturnType<typeof row>>): string => {
    const { tone, said, busy } = outcomeOf(row(more), NOW)
    return `${tone}: ${say(said)}${busy ? ' …' : ''}`
  }
  test.each<[Partial<ReturnType<typeof row>>, string]>([
    [{ status: 'sending' }, 'none: Sending …'],
    [{ status: 'waiting', attempts: 0 }, 'none: Sending …'],
    [{ status: 'waiting', nextAttemptAt: NOW + 6 * MINUTE }, 'waiting: Waiting, 14:48'],
    [{ status: 'waiting', nextAttemptAt: NOW - 1 }, 'waiting: Waiting'],
    [{ status: 'held' }, 'held: Held'],
    [{ status: 'delivered' }, 'delivered: Delivered'],
    [{ status: 'delivered', attempts: 3 }, 'delivered: Delivered, 3rd try'],
    [{ status: 'failed', disposition: 'bounced' }, 'failed: Failed'],
    [{ status: 'failed', disposition: 'expired' }, 'failed: Given up'],
    [{ status: 'cancelled' }, 'none: Cancelled'],
  ])('%j', (more, text) => expect(shown(more)).toBe(text))
  test('what is new waits while sending is paused', () => {
    expect(outcomeOf(row({ status: 'waiting', attempts: 0 }), NOW, true).tone).toBe('waiting')
  })
})

describe('of many rows only those that are seen exist', () => {
  const at = (time: string): ReturnType<typeof row> => row({ entryId: time, acceptedAt: new Date(time).getTime() })
  // A row of today, a heading, three rows of yesterday.
  const layout = layLog(['2026-11-23T09:00', '2026-11-22T23:00', '2026-11-22T12:00', '2026-11-22T01:00'].map(at), '2026-11-23', HEIGHTS)
  const none = layLog([], '2026-11-23', HEIGHTS)

  test('each line has its place', () => {
    expect(Array.from({ length: layout.length + 1 }, (_, index) => layout.top(index))).toEqual([0, 32, 60, 92, 124, 156])
    expect(layout.height).toBe(156)
    expect([0, 1, 2, 3].map((place) => layout.ofRow(place))).toEqual([0, 2, 3, 4])
  })
  test('the line at a height', () => {
    expect([0, 31, 32, 59, 60, 1000].map((y) => layout.at(y))).toEqual([0, 0, 1, 1, 2, 4])
    expect(none.at(10)).toBe(0)
  })
  test('as many lines exist everywhere, with a few to spare above', () => {
    expect(linesSeen(layout, 0, 3, 1)).toEqual([0, 3])
    expect(linesSeen(layout, 60, 3, 1)).toEqual([1, 4])
    expect(linesSeen(layout, 10_000, 3, 1)).toEqual([2, 5])
    expect(linesSeen(layout, 0, 100, 5)).toEqual([0, 5])
    expect(linesSeen(none, 0, 100, 5)).toEqual([0, 0])
  })
  test('a line that stays on the page is the same as before, and what leaves makes place for what comes', () => {
    const drawn = new DrawnLines()
    const before = drawn.update(layout, [0, 3], 3)
    const after = drawn.update(layout, [1, 4], 3)
    expect(after.slice(0, 2)).toEqual(before.slice(1))
    expect([after[0] === before[1], after[1] === before[2]]).toEqual([true, true])
    expect(after[2]?.slot).toBe(before[0]?.slot)
  })
  test('a line is brought wholly into sight, and nothing moves when it is there', () => {
    expect(scrollToSee(layout, 0, 40, 64, 28)).toBe(0)
    expect(scrollToSee(layout, 4, 0, 64, 28)).toBe(156 - 64 + 28)
    expect(scrollToSee(layout, 2, 40, 100, 28)).toBe(40)
  })
  test('of a hundred thousand rows over a hundred days each is where its line says', () => {
    const begin = new Date('2026-11-23T23:59:59').getTime()
    const rows = Array.from({ length: 100_000 }, (_, index) => row({ entryId: `e${index}`, acceptedAt: begin - index * 86_400 }))
    const many = layLog(rows, '2026-11-23', HEIGHTS)
    for (const place of [0, 1, 999, 1000, 50_000, 77_777, 99_999]) {
      const line = many.ofRow(place)
      expect(many.line(line)).toEqual({ kind: 'row', row: rows[place] })
      expect(many.at(many.top(line))).toBe(line)
      expect(many.at(many.top(line) + 31)).toBe(line)
    }
  })
})

describe('a row of the log', () => {
  test('has its place among many, wherever it stands', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => row({ entryId: `e${index}`, acceptedAt: NOW - index }))
    for (const place of [0, 1, 500, 999]) expect(placeOf(rows, rows[place] ?? row())).toBe(place)
    expect(placeOf(rows, { acceptedAt: NOW + 1, key: 'x' })).toBe(0)
    expect(placeOf(rows, { acceptedAt: 0, key: 'x' })).toBe(1000)
  })
  test('is copied as one line that hides and turns nothing', () => {
    const text = rowText(row({ subject: 'a\tb\r\nc\u202ed', lastText: '550 no' }), NOW, (route) => route.toUpperCase())
    expect(text).toBe('2026-11-23 14:42:00\tDelivered\tscanner\tbob@example.org\ta b c\ufffdd\tM365\t1\u00a0kB\t550 no\tE1')
  })
  test('is found by what routes and outcomes are called in the window', () => {
    const found = (text: string): boolean =>
      matchesFilter(row(), { ...everything, text, names: shownNames(['m365'], () => 'Microsoft 365') })
    expect([found('microsoft'), found('delivered'), found('2026-11-23'), found('250 ok'), found('failed')]).toEqual([
      true,
      true,
      true,
      true,
      false,
    ])
  })
})

test('the log may begin with another day', () => {
  expect([fromOf({ from: '2026-11-12' }), fromOf({ from: '12.11.' }), fromOf({})]).toEqual(['2026-11-12', null, null])
  expect(filterOf({ day: 'tomorrow' }).day).toBeNull()
})
