import { describe, expect, test } from 'vitest'
import { offsetsOf, rowAt, scrollToShow, windowOf } from '../../../../renderer/lib/ui/virtual-rows.ts'
import { say } from '../../../../renderer/lib/words/words.svelte.ts'
import { everything } from '../../../../renderer/screens/activity/activity-view.svelte.ts'
import { logLines } from '../../../../renderer/screens/activity/log-lines.ts'
import { mergeRows } from '../../../../renderer/screens/activity/merge-rows.ts'
import { outcomeOf } from '../../../../renderer/screens/activity/outcome.ts'
import { filterOf } from '../../../../renderer/screens/activity/query.ts'
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

describe('days are headings between rows', () => {
  const at = (text: string): ReturnType<typeof row> => row({ entryId: text, acceptedAt: new Date(text).getTime() })
  const shape = (rows: ReturnType<typeof row>[]): string[] =>
    logLines(rows, '2026-11-23').map((line) => (line.kind === 'day' ? line.day : 'row'))
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
  const offsets = offsetsOf([32, 28, 32, 32, 32])
  test('the row at a height', () => {
    expect([0, 31, 32, 59, 60, 1000].map((y) => rowAt(offsets, y))).toEqual([0, 0, 1, 1, 2, 4])
    expect(rowAt(offsetsOf([]), 10)).toBe(0)
  })
  test('the window has a few spare rows on both sides', () => {
    expect(windowOf(offsets, 40, 30, 0)).toEqual([1, 3])
    expect(windowOf(offsets, 40, 30, 1)).toEqual([0, 4])
    expect(windowOf(offsets, 0, 10_000, 5)).toEqual([0, 5])
    expect(windowOf(offsetsOf([]), 0, 100, 5)).toEqual([0, 0])
  })
  test('a row is brought wholly into sight, and nothing moves when it is there', () => {
    expect(scrollToShow(offsets, 0, 40, 64, 28)).toBe(0)
    expect(scrollToShow(offsets, 4, 0, 64, 28)).toBe(156 - 64 + 28)
    expect(scrollToShow(offsets, 2, 40, 100, 28)).toBe(40)
  })
  test('the row of a hundred thousand is found at once', () => {
    const many = offsetsOf(new Float64Array(100_000).fill(32))
    expect(rowAt(many, 32 * 77_777 + 5)).toBe(77_777)
  })
})
