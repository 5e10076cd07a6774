import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RecipientState } from '../../../../main/engine/spool/index.ts'
import { BUILT_IN_SCHEDULE, scheduleNamed } from '../../../../main/engine/queue/built-in.ts'
import {
  advanceNotify,
  applyRateLimit,
  applySchedule,
  expire,
  firstState,
  isExpired,
  isNotifyDue,
  mendFutureTimes,
  nextWakeAt,
  prolong,
  retryDelayMs,
  withJitter,
} from '../../../../main/engine/queue/schedule.ts'
import { DAY, HOUR, MINUTE, schedule, SECOND, settingsWith } from './support.ts'

const CREATED = Date.UTC(2026, 10, 23, 12)
const life = { createdAt: CREATED, stoppedMs: 0 }
const exact = (ms: number) => ms
const stateUnder = (more: Parameters<typeof schedule>[0], change: Partial<RecipientState> = {}): RecipientState => ({
  ...firstState('bob@client.example', schedule(more), life),
  ...change,
})
const tempFailed = { status: 'temp_fail', lastError: 'unexpected-reply', lastReply: '451 later', lastStatus: '4.3.0' } as const

describe('the wait after a temporary failure', () => {
  test.each([
    [[120_000, 300_000], 0, 120_000],
    [[120_000, 300_000], 1, 300_000],
    [[120_000, 300_000], 2, 300_000],
    [[120_000], 99, 120_000],
  ])('of %j after %i earlier failures is %i', (waits, retryNum, expected) => {
    expect(retryDelayMs(waits, retryNum)).toBe(expected)
  })

  test('has no answer for a negative retry number or an empty list', () => {
    expect(() => retryDelayMs([1000], -1)).toThrow(RangeError)
    expect(() => retryDelayMs([], 0)).toThrow(RangeError)
  })

  test('is spread by at most a tenth above a minute, and exact up to it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 * DAY }), fc.integer({ min: 0 }), (ms, seed) => {
        const spread = withJitter(ms, { bytes: (n) => Buffer.alloc(n), below: (below) => seed % below })
        return ms <= MINUTE ? spread === ms : Math.abs(spread - ms) <= ms / 10 + 1
      }),
    )
    expect(withJitter(HOUR, { bytes: (n) => Buffer.alloc(n), below: () => 0 })).toBe(54 * MINUTE)
    expect(withJitter(HOUR, { bytes: (n) => Buffer.alloc(n), below: (below) => below - 1 })).toBe(66 * MINUTE)
  })
})

describe('a temporary failure', () => {
  test('uses the wait of the old retry number and raises it last', () => {
    const next = applySchedule(stateUnder({}, { retryNum: 1 }), schedule({ retryMs: [10 * SECOND, MINUTE] }), life, CREATED + 5000, exact)
    expect(next).toMatchObject({ retryNum: 2, dueAt: CREATED + 5000 + MINUTE })
  })

  test('takes expiry and queue from the schedule that was chosen now; time still counts from acceptance', () => {
    const other = schedule({ queueName: 'slow', expiry: { kind: 'time', afterMs: HOUR } })
    const next = applySchedule(stateUnder({}), other, { ...life, stoppedMs: 2000 }, CREATED + MINUTE, exact)
    expect(next).toMatchObject({ queueName: 'slow', expiry: { kind: 'time', at: CREATED + HOUR + 2000 } })
  })

  test.each([
    [1, 0, 'perm_fail'],
    [2, 0, 'temp_fail'],
    [2, 1, 'perm_fail'],
    [3, 1, 'temp_fail'],
  ])('with %i attempts allowed and %i made before leaves the recipient %s, at once', (count, before, status) => {
    const under = schedule({ expiry: { kind: 'attempts', count } })
    const next = applySchedule(stateUnder({}, { ...tempFailed, retryNum: before }), under, life, CREATED, exact)
    expect(next.status).toBe(status)
    expect(next.disposition).toBe(status === 'perm_fail' ? 'expired' : null)
    expect(next.retryNum).toBe(before + 1)
  })
})

describe('expiry', () => {
  test.each([
    [HOUR - 1, false],
    [HOUR, true],
    [HOUR + 1, true],
  ])('by time: %i ms after acceptance with an hour to live: %s', (after, expected) => {
    expect(isExpired(stateUnder({ expiry: { kind: 'time', afterMs: HOUR } }), CREATED + after)).toBe(expected)
  })

  test('keeps the last error and the server’s words, and says 5.4.7', () => {
    expect(expire(stateUnder({}, tempFailed))).toMatchObject({
      status: 'perm_fail',
      disposition: 'expired',
      lastError: 'unexpected-reply',
      lastStatus: '5.4.7',
      lastReply: '451 later',
    })
  })

  test('of one that was never tried is our own doing, class io', () => {
    expect(expire(stateUnder({}))).toMatchObject({ status: 'perm_fail', lastError: 'io', lastStatus: '5.4.7' })
  })

  test('does not touch who has ended', () => {
    expect(isExpired(stateUnder({ expiry: { kind: 'time', afterMs: 0 } }, { status: 'completed' }), CREATED + DAY)).toBe(false)
  })

  test('is later by the time in which nothing could be tried', () => {
    expect(prolong(stateUnder({ expiry: { kind: 'time', afterMs: HOUR } }), 500).expiry).toEqual({ kind: 'time', at: CREATED + HOUR + 500 })
    const byAttempts = stateUnder({ expiry: { kind: 'attempts', count: 3 } })
    expect(prolong(byAttempts, 500)).toBe(byAttempts)
  })
})

describe('delay notices', () => {
  const notices = schedule({ notifyMs: [DAY, 3 * DAY, 4 * DAY] })

  test.each([
    ['the first counts from acceptance', 0, DAY, { notifyNum: 1, notifyDueAt: CREATED + 3 * DAY }],
    ['one sent late does not move the next', 0, 2 * DAY, { notifyNum: 1, notifyDueAt: CREATED + 3 * DAY }],
    ['those already past are skipped', 0, 3 * DAY, { notifyNum: 2, notifyDueAt: CREATED + 4 * DAY }],
    ['after the last there are no more', 2, 4 * DAY, { notifyNum: 3, notifyDueAt: null }],
    ['none is left after a long silence', 0, 9 * DAY, { notifyNum: 3, notifyDueAt: null }],
  ])('%s', (_name, notifyNum, after, expected) => {
    expect(advanceNotify(stateUnder({}, { notifyNum }), notices, life, CREATED + after)).toMatchObject(expected)
  })

  test('are due only for who still waits', () => {
    const state = stateUnder({ notifyMs: [DAY] })
    expect(state.notifyDueAt).toBe(CREATED + DAY)
    expect(isNotifyDue(state, CREATED + DAY - 1)).toBe(false)
    expect(isNotifyDue(state, CREATED + DAY)).toBe(true)
    expect(isNotifyDue({ ...state, status: 'completed' }, CREATED + DAY)).toBe(false)
  })

  test('never begin when the schedule has none', () => {
    expect(stateUnder({ notifyMs: [] }).notifyDueAt).toBeNull()
  })
})

test('a rate limit moves the due time only: number, expiry and queue stay (6.6)', () => {
  const before = stateUnder({}, { retryNum: 1, queueName: 'remote', lastError: 'tls' })
  const after = applyRateLimit(before, CREATED + HOUR)
  expect(after).toMatchObject({ status: 'temp_fail', dueAt: CREATED + HOUR, lastError: 'rate', lastEntity: 'localhost', retryNum: 1 })
  expect([after.expiry, after.queueName]).toEqual([before.expiry, before.queueName])
})

test('a recipient is looked at next at the earliest of retry, notice and expiry', () => {
  const state = stateUnder({ notifyMs: [DAY] }, { dueAt: CREATED + 5 * DAY })
  expect(nextWakeAt(state)).toBe(CREATED + DAY)
  expect(nextWakeAt({ ...state, notifyDueAt: null })).toBe(CREATED + 3 * DAY)
  expect(nextWakeAt({ ...state, dueAt: CREATED })).toBe(CREATED)
  expect(nextWakeAt({ ...state, status: 'perm_fail' })).toBeNull()
})

test('times left in the future by a clock that was set back are mended', () => {
  const state = stateUnder({}, { ...tempFailed, lastAttemptAt: CREATED + DAY, dueAt: CREATED + DAY + HOUR })
  expect(mendFutureTimes(state, CREATED)).toMatchObject({ lastAttemptAt: CREATED, dueAt: CREATED + HOUR })
  expect(mendFutureTimes(state, CREATED + DAY)).toBe(state)
  expect(mendFutureTimes(stateUnder({}, { dueAt: CREATED }), CREATED - DAY).dueAt).toBe(CREATED - DAY)
})

test('an undefined schedule is the built-in one of five days, and no name reaches into the object', () => {
  const settings = settingsWith({ schedules: { mine: schedule({ id: 'mine' }) } })
  expect(scheduleNamed(settings, 'mine').id).toBe('mine')
  for (const name of ['does-not-exist', 'default', 'constructor', '__proto__', ''])
    expect(scheduleNamed(settings, name)).toBe(BUILT_IN_SCHEDULE)
  expect(BUILT_IN_SCHEDULE.expiry).toEqual({ kind: 'time', afterMs: 5 * DAY })
})
