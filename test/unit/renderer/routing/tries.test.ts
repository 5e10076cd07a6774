import { describe, expect, test } from 'vitest'
import { shortWait, tryLine, usualSchedule, waitAfter } from '../../../../renderer/screens/routing/tries.ts'

const minute = 60_000
const hour = 60 * minute
const time = (afterMs: number) => ({ kind: 'time' as const, afterMs })

describe('the line of tries', () => {
  test('each try at the sum of the waits before it, then how it goes on', () => {
    expect(tryLine({ retryMs: [2 * minute, 5 * minute, hour], expiry: time(72 * hour) })).toEqual({
      tries: [
        { retryNum: 0, afterMs: 0 },
        { retryNum: 1, afterMs: 2 * minute },
        { retryNum: 2, afterMs: 7 * minute },
        { retryNum: 3, afterMs: 67 * minute },
      ],
      everyMs: hour,
      end: time(72 * hour),
    })
  })
  test('what comes after the end is not shown', () => {
    expect(tryLine({ retryMs: [minute, hour], expiry: time(30 * minute) })).toMatchObject({
      tries: [{ afterMs: 0 }, { afterMs: minute }],
      everyMs: null,
    })
  })
  test('counted attempts end the line', () => {
    expect(tryLine({ retryMs: [minute, hour], expiry: { kind: 'attempts', count: 2 } })).toMatchObject({ tries: [{}, {}], everyMs: null })
  })
})

test.each<[number, number | null]>([
  [0, minute],
  [1, hour],
  [2, hour],
  [3, null],
])('after try %i the wait is %s', (retryNum, wait) => {
  expect(waitAfter({ retryMs: [minute, hour], expiry: time(3 * hour + minute) }, retryNum)).toBe(wait)
})

test('a schedule that is not defined is the engine’s own', () => {
  const plain = { branches: [], else: "'remote'" }
  const strategy = { route: plain, schedule: plain, connection: plain, tls: plain }
  expect(usualSchedule({ schedules: {}, strategy })).toMatchObject({ expiry: time(120 * hour) })
})

test.each([
  [2 * minute, '2 min'],
  [62 * minute, '1 h'],
  [2 * hour, '2 h'],
  [72 * hour, '3 days'],
])('%i ms is short %s', (ms, text) => {
  expect(shortWait(ms, 'en-GB')).toBe(text)
})
