import { describe, expect, test } from 'vitest'
import { completed, createWorld, DAY, gate, HOUR, MINUTE, permanent, schedule, SECOND, settle, temporary } from './support.ts'

describe('a killed process', () => {
  test('before the first attempt: it is made after the restart', async () => {
    const world = createWorld()
    world.answer = () => [completed()]
    world.queue.setPaused(true)
    await world.submit({ to: ['bob@client.example'] })
    world.restart()
    await settle(world)
    expect(world.ofType('ended')).toHaveLength(1)
  })

  test('between attempts: number and time stay', async () => {
    const world = createWorld()
    const id = await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(MINUTE)
    world.restart()
    await world.clock.advance(MINUTE)
    expect(world.times()).toEqual([0, 120])
    expect(world.disk.get(id)!.recipients[0]).toMatchObject({ retryNum: 2 })
  })

  test('in the middle of an attempt: tried again, not counted', async () => {
    const world = createWorld()
    world.answer = () => new Promise<never>(() => undefined)
    await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    world.answer = () => [completed()]
    world.restart()
    await settle(world)
    expect(world.facts.at(-1)?.retryNum).toBe(0)
    expect(world.ofType('ended')).toHaveLength(1)
  })

  test('between two groups: the first is not delivered again', async () => {
    const world = createWorld()
    world.answer = (request) => (request.domain === 'one.test' ? [completed()] : new Promise<never>(() => undefined))
    await world.submit({ to: ['a@one.test', 'b@two.test'] })
    await settle(world)
    world.answer = () => [completed()]
    world.restart()
    await settle(world)
    expect(world.attempts.map(({ domain }) => domain)).toEqual(['one.test', 'two.test', 'two.test'])
    expect(world.disk.size).toBe(0)
  })

  test('after the failure was saved and before it was reported: it is reported', async () => {
    const world = createWorld()
    world.answer = () => [permanent()]
    world.reportTrouble = new Error('killed here')
    await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    world.reportTrouble = null
    world.restart()
    await settle(world)
    expect([world.reports.length, world.attempts.length, world.disk.size]).toEqual([1, 1, 0])
  })

  test('after everything was saved and before it was forgotten: forgotten without another word', async () => {
    const world = createWorld()
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    const state = world.disk.get(id)!
    await world.queue.cancel(id, false)
    const done = { ...state.recipients[0]!, status: 'completed', disposition: 'relayed', reported: true } as const
    world.disk.set(id, { ...state, recipients: [done] })
    world.events.length = 0
    world.restart()
    await settle(world)
    expect([world.disk.size, world.events.length, world.reports.length, world.queue.waiting]).toEqual([0, 0, 0, 0])
  })
})

describe('stop', () => {
  test('with nothing running is immediate, and no timer is left', async () => {
    const world = createWorld()
    await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    await world.queue.stop(10 * SECOND)
    expect(world.clock.nextIn).toBeNull()
    await world.clock.advance(DAY)
    expect(world.attempts).toHaveLength(1)
  })

  test('lets attempts finish within the grace and saves them', async () => {
    const world = createWorld()
    const door = gate()
    world.answer = async () => {
      await door.opened
      return [completed()]
    }
    await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    const stopped = world.queue.stop(10 * SECOND)
    await world.clock.advance(5 * SECOND)
    door.open()
    await stopped
    expect(world.ofType('ended')).toHaveLength(1)
    expect(world.clock.nextIn).toBeNull()
  })

  test('after the grace abandons attempts; that is no failure of the recipient, only the doubt about a second copy is kept', async () => {
    const world = createWorld()
    world.answer = (request, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          const abandoned = { class: 'io', status: '4.3.2', reply: null, text: 'Stopped', cause: 'internal' } as const
          resolve(request.recipients.map((_, i) => (i === 0 ? completed() : temporary('451 x', { ...abandoned, outcomeUnknown: i === 1 }))))
        })
      })
    const id = await world.submit({ to: ['a@one.test', 'b@one.test', 'c@one.test'] })
    await settle(world)
    const stopped = world.queue.stop(10 * SECOND)
    await world.clock.advance(10 * SECOND)
    await stopped
    expect(world.disk.get(id)!.recipients.map(({ status, retryNum, mayArriveTwice }) => [status, retryNum, mayArriveTwice])).toEqual([
      ['completed', 0, false],
      ['scheduled', 0, true],
      ['scheduled', 0, false],
    ])
  })

  test('does not wait for ever for an attempt that does not react', async () => {
    const world = createWorld()
    world.answer = () => new Promise<never>(() => undefined)
    await world.submit({ to: ['a@one.test'] })
    await settle(world)
    const stopped = world.queue.stop(10 * SECOND)
    await world.clock.advance(15 * SECOND)
    await expect(stopped).resolves.toBeUndefined()
  })

  test('messages added while stopping are kept for the next start', async () => {
    const world = createWorld()
    await world.queue.stop(0)
    await world.submit({ to: ['a@one.test'] })
    await settle(world)
    expect(world.attempts).toEqual([])
    world.restart()
    await settle(world)
    expect(world.attempts).toHaveLength(1)
  })
})

describe('the clock', () => {
  const hourly = () => {
    const world = createWorld({ schedules: { only: schedule({ retryMs: [HOUR], expiry: { kind: 'time', afterMs: 2.5 * HOUR } }) } })
    world.scheduleRules = () => 'only'
    return world
  }

  test('jumps forward (sleep): what fell due is tried soon after, and the message lives on by the time asleep', async () => {
    const world = hourly()
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    world.clock.setWall(world.startedAt + DAY)
    await world.clock.advance(5 * MINUTE)
    expect(world.attempts).toHaveLength(2)
    expect(world.ofType('ended')).toEqual([])
    expect(world.disk.get(id)).toMatchObject({ lifeStoppedMs: DAY, recipients: [{ expiry: { at: world.startedAt + DAY + 2.5 * HOUR } }] })
    await world.clock.advance(3 * HOUR)
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'expired', at: world.startedAt + DAY + 2.5 * HOUR }])
  })

  test('jumps forward and the app is told that the machine woke: tried at once', async () => {
    const world = hourly()
    await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    world.clock.setWall(world.startedAt + DAY)
    world.queue.wake()
    await settle(world)
    expect(world.attempts).toHaveLength(2)
  })

  test('is set back: waits go on as planned, and people see times of the clock on the wall', async () => {
    const world = hourly()
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    world.clock.setWall(world.startedAt - 30 * DAY)
    world.queue.wake()
    expect(world.queue.get(id)?.recipients[0]?.nextAttemptAt).toBe(world.startedAt - 30 * DAY + HOUR)
    await world.clock.advance(HOUR)
    expect(world.attempts).toHaveLength(2)
    await world.clock.advance(2 * HOUR)
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'expired' }])
  })

  test('is set back while Mailroom does not run: nobody waits for the old time to come again', async () => {
    const world = hourly()
    await world.submit({ to: ['bob@client.example'] })
    await world.submit({ to: ['al@client.example'] })
    await settle(world)
    world.clock.setWall(world.startedAt - 30 * DAY)
    world.restart()
    await world.clock.advance(HOUR)
    expect(world.attempts).toHaveLength(4)
  })

  test('nothing waits, nothing ticks; while something waits the clock is looked at every five minutes at the most', async () => {
    const world = hourly()
    expect(world.clock.nextIn).toBeNull()
    await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect(world.clock.nextIn).toBe(5 * MINUTE)
  })
})
