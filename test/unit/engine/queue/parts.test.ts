import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHeldClock } from '../../../support/held-clock.ts'
import { BUILT_IN_SCHEDULE } from '../../../../main/engine/queue/built-in.ts'
import { factsAtEnqueue, factsOf, statusText } from '../../../../main/engine/queue/facts.ts'
import { groupsOf } from '../../../../main/engine/queue/groups.ts'
import { Lanes } from '../../../../main/engine/queue/lanes.ts'
import { applyOutcome } from '../../../../main/engine/queue/outcomes.ts'
import { QueueTime } from '../../../../main/engine/queue/queue-time.ts'
import { findingOf, HEALTHY, judge } from '../../../../main/engine/queue/route-health.ts'
import { firstState } from '../../../../main/engine/queue/schedule.ts'
import { WakeHeap } from '../../../../main/engine/queue/wake-heap.ts'
import {
  completed,
  DAY,
  headOf,
  HOUR,
  MINUTE,
  mxRoute,
  permanent,
  refused,
  relayRoute,
  ROUTES,
  schedule,
  SECOND,
  temporary,
} from './support.ts'

describe('the wake heap', () => {
  test('gives values in the order of their times, whatever was set, changed and taken out', () => {
    const command = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.option(fc.integer({ min: 0, max: 1000 }), { nil: null }))
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const heap = new WakeHeap<number>()
        const model = new Map<number, number>()
        for (const [value, at] of commands) {
          heap.set(value, at)
          if (at === null) model.delete(value)
          else model.set(value, at)
          expect(heap.nextAt).toBe(model.size === 0 ? null : Math.min(...model.values()))
        }
        const taken: number[] = []
        for (let value = heap.takeDue(1000); value !== undefined; value = heap.takeDue(1000)) taken.push(model.get(value)!)
        expect(taken).toEqual([...model.values()].sort((a, b) => a - b))
      }),
    )
  })

  test('gives nothing before its time', () => {
    const heap = new WakeHeap<string>()
    heap.set('a', 10)
    expect([heap.takeDue(9), heap.takeDue(10), heap.takeDue(10)]).toEqual([undefined, 'a', undefined])
  })
})

describe('lanes', () => {
  const limits = { total: 100, slowAfterMs: 5_000, hardTotal: 10, perLane: () => 3 }
  const take = (lanes: Lanes<number>, now = 0) => {
    const turns = []
    for (let turn = lanes.take(now); turn !== undefined; turn = lanes.take(now)) turns.push(turn)
    return turns
  }

  test('are served in rotation, each in order', () => {
    const lanes = new Lanes<number>(limits)
    for (const job of [1, 2, 3]) lanes.push('a', job)
    for (const job of [4, 5]) lanes.push('b', job)
    expect(take(lanes).map(({ job }) => job)).toEqual([1, 4, 2, 5, 3])
  })

  test('put back in front what could not use its turn', () => {
    const lanes = new Lanes<number>({ ...limits, perLane: () => 1 })
    lanes.push('a', 1)
    lanes.push('a', 2)
    const [turn] = take(lanes)
    lanes.finish(turn!, 'unused')
    lanes.pushFront('a', 1)
    expect(take(lanes).map(({ job }) => job)).toEqual([1])
  })

  test('leave half of the hard limit to places that answer', () => {
    const lanes = new Lanes<number>(limits)
    const running = new Set<object>()
    for (let i = 0; i < 20; i++) lanes.push(`dead${i % 5}`, i)
    const first = [0, 1, 2, 3, 4].map(() => lanes.take(0)!)
    for (const turn of first) lanes.finish(turn, 'badly')
    for (let now = 0; now < 100_000; now += 10_000) for (const turn of take(lanes, now)) running.add(turn)
    expect(running.size).toBe(5)
    lanes.push('good', 9)
    expect(take(lanes, 200_000).map(({ key }) => key)).toEqual(['good'])
  })

  test('a paused lane rests until its time, then lets one through until it goes well', () => {
    const lanes = new Lanes<number>(limits)
    lanes.pause('a', 1_000)
    for (const job of [1, 2, 3]) lanes.push('a', job)
    expect([take(lanes, 999).length, lanes.nextAt(), lanes.pausedUntil('a')]).toEqual([0, 1_000, 1_000])
    const [probe, ...more] = take(lanes, 1_000)
    expect([probe?.job, more.length]).toEqual([1, 0])
    lanes.finish(probe!, 'well')
    expect(take(lanes, 1_001).map(({ job }) => job)).toEqual([2, 3])
  })

  test('every job gets its turn exactly once, in any order of events', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), lane: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ do: fc.constant('finish' as const), lane: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ do: fc.constant('pause' as const), lane: fc.integer({ min: 0, max: 5 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const lanes = new Lanes<number>({ ...limits, total: 4, slowAfterMs: 3, hardTotal: 6 })
        const running: NonNullable<ReturnType<typeof lanes.take>>[] = []
        const got: number[] = []
        let pushed = 0
        let now = 0
        const takeAll = () => {
          for (const turn of take(lanes, now)) {
            got.push(turn.job)
            running.push(turn)
          }
          expect(running.length).toBeLessThanOrEqual(6)
        }
        for (const { do: what, lane } of steps) {
          now++
          if (what === 'push') lanes.push(`l${lane}`, pushed++)
          else if (what === 'pause') lanes.pause(`l${lane}`, now + 5)
          else if (running.length > 0) {
            const [turn] = running.splice(lane % running.length, 1)
            lanes.finish(turn!, (['well', 'badly', 'unused', 'rejected'] as const)[lane % 4]!)
          }
          takeAll()
        }
        for (let rounds = 0; rounds < 1_000 && got.length < pushed; rounds++) {
          now += 10
          const turn = running.shift()
          if (turn !== undefined) lanes.finish(turn, 'well')
          takeAll()
        }
        expect([...got].sort((a, b) => a - b)).toEqual(Array.from({ length: pushed }, (_, i) => i))
      }),
    )
  })
})

describe('the queue’s time', () => {
  test('follows the wall through small corrections and never goes back', () => {
    const clock = createHeldClock(1_000_000)
    const time = new QueueTime(clock)
    clock.setWall(1_000_000 - 500)
    expect(time.now()).toBe(1_000_000)
    clock.setWall(1_000_000 + 500)
    expect([time.now(), time.stoppedMs, time.leadMs]).toEqual([1_000_500, 0, 0])
  })

  test('a wall set back leaves a lead, and a wall set forward again takes it off before it counts as sleep', async () => {
    const clock = createHeldClock(DAY * 100)
    const time = new QueueTime(clock)
    clock.setWall(DAY * 99)
    expect([time.now(), time.leadMs]).toEqual([DAY * 100, DAY])
    await clock.advance(HOUR)
    expect(time.now()).toBe(DAY * 100 + HOUR)
    clock.setWall(DAY * 102 + HOUR)
    expect([time.now(), time.leadMs, time.stoppedMs]).toEqual([DAY * 102 + HOUR, 0, 2 * DAY])
  })

  test('a timer that comes much too late tells of sleep', () => {
    const time = new QueueTime(createHeldClock())
    time.timerCameLate(30 * SECOND)
    expect(time.stoppedMs).toBe(0)
    time.timerCameLate(HOUR)
    expect(time.stoppedMs).toBe(HOUR)
  })
})

describe('route health', () => {
  const relay = relayRoute('relay')
  const rejected = temporary('535 5.7.8 Wrong password', { class: 'connection', cause: 'auth-rejected' })

  test.each([
    ['a success among failures', [refused(), completed()], 'works'],
    ['a refusal of one recipient', [permanent()], 'works'],
    ['a rejected sign-in', [rejected], 'auth'],
    ['no connection', [refused()], 'unreachable'],
    ['the relay’s name unknown', [temporary('451 x', { cause: 'relay-not-found', reply: null })], 'not-found'],
    ['a full disk here', [temporary('451 x', { cause: 'storage', reply: null })], 'nothing'],
  ])('%s', (_name, outcomes, kind) => {
    expect(findingOf(outcomes).kind).toBe(kind)
  })

  test('the third rejection in a row rests the route for half an hour; a success in between begins anew', () => {
    let health = HEALTHY
    const pauses: (number | null)[] = []
    for (const outcome of [rejected, rejected, completed(), rejected, rejected, rejected, rejected]) {
      const verdict = judge(health, relay, findingOf([outcome]), 1_000)
      health = verdict.health
      pauses.push(verdict.pauseUntil)
    }
    const rest = 1_000 + 30 * MINUTE
    expect(pauses).toEqual([null, null, null, null, null, rest, rest])
  })

  test('somebody else’s dead server is no alarm', () => {
    let health = HEALTHY
    for (let i = 0; i < 9; i++) {
      const verdict = judge(health, mxRoute('mx'), findingOf([refused()]), 0)
      health = verdict.health
      expect(verdict.raise).toEqual([])
    }
  })
})

describe('groups', () => {
  const due = (address: string, route: keyof typeof ROUTES | ReturnType<typeof relayRoute>, index = 0) => ({
    index,
    address,
    route: typeof route === 'object' ? route : ROUTES[route]!,
    rule: null,
    trace: [],
  })

  test('share domain and route; the lane is the next hop', () => {
    const groups = groupsOf([
      due('a@one.test', 'relay'),
      due('b@two.test', 'mx'),
      due('c@ONE.test', 'relay'),
      due('d@two.test', 'relay'),
      due('e@one.test', 'local'),
    ])
    expect(groups.map(({ lane, domain, members }) => [lane, domain, members.map(({ address }) => address).join()])).toEqual([
      ['relay relay', 'one.test', 'a@one.test,c@ONE.test'],
      ['mx mx two.test', 'two.test', 'b@two.test'],
      ['relay relay', 'two.test', 'd@two.test'],
      ['local', 'one.test', 'e@one.test'],
    ])
  })
})

describe('an outcome', () => {
  const before = firstState('bob@client.example', schedule(), { createdAt: 0, stoppedMs: 0 })
  const chosen = { route: 'mx', rule: 2 }

  test('of success: relayed or delivered, with the server’s words; reported when the next hop took the report over', () => {
    expect(applyOutcome(before, completed(), chosen, 5)).toMatchObject({
      ...chosen,
      status: 'completed',
      disposition: 'relayed',
      lastReply: '250 2.0.0 Ok',
      lastStatus: '2.0.0',
      lastAttemptAt: 5,
      reported: false,
    })
    expect(applyOutcome(before, completed({ via: 'delivered', dsnPassedOn: true }), chosen, 5)).toMatchObject({
      disposition: 'delivered',
      reported: true,
    })
  })

  test('of refusal: bounced; of trouble: class, entity and words for the rules and for people', () => {
    expect(applyOutcome(before, permanent(), chosen, 5)).toMatchObject({ status: 'perm_fail', disposition: 'bounced', lastStatus: '5.1.1' })
    const after = applyOutcome(before, refused(), chosen, 5)
    expect(after).toMatchObject({ status: 'temp_fail', disposition: null, lastError: 'connection', lastReply: 'Connection refused' })
    expect(statusText(after)).toBe('Temporary Failure for mx.test: Connection refused')
  })

  test('once in doubt about a second copy, always in doubt', () => {
    const doubted = applyOutcome(before, refused({ outcomeUnknown: true }), chosen, 5)
    expect(applyOutcome(doubted, refused(), chosen, 9).mayArriveTwice).toBe(true)
  })
})

describe('facts', () => {
  test('count seconds or attempts left, never below zero', () => {
    const head = headOf({ createdAt: 1_000_000, to: ['bob@client.example'] })
    const life = { createdAt: head.createdAt, stoppedMs: 0 }
    const state = firstState('bob@client.example', BUILT_IN_SCHEDULE, life)
    const entry = { head, recipients: [state], heldAt: null }
    expect(factsOf(entry, state, 1_000_000 + 90_500)).toMatchObject({ expiresIn: 431_909, queueAgeSeconds: 90 })
    expect(factsOf(entry, state, 1_000_000 + 9 * DAY).expiresIn).toBe(0)
    expect(factsOf(entry, state, 999_000).queueAgeSeconds).toBe(0)
    const byAttempts = { ...state, retryNum: 1, expiry: { kind: 'attempts', count: 3 } as const }
    expect(factsOf(entry, byAttempts, 1_000_000).expiresIn).toBe(2)
    expect(factsAtEnqueue(head, 'bob@client.example')).toMatchObject({
      queueName: 'default',
      source: 'authenticated',
      size: 1234,
      expiresIn: 432_000,
    })
  })
})
