import { describe, expect, test } from 'vitest'
import type { ActivityDraft } from '../../../../main/contract/index.ts'
import { Tally, tallyRecord } from '../../../../main/engine/activity/tally.ts'
import { acceptedDraft, attemptedDraft, endedDraft, resultOf } from '../../../support/activity-events.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const TEN = new Date('2026-11-23T10:00:00').getTime()

/** A tally and what happens to it, each at its time. */
function counting(tally = new Tally()) {
  let seq = 0
  return {
    tally,
    at(time: number, ...drafts: ActivityDraft[]): void {
      for (const draft of drafts) tally.apply({ seq: ++seq, at: time, ...draft })
    },
  }
}
const hours = (tally: Tally, groupBy: 'route' | 'device' | null = null, sinceAt = 0) =>
  tally.countsSince({ by: 'hour', sinceAt, groupBy }).series

describe('counts by hour', () => {
  test('a recipient is counted in the hour of its acceptance, as it stands now', () => {
    const { tally, at } = counting()
    at(TEN + 59 * MINUTE, acceptedDraft('a'))
    at(TEN + 70 * MINUTE, acceptedDraft('b', ['x@x.org', 'y@x.org']))
    at(TEN + 80 * MINUTE, attemptedDraft('a', [resultOf('completed')]))
    at(TEN + 81 * MINUTE, attemptedDraft('b', [resultOf('temp_fail', 'x@x.org'), resultOf('perm_fail', 'y@x.org')]))
    expect(hours(tally)).toEqual([
      {
        key: '',
        buckets: [
          { at: TEN, accepted: 1, delivered: 1, waiting: 0, held: 0, failed: 0 },
          { at: TEN + HOUR, accepted: 2, delivered: 0, waiting: 1, held: 0, failed: 1 },
        ],
      },
    ])
  })
  test('days are whole local days', () => {
    const { tally, at } = counting()
    at(TEN, acceptedDraft('a'))
    at(TEN + 13 * HOUR, acceptedDraft('b'))
    at(TEN + 15 * HOUR, acceptedDraft('c'))
    const [series] = tally.countsSince({ by: 'day', sinceAt: TEN, groupBy: null }).series
    expect(series?.buckets.map((bucket) => [new Date(bucket.at).getHours(), bucket.accepted])).toEqual([
      [0, 2],
      [0, 1],
    ])
  })
  test('a recipient moves to the route that was chosen; who was cancelled is accepted and nothing else', () => {
    const { tally, at } = counting()
    at(TEN, acceptedDraft('a'), attemptedDraft('a', [resultOf('temp_fail')], 'one'))
    at(TEN + 1, attemptedDraft('a', [resultOf('completed')], 'two'))
    at(TEN + 2, acceptedDraft('b'), endedDraft('b', 'cancelled'))
    expect(hours(tally, 'route')).toEqual([
      { key: 'two', buckets: [{ at: TEN, accepted: 1, delivered: 1, waiting: 0, held: 0, failed: 0 }] },
      { key: '', buckets: [{ at: TEN, accepted: 1, delivered: 0, waiting: 0, held: 0, failed: 0 }] },
    ])
  })
  test('beyond the busiest twenty devices the rest is one', () => {
    const { tally, at } = counting()
    for (let device = 0; device < 30; device++) at(TEN, acceptedDraft(`m${device}`, undefined, 'S', `10.0.0.${device}`))
    at(TEN, acceptedDraft('again', undefined, 'S', '10.0.0.29'))
    const series = hours(tally, 'device')
    expect(series).toHaveLength(21)
    expect(series[0]).toMatchObject({ key: '10.0.0.29', buckets: [{ accepted: 2 }] })
    expect(series[20]).toMatchObject({ key: null, buckets: [{ accepted: 10 }] })
  })
  test('a thousand devices in an hour are bounded and none of their mail is lost', () => {
    const { tally, at } = counting()
    for (let device = 0; device < 1000; device++)
      at(TEN, acceptedDraft(`m${device}`, undefined, 'S', `10.0.${device >> 8}.${device & 255}`))
    expect(tally.save().hours.hours.length).toBeLessThanOrEqual(65)
    expect(hours(tally)[0]?.buckets[0]?.accepted).toBe(1000)
  })
  test('hours of more than 14 days ago are forgotten', () => {
    const { tally, at } = counting()
    at(TEN, acceptedDraft('a'))
    at(TEN + 15 * 24 * HOUR, acceptedDraft('b'))
    expect(hours(tally)[0]?.buckets.map((bucket) => bucket.at)).toEqual([TEN + 15 * 24 * HOUR])
  })
})

test('how much waited is told for each quarter of an hour in which it changed', () => {
  const { tally, at } = counting()
  at(TEN, acceptedDraft('a'), acceptedDraft('b'))
  at(TEN + 14 * MINUTE, attemptedDraft('a', [resultOf('completed')]))
  at(TEN + 20 * MINUTE, attemptedDraft('b', [resultOf('temp_fail')]))
  at(TEN + 50 * MINUTE, attemptedDraft('b', [resultOf('completed')]))
  const samples = (sinceAt: number) => tally.countsSince({ by: 'hour', sinceAt, groupBy: null }).waiting
  expect(samples(0)).toEqual([
    { at: TEN, waiting: 1 },
    { at: TEN + 45 * MINUTE, waiting: 0 },
  ])
  expect(samples(TEN + 30 * MINUTE), 'begins with what was before').toEqual(samples(0))
  expect(samples(TEN + 24 * HOUR)).toEqual([{ at: TEN + 45 * MINUTE, waiting: 0 }])
})

describe('routes that put everything off', () => {
  test('are told with their latest words from the first attempt on, and not any more once something went through', () => {
    const { tally, at } = counting()
    at(TEN, acceptedDraft('a'), acceptedDraft('b'), attemptedDraft('a', [resultOf('temp_fail')]))
    at(TEN + 5, attemptedDraft('b', [resultOf('temp_fail')]))
    expect(tally.stalls).toEqual([
      {
        route: 'relay',
        since: TEN,
        lastAt: TEN + 5,
        attempts: 2,
        status: '4.3.0',
        text: '451 4.3.0 later',
        cause: 'reply',
      },
    ])
    at(TEN + 6, attemptedDraft('a', [resultOf('completed')]))
    expect(tally.stalls).toEqual([])
  })
  test('one that refuses for good answers, so it does not stall', () => {
    const { tally, at } = counting()
    at(TEN, acceptedDraft('a'), attemptedDraft('a', [resultOf('perm_fail')]))
    expect(tally.stalls).toEqual([])
  })
})

test('what is saved goes on after a restart; counts saved before there were hours are read as well', () => {
  const first = counting()
  first.at(TEN, acceptedDraft('a'), acceptedDraft('b'), attemptedDraft('a', [resultOf('temp_fail')]))
  const saved = tallyRecord.parse(JSON.parse(JSON.stringify(first.tally.save())))
  const second = counting(new Tally())
  second.tally.load(saved)
  expect(hours(second.tally)).toEqual(hours(first.tally))
  expect(second.tally.stalls).toEqual(first.tally.stalls)
  second.at(TEN + 20 * MINUTE, attemptedDraft('a', [resultOf('completed')]))
  expect(second.tally.countsSince({ by: 'hour', sinceAt: 0, groupBy: null }).waiting.at(-1)).toEqual({ at: TEN + 15 * MINUTE, waiting: 1 })

  expect(tallyRecord.parse({ ...saved, hours: undefined, runs: undefined })).toMatchObject({ hours: { hours: [], waiting: [] }, runs: [] })
})
