import { describe, expect, test } from 'vitest'
import type { CountBucket } from '../../../../main/contract/figures.ts'
import { filled, levelsOf, periodOf, totals } from '../../../../renderer/screens/overview/figures.ts'

const HOUR = 3_600_000
const NOW = new Date('2026-11-23T14:42:00').getTime()
const MIDNIGHT = new Date('2026-11-23T00:00:00').getTime()
const bucket = (at: number, accepted: number): CountBucket => ({ at, accepted, delivered: accepted, waiting: 0, held: 0, failed: 0 })

describe('a period', () => {
  test('is the hours of one local day, or the last fourteen days', () => {
    const day = periodOf('2026-11-23', NOW)
    expect([day.by, day.from, day.to - day.from, day.starts.length]).toEqual(['hour', MIDNIGHT, 24 * HOUR, 24])
    const days = periodOf(null, NOW)
    expect(days.starts).toHaveLength(14)
    expect(days.starts.at(-1)).toBe(MIDNIGHT)
  })
  test('has its counts with zeros between them', () => {
    const counted = filled([bucket(MIDNIGHT + 9 * HOUR, 4)], periodOf('2026-11-23', NOW))
    expect(counted.map((one) => one.accepted)).toEqual([...Array<number>(9).fill(0), 4, ...Array<number>(14).fill(0)])
  })
})

test('totals are of the period alone, busiest first, all others last', () => {
  const period = periodOf('2026-11-23', NOW)
  const series = [
    { key: null, buckets: [bucket(MIDNIGHT, 50)] },
    { key: 'a', buckets: [bucket(MIDNIGHT - HOUR, 90), bucket(MIDNIGHT + HOUR, 1)] },
    { key: 'b', buckets: [bucket(MIDNIGHT, 2), bucket(MIDNIGHT + HOUR, 2)] },
    { key: 'gone', buckets: [bucket(MIDNIGHT - HOUR, 7)] },
  ]
  expect(totals(series, period).map(({ key, counted }) => [key, counted.accepted])).toEqual([
    ['b', 4],
    ['a', 1],
    [null, 50],
  ])
})

describe('how much waited', () => {
  const period = periodOf('2026-11-23', NOW)
  test('begins with what waited before and goes on to now, equal levels joined', () => {
    const samples = [
      { at: MIDNIGHT - 3 * HOUR, waiting: 5 },
      { at: MIDNIGHT + HOUR, waiting: 5 },
      { at: MIDNIGHT + 2 * HOUR, waiting: 0 },
    ]
    expect(levelsOf(samples, period, NOW)).toEqual([
      { at: MIDNIGHT, until: MIDNIGHT + 2 * HOUR, waiting: 5 },
      { at: MIDNIGHT + 2 * HOUR, until: NOW, waiting: 0 },
    ])
  })
  test('is nothing where nothing was sampled', () => expect(levelsOf([], period, NOW)).toEqual([{ at: MIDNIGHT, until: NOW, waiting: 0 }]))
  test('on a day that is over it goes to its end', () => {
    const past = periodOf('2026-11-22', NOW)
    expect(levelsOf([{ at: MIDNIGHT + HOUR, waiting: 9 }], past, NOW)).toEqual([{ at: past.from, until: MIDNIGHT, waiting: 0 }])
  })
})
