import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BUILT_IN_SCHEDULE, scheduleNamed } from '../../../../main/engine/queue/built-in.ts'
import { applyRateLimit, firstState } from '../../../../main/engine/queue/schedule.ts'
import type { World } from './support.ts'
import { createWorld, DAY, failoverRules, HOUR, MINUTE, schedule, SECOND, settingsWith, settle } from './support.ts'

/** Part F of the worked cases, one check for each kind of case. Times in seconds from acceptance. */
interface Case {
  readonly id: string
  readonly [key: string]: unknown
}
const file = new URL('../../../fixtures/routing-cases.json', import.meta.url)
const { F } = JSON.parse(readFileSync(file, 'utf8')) as { F: { cases: Case[] } }
const caseOf = (id: string): Case => {
  const found = F.cases.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no case ${id}`)
  return found
}
const only = { only: 'only' } as const
function worldUnder(one: Parameters<typeof schedule>[0] | 'std'): World {
  const world = createWorld(one === 'std' ? {} : { schedules: { only: schedule(one) } })
  world.scheduleRules = () => (one === 'std' ? 'default' : only.only)
  return world
}

describe('retry numbering, schedules, expiry (worked cases F)', () => {
  test('every public case of part F is checked here', () => {
    expect(F.cases.map((one) => one.id)).toEqual(['F01', 'F04', 'F07', 'F10', 'F13', 'F16', 'F19', 'F22'])
  })

  test('F01: attempts come when the schedule says, and rules see how many failed before', async () => {
    const one = caseOf('F01')
    const world = worldUnder('std')
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(22_000 * SECOND)
    expect(world.times()).toEqual(one.attempt_times)
    expect(world.facts.map((facts) => facts.retryNum)).toEqual(one.retry_num_seen)
  })

  test('F04: one attempt allowed is one attempt, and the end comes with it', async () => {
    const one = caseOf('F04')
    const world = worldUnder({ retryMs: [MINUTE], expiry: { kind: 'attempts', count: 1 } })
    await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect(world.times()).toEqual(one.attempt_times)
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'expired', at: world.startedAt }])
    expect(world.reports[0]?.recipients[0]?.state.status).toBe('perm_fail')
  })

  test('F07: a rate-limited pass does not bring the fallback nearer', async () => {
    const one = caseOf('F07')
    const world = worldUnder('std')
    world.rules = failoverRules
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    // Limiters are not in effect yet, so the limited pass is the pure transition, put where a limiter would put it.
    const limited = applyRateLimit(world.disk.get(id)!.recipients[0]!, world.startedAt + 3600 * SECOND)
    const seenWhenLimited = limited.retryNum
    world.disk.set(id, { ...world.disk.get(id)!, recipients: [limited] })
    world.restart()
    await world.clock.advance(3600 * SECOND)
    await world.clock.advance(5 * MINUTE)
    const seen = world.facts.map((facts) => facts.retryNum)
    expect([seen[0], seenWhenLimited, ...seen.slice(1)]).toEqual(one.retry_num_seen)
    expect(world.attempts.at(-1)?.route).toBe(one.route_of_last)
  })

  test('F10: the schedule is chosen with the old retry number', async () => {
    const one = caseOf('F10')
    const world = createWorld({
      schedules: { first: schedule({ retryMs: [10 * SECOND] }), later: schedule({ retryMs: [HOUR] }) },
    })
    world.scheduleRules = (facts) => (facts.retryNum === 0 ? 'first' : 'later')
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect((world.queue.get(id)!.recipients[0]!.nextAttemptAt! - world.startedAt) / SECOND).toBe(one.next_due)
    await world.clock.advance(2 * HOUR)
    expect(world.times()).toEqual([0, 10, 10 + 3600, 10 + 7200].filter((at) => at <= 7200))
  })

  test('F13: rules see the seconds left to live', async () => {
    const expected = caseOf('F13').expires_in_at as Record<string, number>
    const world = createWorld({ schedules: { hourly: { ...BUILT_IN_SCHEDULE, retryMs: [HOUR] } } })
    world.scheduleRules = () => 'hourly'
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(HOUR)
    expect(Object.fromEntries(world.facts.map((facts) => [facts.queueAgeSeconds, facts.expiresIn]))).toEqual(expected)
  })

  test('F16: life over while Mailroom did not run: ended at the start, class io, without an attempt', async () => {
    const world = worldUnder({ retryMs: [HOUR], expiry: { kind: 'time', afterMs: 30 * MINUTE } })
    world.queue.setPaused(true)
    await world.submit({ to: ['bob@client.example'] })
    world.clock.setWall(world.startedAt + 4000 * SECOND)
    world.restart()
    await settle(world)
    expect(world.attempts).toEqual([])
    expect(world.reports[0]?.recipients).toMatchObject([{ action: 'failed', state: { status: 'perm_fail', lastError: 'io' } }])
    expect(world.disk.size).toBe(0)
  })

  test('F19: an unknown schedule name is the built-in one of five days', () => {
    const { schedule_name: name } = caseOf('F19')
    expect(scheduleNamed(settingsWith(), String(name)).expiry).toEqual({ kind: 'time', afterMs: 5 * DAY })
  })

  test('F22: what a limiter holds back is due at the end of the window and counts nothing', () => {
    const expected = caseOf('F22').message_101 as { due: number; retry_num: number }
    // Only the state transition: the limiter itself is not in effect yet (rules, decision e).
    const state = firstState('bob@client.example', schedule(), { createdAt: 1800 * SECOND, stoppedMs: 0 })
    const limited = applyRateLimit(state, 3600 * SECOND)
    expect(`temp:${limited.lastError}`).toBe('temp:rate')
    expect([limited.dueAt / SECOND, limited.retryNum]).toEqual([expected.due, expected.retry_num])
  })
})
