import { describe, expect, test } from 'vitest'
import {
  completed,
  createWorld,
  DAY,
  failoverRules,
  gate,
  HOUR,
  MINUTE,
  permanent,
  refused,
  schedule,
  SECOND,
  settle,
  temporary,
} from './support.ts'

const days = (count: number) => ({ expiry: { kind: 'time' as const, afterMs: count * DAY } })
const world3 = (more: Parameters<typeof schedule>[0] = {}) => {
  const world = createWorld({ schedules: { only: schedule(more) } })
  world.scheduleRules = () => 'only'
  return world
}

describe('the way of one message', () => {
  test('delivered at once: saved, told, forgotten', async () => {
    const world = createWorld()
    world.answer = (request) => request.recipients.map(() => completed())
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect(world.events.map((event) => event.type)).toEqual(['attempted', 'ended'])
    expect(world.ofType('attempted')[0]).toMatchObject({ entryId: id, route: 'mx', routeType: 'mx', attempt: 1, rule: 0 })
    expect(world.ofType('ended')[0]).toMatchObject({ recipient: 'bob@client.example', disposition: 'relayed', text: '250 2.0.0 Ok' })
    expect([world.disk.size, world.queue.waiting, world.queue.list().length]).toEqual([0, 0, 0])
    expect(world.clock.nextIn).toBeNull()
  })

  test('the failover example of the rules: two attempts by MX, the third and all later by the fallback (6.7)', async () => {
    const world = createWorld()
    world.rules = failoverRules
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(HOUR)
    expect(world.attempts.map(({ route }) => route)).toEqual(['mx', 'mx', 'fallback', 'fallback', 'fallback'])
    expect(world.times().slice(0, 4)).toEqual([0, 120, 420, 1020])
    expect(world.facts.slice(0, 4).map(({ retryNum, lastError }) => [retryNum, lastError])).toEqual([
      [0, 'none'],
      [1, 'unexpected-reply'],
      [2, 'unexpected-reply'],
      [3, 'unexpected-reply'],
    ])
  })

  test('each recipient goes by its own count, and a local one stays local', async () => {
    const world = createWorld()
    world.rules = failoverRules
    world.answer = (request) =>
      request.recipients.map(({ address }) => (address.startsWith('ok') && world.attempts.length > 1 ? completed() : temporary()))
    await world.submit({ to: ['bob@client.example', 'x@example.org', 'ok@client.example'] })
    await world.clock.advance(10 * MINUTE)
    expect(world.attempts.map(({ route, to }) => `${route} ${to.join()}`)).toEqual([
      'mx bob@client.example,ok@client.example',
      'local x@example.org',
      'mx bob@client.example,ok@client.example',
      'local x@example.org',
      'fallback bob@client.example',
      'local x@example.org',
    ])
  })

  test('a permanent failure never reaches the fallback', async () => {
    const world = createWorld()
    world.rules = failoverRules
    world.answer = (request) => request.recipients.map(() => permanent())
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(DAY)
    expect(world.attempts).toHaveLength(1)
    expect(world.reports).toMatchObject([{ recipients: [{ action: 'failed', state: { disposition: 'bounced', lastStatus: '5.1.1' } }] }])
    expect(world.disk.size).toBe(0)
  })

  test('groups go one after another in the order of their first recipient, each saved before the next', async () => {
    const world = createWorld()
    const seen: string[] = []
    world.answer = (request) => {
      const states = world.disk.get(request.entryId)!.recipients.map((state) => state.status)
      seen.push(`${request.domain}: ${states.join()} running ${world.running}`)
      return request.recipients.map(() => completed())
    }
    await world.submit({ to: ['a@one.test', 'b@two.test', 'c@one.test'] })
    await settle(world)
    expect(seen).toEqual(['one.test: scheduled,scheduled,scheduled running 1', 'two.test: completed,scheduled,completed running 1'])
    expect(world.disk.size).toBe(0)
  })

  test('a schedule that depends on the error moves the recipient to another queue and life', async () => {
    const world = createWorld({
      schedules: {
        quick: schedule({ queueName: 'quick', retryMs: [5 * SECOND], ...days(1) }),
        slow: schedule({ queueName: 'slow', ...days(9) }),
      },
    })
    world.scheduleRules = (facts) => (facts.lastError === 'connection' ? 'slow' : 'quick')
    world.answer = (request) => request.recipients.map(() => (world.attempts.length === 1 ? temporary() : refused()))
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect(world.disk.get(id)!.recipients[0]).toMatchObject({ queueName: 'quick', dueAt: world.startedAt + 5 * SECOND })
    await world.clock.advance(5 * SECOND)
    expect(world.disk.get(id)!.recipients[0]).toMatchObject({
      queueName: 'slow',
      dueAt: world.startedAt + 65 * SECOND,
      expiry: { kind: 'time', at: world.startedAt + 9 * DAY },
      lastError: 'connection',
    })
  })

  test('waits at the end of the life are cut short: it ends on time, and wakes no earlier', async () => {
    const world = world3({ retryMs: [50 * MINUTE], expiry: { kind: 'time', afterMs: 90 * MINUTE } })
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(3 * HOUR)
    expect(world.times()).toEqual([0, 3000])
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'expired', at: world.startedAt + 90 * MINUTE }])
    expect(world.clock.nextIn).toBeNull()
  })

  test('exactly k attempts when attempts are counted', async () => {
    const world = world3({ retryMs: [MINUTE], expiry: { kind: 'attempts', count: 3 } })
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(HOUR)
    expect(world.times()).toEqual([0, 60, 120])
    expect(world.facts.map(({ expiresIn }) => expiresIn)).toEqual([3, 2, 1])
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'expired', at: world.startedAt + 2 * MINUTE }])
  })

  test('long waits are spread when asked', async () => {
    const world = createWorld({ schedules: { only: schedule({ retryMs: [HOUR] }) }, jitter: true })
    world.scheduleRules = () => 'only'
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(66 * MINUTE)
    expect(world.times()).toEqual([0, 66 * 60])
  })

  test('a fault inside delivery is a temporary failure of ours', async () => {
    const world = createWorld()
    world.answer = () => {
      throw new Error('a bug')
    }
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect(world.disk.get(id)!.recipients[0]).toMatchObject({ status: 'temp_fail', lastError: 'io', retryNum: 1 })
  })

  test('rules see the message as it is, in seconds and without the null of <>', async () => {
    const world = createWorld()
    await world.submit({ to: ['Bob@client.example', 'al@other.example'], sender: null, source: 'dsn', client: '' })
    await world.clock.advance(2 * MINUTE)
    expect(world.facts[0]).toMatchObject({
      recipient: 'Bob@client.example',
      recipients: ['Bob@client.example', 'al@other.example'],
      sender: '',
      source: 'dsn',
      size: 1234,
      receivedFromIp: '127.0.0.1',
      lastStatus: 'Scheduled',
      queueAgeSeconds: 0,
      expiresIn: 432000,
    })
    expect(world.facts.at(-1)).toMatchObject({ lastStatus: 'Temporary Failure for mx.test: 451 4.3.0 Try later', queueAgeSeconds: 120 })
  })
})

describe('reports', () => {
  test('one report tells of all that happened in one look at a message', async () => {
    const world = createWorld({ schedules: { only: schedule({ notifyMs: [HOUR], retryMs: [HOUR] }) } })
    world.scheduleRules = () => 'only'
    world.answer = (request) =>
      request.recipients.map(({ address }) => (address.startsWith('bad') && world.attempts.length > 2 ? permanent() : temporary()))
    await world.submit({ to: ['wait@one.test', 'bad@two.test'] })
    await world.clock.advance(HOUR)
    expect(world.reports.map(({ recipients }) => recipients.map(({ action, state }) => `${action} ${state.address}`))).toEqual([
      ['delayed wait@one.test', 'failed bad@two.test'],
    ])
  })

  test('delay notices come when the schedule says, counted from acceptance', async () => {
    const world = world3({ notifyMs: [DAY, 3 * DAY], retryMs: [7 * HOUR], ...days(5) })
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(4 * DAY)
    expect(world.reports.map(({ at }) => at - world.startedAt)).toEqual([DAY, 3 * DAY])
    expect(world.facts.at(-1)?.notifyNum).toBe(2)
  })

  test('the notice clock goes on when nobody is told, and nothing spins', async () => {
    const world = world3({ notifyMs: [DAY, 3 * DAY], retryMs: [7 * HOUR], ...days(5) })
    const id = await world.submit({ to: [{ address: 'bob@client.example', notify: 'FAILURE' }] })
    await world.clock.advance(2 * DAY)
    expect(world.reports).toEqual([])
    expect(world.disk.get(id)!.recipients[0]).toMatchObject({ notifyNum: 1, notifyDueAt: world.startedAt + 3 * DAY })
    expect(world.writes).toBeLessThan(12)
  })

  test('what cannot be reported now is reported later, and the message stays till then', async () => {
    const world = createWorld()
    world.answer = (request) => request.recipients.map(() => permanent())
    world.reportTrouble = new Error('disk full')
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect(world.disk.get(id)!.recipients[0]).toMatchObject({ status: 'perm_fail', reported: false })
    expect(world.ofType('problem')).toHaveLength(1)
    world.reportTrouble = null
    await world.clock.advance(5 * MINUTE)
    expect(world.reports).toHaveLength(1)
    expect(world.attempts).toHaveLength(1)
    expect(world.disk.size).toBe(0)
  })

  test('a bounce that bounces is told to nobody but the person in charge', async () => {
    const world = createWorld()
    world.answer = (request) => request.recipients.map(() => permanent())
    await world.submit({ to: [{ address: 'alice@example.org', notify: 'NEVER' }], sender: null, source: 'dsn' })
    await settle(world)
    expect(world.reports).toEqual([])
    expect([...world.alerts.values()]).toMatchObject([{ kind: 'double-bounce', subject: 'alice@example.org' }])
    expect(world.disk.size).toBe(0)
  })

  test('strangers are not told, the person in charge is', async () => {
    const world = createWorld({ networks: ['0.0.0.0/0'] })
    world.answer = (request) => request.recipients.map(() => permanent())
    await world.submit({ to: ['bob@client.example'], source: 'unauthenticated', client: '203.0.113.9' })
    await world.submit({ to: ['eve@client.example'], source: 'unauthenticated', client: '192.168.1.9' })
    await settle(world)
    expect(world.reports.map(({ recipients }) => recipients[0]?.state.address)).toEqual(['eve@client.example'])
    expect([...world.alerts.values()]).toMatchObject([{ kind: 'delivery-failed', subject: 'bob@client.example' }])
  })
})

describe('what a person does', () => {
  test('retry now: due at once, the count stays', async () => {
    const world = createWorld()
    const id = await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(30 * SECOND)
    expect(world.queue.retryNow(id, 'window')).toBe(true)
    await settle(world)
    expect(world.times()).toEqual([0, 30])
    expect(world.facts.map(({ retryNum }) => retryNum)).toEqual([0, 1])
    expect(world.disk.get(id)!.recipients[0]).toMatchObject({ retryNum: 2, dueAt: world.startedAt + 330 * SECOND })
    expect(world.ofType('retried')).toMatchObject([{ entryId: id, by: 'window' }])
    expect(world.queue.retryNow('unknown', 'window')).toBe(false)
  })

  test('retry now during an attempt does not make a second one', async () => {
    const world = createWorld()
    const door = gate()
    world.answer = async () => {
      await door.opened
      return [temporary()]
    }
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    world.queue.retryNow(id, 'window')
    door.open()
    await world.clock.advance(MINUTE)
    expect(world.attempts).toHaveLength(1)
  })

  test('retry all takes every message but the held ones', async () => {
    const world = createWorld()
    const ids = [await world.submit({ to: ['a@one.test'] }), await world.submit({ to: ['b@two.test'] })]
    await settle(world)
    await world.queue.hold(ids[0]!, 'window')
    world.queue.retryAll('window')
    await settle(world)
    expect(world.attempts.map(({ domain }) => domain)).toEqual(['one.test', 'two.test', 'two.test'])
  })

  test('hold lets a running attempt end, then nothing happens until release, and life stands still meanwhile', async () => {
    const world = world3({ expiry: { kind: 'time', afterMs: HOUR }, retryMs: [40 * MINUTE] })
    const door = gate()
    world.answer = async () => {
      await door.opened
      return [temporary()]
    }
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    let held = false
    const holding = world.queue.hold(id, 'window').then((done) => (held = done))
    await settle(world)
    expect(held).toBe(false)
    door.open()
    await holding
    expect(held).toBe(true)
    expect([world.queue.held, world.queue.waiting, world.queue.get(id)?.held]).toEqual([1, 0, true])
    await world.clock.advance(DAY)
    expect(world.attempts).toHaveLength(1)
    expect(world.events.map(({ type }) => type)).toEqual(['attempted', 'held'])
    expect(world.clock.nextIn).toBeNull()

    expect(await world.queue.release(id)).toBe(true)
    await settle(world)
    expect(world.times()).toEqual([0, 86_400])
    expect(world.queue.get(id)?.recipients[0]?.expiresAt).toBe(world.startedAt + DAY + HOUR)
    await world.clock.advance(2 * HOUR)
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'expired', at: world.startedAt + DAY + HOUR }])
  })

  test('hold survives a restart', async () => {
    const world = createWorld()
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    await world.queue.hold(id, 'window')
    world.restart()
    await world.clock.advance(DAY)
    expect(world.attempts).toHaveLength(1)
    expect(world.queue.held).toBe(1)
    await world.queue.release(id)
    await settle(world)
    expect(world.attempts).toHaveLength(2)
  })

  test('hold of a message that ends meanwhile has nothing to hold', async () => {
    const world = createWorld()
    const door = gate()
    world.answer = async () => {
      await door.opened
      return [completed()]
    }
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    const holding = world.queue.hold(id, 'window')
    door.open()
    expect(await holding).toBe(false)
    expect(await world.queue.hold(id, 'window')).toBe(false)
  })

  test.each([
    [true, 1],
    [false, 0],
  ])('cancel with bounce %s ends who still waits and sends %i report', async (bounce, reports) => {
    const world = createWorld()
    world.answer = (request) => request.recipients.map(({ address }) => (address.startsWith('a') ? completed() : temporary()))
    const id = await world.submit({ to: ['a@one.test', 'b@one.test'] })
    await settle(world)
    expect(await world.queue.cancel(id, bounce)).toBe(true)
    expect(world.ofType('ended').map(({ recipient, disposition }) => `${recipient} ${disposition}`)).toEqual([
      'a@one.test relayed',
      'b@one.test cancelled',
    ])
    expect(world.reports).toHaveLength(reports)
    expect([world.disk.size, world.queue.waiting, world.queue.held]).toEqual([0, 0, 0])
    await world.clock.advance(DAY)
    expect(world.attempts).toHaveLength(1)
  })

  test('cancel during an attempt: its verdict stands', async () => {
    const world = createWorld()
    const door = gate()
    world.answer = async (request) => {
      await door.opened
      return request.recipients.map(({ address }) => (address.startsWith('a') ? completed() : temporary()))
    }
    const id = await world.submit({ to: ['a@one.test', 'b@one.test'] })
    await settle(world)
    const cancelling = world.queue.cancel(id, false)
    door.open()
    expect(await cancelling).toBe(true)
    expect(world.ofType('ended').map(({ disposition }) => disposition)).toEqual(['relayed', 'cancelled'])
  })

  test('cancel of a held message leaves no held one behind', async () => {
    const world = createWorld()
    const id = await world.submit({ to: ['a@one.test'] })
    await settle(world)
    await world.queue.hold(id, 'window')
    expect(await world.queue.cancel(id, false)).toBe(true)
    expect([world.queue.held, world.queue.waiting, world.disk.size]).toEqual([0, 0, 0])
  })

  test('while paused nothing is tried and no life passes', async () => {
    const world = world3({ expiry: { kind: 'time', afterMs: HOUR } })
    world.queue.setPaused(true)
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(DAY)
    expect([world.attempts.length, world.clock.nextIn]).toEqual([0, null])
    world.queue.setPaused(false)
    await settle(world)
    expect(world.times()).toEqual([86_400])
    await world.clock.advance(59 * MINUTE)
    expect(world.ofType('ended')).toEqual([])
    await world.clock.advance(MINUTE)
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'expired' }])
  })
})

describe('a disk that refuses', () => {
  test('delivered but not noted down: noted as soon as it can be, never delivered again', async () => {
    const world = createWorld()
    world.answer = (request) => request.recipients.map(() => completed())
    world.diskTrouble = new Error('ENOSPC')
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(HOUR)
    expect([world.attempts.length, world.disk.size]).toEqual([1, 1])
    expect(world.ofType('problem')).toHaveLength(1)
    expect(world.ofType('ended')).toEqual([])
    world.diskTrouble = null
    await world.clock.advance(10 * SECOND)
    expect([world.attempts.length, world.disk.size]).toEqual([1, 0])
    expect(world.ofType('ended')).toHaveLength(1)
  })
})
