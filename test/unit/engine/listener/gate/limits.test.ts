import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSlidingCount } from '../../../../../main/engine/listener/gate/sliding-count.ts'
import { createHeldClock } from '../../../../support/held-clock.ts'
import { accountOf, callerFrom, deviceOf, gateWith } from './support.ts'
import type { GateWorld } from './support.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const OFFICE = '192.168.1.20'

/** Sends until refused. @returns how many were taken, and why no more */
async function sendMany(world: GateWorld, address: string, account: string | null = null): Promise<string> {
  const caller = callerFrom(address, { account })
  for (let taken = 0; taken < 1000; taken++) {
    const refusal = await world.gate.sender(caller, 'a@b.test', 0)
    if (refusal !== null) return `${taken} ${refusal.failure.code} ${refusal.reason}`
    world.gate.accepted(caller)
  }
  return 'no limit'
}

describe('messages an hour and a day', () => {
  test('an alarm loop stops at the limit of the hour and begins again with the next', async () => {
    const world = gateWith({ limits: { maxMessagesPerHour: 5, maxMessagesPerDay: 8 } })
    expect(await sendMany(world, OFFICE)).toBe('5 450 too-many-messages')
    await world.clock.advance(30 * MINUTE)
    expect(await sendMany(world, OFFICE)).toBe('0 450 too-many-messages')
    await world.clock.advance(36 * MINUTE)
    expect(await sendMany(world, OFFICE)).toBe('3 450 too-many-messages')
    await world.clock.advance(26 * HOUR)
    expect(await sendMany(world, OFFICE)).toBe('5 450 too-many-messages')
  })

  test('one client does not use up what is another’s', async () => {
    const world = gateWith({ limits: { maxMessagesPerHour: 2 } })
    expect(await sendMany(world, OFFICE)).toBe('2 450 too-many-messages')
    expect(await sendMany(world, `::ffff:${OFFICE}`)).toBe('0 450 too-many-messages')
    expect(await sendMany(world, '192.168.1.21')).toBe('2 450 too-many-messages')
  })

  test('an account is counted wherever it comes from, and apart from the address', async () => {
    const world = gateWith({ limits: { maxMessagesPerHour: 2 }, accounts: [accountOf('a'), accountOf('b', { maxMessagesPerHour: 4 })] })
    expect(await sendMany(world, OFFICE, 'a')).toBe('2 450 too-many-messages')
    expect(await sendMany(world, '203.0.113.5', 'a')).toBe('0 450 too-many-messages')
    expect(await sendMany(world, OFFICE, 'b')).toBe('4 450 too-many-messages')
  })

  test('a device’s own limit stands in place of the general one, and holds for who signs in there', async () => {
    const world = gateWith({
      limits: { maxMessagesPerHour: 2 },
      devices: [deviceOf('erp', OFFICE, { maxMessagesPerHour: 6 }), deviceOf('panel', '192.168.1.30', { maxMessagesPerDay: 1 })],
      accounts: [accountOf('a', { maxMessagesPerHour: 100 })],
    })
    expect(await sendMany(world, OFFICE)).toBe('6 450 too-many-messages')
    expect(await sendMany(world, '192.168.1.30', 'a')).toBe('1 450 too-many-messages')
  })

  test('no limit is no limit', async () => {
    expect(await sendMany(gateWith({ limits: { maxMessagesPerHour: 0, maxMessagesPerDay: 0 } }), OFFICE)).toBe('no limit')
  })
})

describe('a sliding count', () => {
  test('never lets more through within any window than its limit, and forgets in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 40 * MINUTE }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        async (pauses, limit) => {
          const clock = createHeldClock()
          const counted = createSlidingCount(clock, HOUR, 100)
          const taken: number[] = []
          for (const pause of pauses) {
            await clock.advance(pause)
            if (counted.count('a') >= limit) continue
            counted.add('a')
            taken.push(clock.monotonic())
          }
          for (const at of taken) expect(taken.filter((other) => other > at - HOUR && other <= at).length).toBeLessThanOrEqual(limit)
          await clock.advance(HOUR * 2)
          expect(counted.count('a')).toBe(0)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('strangers push out each other, not the memory', () => {
    const counted = createSlidingCount(createHeldClock(), HOUR, 3)
    for (const key of ['a', 'b', 'c', 'a', 'd']) counted.add(key)
    expect(['a', 'b', 'c', 'd'].map((key) => counted.count(key))).toEqual([2, 0, 1, 1])
  })
})
