import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../../../main/engine/mail/index.ts'
import { DAY, MINUTE, SECOND, completed, createWorld, permanent, refused, schedule, settle, temporary } from './support.ts'
import type { World } from './support.ts'

/** A queue whose computer has a network or not; without one, every other host is out of reach. */
function office(expiry: Parameters<typeof schedule>[0] = {}): { world: World; network: { there: boolean } } {
  const network = { there: false }
  const world = createWorld({ hasNetwork: () => network.there, schedules: { only: schedule({ retryMs: [2 * MINUTE], ...expiry }) } })
  world.scheduleRules = () => 'only'
  world.answer = (request) => request.recipients.map(() => (network.there ? completed() : refused()))
  return { world, network }
}

describe('a computer without a network', () => {
  test('tries once and then looks for a network, a minute at a time', async () => {
    const { world, network } = office()
    const id = await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(DAY)
    expect(world.times()).toEqual([0])
    expect(world.queue.get(id)?.recipients[0]).toMatchObject({ status: 'temp_fail', retryNum: 0, lastError: 'connection' })
    network.there = true
    await world.clock.advance(MINUTE)
    expect(world.attempts).toHaveLength(2)
    expect(world.facts.map(({ retryNum }) => retryNum).every((number) => number === 0)).toBe(true)
    expect(world.disk.size).toBe(0)
    expect(world.clock.nextIn).toBeNull()
  })

  test('when it is told that the network is back it does not wait', async () => {
    const { world, network } = office()
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(90 * SECOND)
    network.there = true
    world.queue.wake()
    await settle(world)
    expect(world.times()).toEqual([0, 90])
    expect(world.disk.size).toBe(0)
  })

  test.each([
    ['counted in days', { expiry: { kind: 'time', afterMs: 3 * DAY } }],
    ['counted in attempts', { expiry: { kind: 'attempts', count: 1 } }],
  ] as const)('a life %s does not end by that', async (_name, expiry) => {
    const { world, network } = office(expiry)
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(10 * DAY)
    expect(world.ofType('ended')).toEqual([])
    network.there = true
    await world.clock.advance(MINUTE)
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'relayed' }])
  })

  test('the time before and after counts as ever', async () => {
    const { world, network } = office({ expiry: { kind: 'time', afterMs: 3 * DAY } })
    world.answer = (request) => request.recipients.map(() => refused())
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(5 * DAY)
    network.there = true
    await world.clock.advance(4 * DAY)
    const [end] = world.ofType('ended')
    expect(end).toMatchObject({ disposition: 'expired' })
    expect(Math.abs((end?.at ?? 0) - world.startedAt - 8 * DAY)).toBeLessThanOrEqual(2 * MINUTE)
  })

  test('a person who wants it tried all the same is obeyed', async () => {
    const { world } = office()
    const id = await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(10 * MINUTE)
    world.queue.retryNow(id, 'person')
    await world.clock.advance(10 * MINUTE)
    expect(world.times()).toEqual([0, 600])
  })

  test('a hold in the midst of it neither adds to the time nor takes from it', async () => {
    const { world, network } = office({ expiry: { kind: 'time', afterMs: DAY } })
    world.answer = (request) => request.recipients.map(() => refused())
    const id = await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(2 * DAY)
    void world.queue.hold(id, 'person')
    await world.clock.advance(2 * DAY)
    void world.queue.release(id)
    await world.clock.advance(2 * DAY)
    network.there = true
    await world.clock.advance(3 * DAY)
    const [end] = world.ofType('ended')
    expect(Math.abs((end?.at ?? 0) - world.startedAt - 7 * DAY)).toBeLessThanOrEqual(2 * MINUTE)
  })

  test('mail for the mailboxes here goes on', async () => {
    const { world } = office()
    world.rules = (facts) => (facts.recipient.endsWith('@example.org') ? 'local' : 'mx')
    world.answer = (request) => request.recipients.map(() => (request.route.type === 'local' ? completed() : refused()))
    await world.submit({ to: ['bob@client.example'] })
    await world.submit({ to: ['ann@example.org'] })
    await world.clock.advance(10 * MINUTE)
    expect(world.ofType('ended')).toMatchObject([{ recipient: 'ann@example.org' }])
  })

  test('nobody is told that the relay host is out of reach', async () => {
    const { world } = office()
    world.rules = () => 'relay'
    for (let i = 0; i < 5; i++) await world.submit({ to: [`b${i}@client.example`] })
    await world.clock.advance(10 * MINUTE)
    expect([...world.alerts.keys()]).toEqual([])
  })
})

describe('a failure that has nothing to do with the network counts, network or not', () => {
  const failures: readonly (readonly [name: string, outcome: Outcome])[] = [
    ['a server that says later', temporary()],
    ['a connection that breaks', temporary('451 x', { class: 'connection', reply: null, cause: 'connection-lost' })],
    ['trouble with our own disk', temporary('451 x', { class: 'io', reply: null, cause: 'storage' })],
  ]
  test.each(failures)('%s', async (_name, outcome) => {
    const { world } = office({ expiry: { kind: 'attempts', count: 2 } })
    world.answer = (request) => request.recipients.map(() => outcome)
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(10 * MINUTE)
    expect(world.times()).toEqual([0, 120])
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'expired' }])
  })

  test('a refusal for good', async () => {
    const { world } = office()
    world.answer = (request) => request.recipients.map(() => permanent())
    await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect(world.ofType('ended')).toMatchObject([{ disposition: 'bounced' }])
  })

  test('a host on this very computer that does not answer', async () => {
    const { world } = office({ expiry: { kind: 'attempts', count: 2 } })
    world.tries = [{ host: 'localhost', address: '127.0.0.1', port: 25, tls: null, problem: 'refused' }]
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(10 * MINUTE)
    expect(world.times()).toEqual([0, 120])
  })
})
