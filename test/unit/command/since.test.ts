import { describe, expect, test } from 'vitest'
import { readMoment } from '../../../main/command/since.ts'

const NOW = Date.UTC(2026, 10, 23, 14, 30)

describe('a moment is read', () => {
  test.each([
    ['30s', NOW - 30_000],
    ['5m', NOW - 300_000],
    ['2h', NOW - 7_200_000],
    ['2 H', NOW - 7_200_000],
    ['7d', NOW - 7 * 86_400_000],
    ['0s', NOW],
    ['2026-11-23', new Date(2026, 10, 23).getTime()],
    [' 2026-11-23 ', new Date(2026, 10, 23).getTime()],
    ['2026-11-23T14:00', new Date(2026, 10, 23, 14).getTime()],
    ['2026-11-23 14:00', new Date(2026, 10, 23, 14).getTime()],
    ['2026-11-23T14:00:05', new Date(2026, 10, 23, 14, 0, 5).getTime()],
    ['2026-11-23T14:00:00Z', Date.UTC(2026, 10, 23, 14)],
    ['2026-11-23T14:00:00+01:00', Date.UTC(2026, 10, 23, 13)],
  ])('%s', (text, at) => {
    expect(readMoment(text, NOW)).toBe(at)
  })
})

describe('what could mean anything is no moment', () => {
  test.each(['', 'yesterday', '5', '2', '-2h', '1.5h', '2w', '2h30m', '23.11.2026', '2026-13-01', '2026-11', '14:00', '2026-11-23T25:00'])(
    '"%s"',
    (text) => {
      expect(readMoment(text, NOW)).toBeNull()
    },
  )
})
