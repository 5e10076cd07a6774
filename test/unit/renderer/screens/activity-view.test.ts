import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ActivityRow } from '../../../../main/contract/activity.ts'
import type { Answer, Args, Notice, Result } from '../../../../main/contract/channels.ts'
import { ActivityView, everything } from '../../../../renderer/screens/activity/activity-view.svelte.ts'
import { MINUTE, NOW, row } from '../builders.ts'

type Page = Result<'activity.rows'>
const counts: Page['counts'] = { sending: 0, waiting: 0, held: 0, delivered: 0, failed: 0, cancelled: 0 }
const one = (entryId: string, minutesAgo: number): ActivityRow => row({ entryId, acceptedAt: NOW - minutesAgo * MINUTE })
const ids = (rows: readonly ActivityRow[]): string => rows.map((each) => each.entryId).join()

let pages: (Partial<Page> | 'refused')[]
let asked: Args<'activity.rows'>[]
let tell: (notice: Notice<'activity.changed'>) => void

beforeEach(() => {
  pages = []
  asked = []
  vi.stubGlobal('window', {
    mailroom: {
      async ask(_: string, args: Args<'activity.rows'>): Promise<Answer<Page>> {
        asked.push(args)
        const page = pages.shift() ?? {}
        if (page === 'refused') return { ok: false, problem: { code: 'x', text: 'the disk does not answer' } }
        return { ok: true, value: { rows: [], more: false, counts, reading: null, ...page } }
      },
      on(_: string, handler: typeof tell): () => void {
        tell = handler
        return () => undefined
      },
    },
  })
})
afterEach(() => {
  vi.useRealTimers()
})

test('the next page begins behind the last row, and no row is shown twice', async () => {
  pages = [
    { rows: [one('c', 1), one('b', 2)], more: true },
    { rows: [one('b', 2), one('a', 3)], more: false },
  ]
  const view = new ActivityView()
  await view.show(everything)
  await view.loadMore()
  expect(asked[1]?.before).toEqual({ acceptedAt: NOW - 2 * MINUTE, key: 'b/bob@example.org' })
  expect([ids(view.rows), view.more]).toEqual(['c,b,a', false])
  await view.loadMore()
  expect(asked).toHaveLength(2)
})

test('a search that takes long is asked on until it finds something', async () => {
  pages = [
    { rows: [], more: true },
    { rows: [], more: true },
    { rows: [one('found', 9000)], more: false },
  ]
  const view = new ActivityView()
  await view.show({ ...everything, text: 'rare' })
  await vi.waitFor(() => expect(ids(view.rows)).toBe('found'))
  await vi.waitFor(() => expect(view.searching).toBe(false))
})

test('an answer to an older question is thrown away', async () => {
  pages = [{ rows: [one('old', 1)] }, { rows: [one('new', 1)] }]
  const view = new ActivityView()
  await Promise.all([view.show(everything), view.show({ ...everything, text: 'x' })])
  expect(ids(view.rows)).toBe('new')
})

test('new rows come in at the top, wait while somebody reads further down, and are taken in when asked for', async () => {
  vi.useFakeTimers()
  pages = [{ rows: [one('a', 5)] }]
  const view = new ActivityView()
  const stop = view.start()
  await view.show(everything)
  tell({ rows: [one('b', 4)], seq: 2 })
  expect(ids(view.rows)).toBe('b,a')
  view.atTop = false
  tell({ rows: [one('c', 3)], seq: 3 })
  tell({ rows: [one('d', 2)], seq: 4 })
  tell({ rows: [{ ...one('d', 2), seq: 5, status: 'failed' }], seq: 5 })
  expect([ids(view.rows), ids(view.fresh)]).toEqual(['b,a', 'd,c'])
  expect(view.fresh[0]?.status).toBe('failed')
  view.showFresh()
  expect([ids(view.rows), ids(view.fresh)]).toEqual(['d,c,b,a', ''])
  stop()
})

test('a stopped log takes nothing in, even at its top', async () => {
  vi.useFakeTimers()
  const view = new ActivityView()
  const stop = view.start()
  await view.show(everything)
  view.live = false
  tell({ rows: [one('b', 4)], seq: 2 })
  expect([ids(view.rows), ids(view.fresh)]).toEqual(['', 'b'])
  stop()
})

test('an endless stream at the top does not grow without end', async () => {
  vi.useFakeTimers()
  const view = new ActivityView()
  const stop = view.start()
  await view.show(everything)
  for (let batch = 0; batch < 50; batch++) {
    const rows = Array.from({ length: 100 }, (_, index) => one(`${batch}-${index}`, -batch))
    tell({ rows, seq: batch })
  }
  expect(view.rows.length).toBeLessThanOrEqual(2000)
  expect(view.more).toBe(true)
  stop()
})

test('a refusal is shown, and what was there stays', async () => {
  pages = [{ rows: [one('a', 5)], more: true }, 'refused']
  const view = new ActivityView()
  await view.show(everything)
  await view.loadMore()
  expect([ids(view.rows), view.problem]).toEqual(['a', 'the disk does not answer'])
})

test('rows that come while the window is not drawn are taken in at once when it is', async () => {
  const frames: (() => void)[] = []
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw))
  try {
    pages = [{ rows: [one('a', 5)] }]
    const view = new ActivityView()
    const stop = view.start()
    await view.show(everything)
    tell({ rows: [one('b', 4)], seq: 2 })
    tell({ rows: [one('c', 3)], seq: 3 })
    expect([ids(view.rows), frames.length]).toEqual(['a', 1])
    frames[0]?.()
    expect(ids(view.rows)).toBe('c,b,a')
    stop()
  } finally {
    vi.unstubAllGlobals()
  }
})

test('a message in hand holds the log still', async () => {
  vi.useFakeTimers()
  pages = [{ rows: [one('a', 5)] }]
  const view = new ActivityView()
  const stop = view.start()
  await view.show(everything)
  view.busy = true
  tell({ rows: [one('b', 4)], seq: 2 })
  expect([ids(view.rows), ids(view.fresh)]).toEqual(['a', 'b'])
  stop()
})

test('a search through the files names the day it reads, is stopped and goes on', async () => {
  pages = [{ rows: [one('a', 5)], more: true, reading: '2026-11-20' }]
  const view = new ActivityView()
  await view.show({ ...everything, text: 'rare' })
  expect(view.reading).toBe('2026-11-20')
  view.stop()
  await view.loadMore()
  expect(asked).toHaveLength(1)
  pages = [{ rows: [one('z', 9000)], more: false }]
  view.goOn()
  await vi.waitFor(() => expect(ids(view.rows)).toBe('a,z'))
  expect(view.reading).toBeNull()
})

test('the log begins behind the last moment of the day that was asked for', async () => {
  const view = new ActivityView()
  await view.show(everything, '2026-11-20')
  expect(asked[0]?.before).toEqual({ acceptedAt: new Date(2026, 10, 21).getTime(), key: '' })
  expect(view.following).toBe(false)
})
