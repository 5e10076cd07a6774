import { describe, expect, test } from 'vitest'
import { completed, createWorld, MINUTE, refused, relayRoute, ROUTES, SECOND, settle, temporary } from './support.ts'

describe('turns', () => {
  test('a black hole with ten thousand messages before it does not delay another destination', async () => {
    const world = createWorld()
    const never = new Promise<never>(() => undefined)
    world.answer = (request) => (request.domain === 'dead.test' ? never : [completed()])
    for (let i = 0; i < 10_000; i++) await world.submit({ to: [`x${i}@dead.test`] })
    const id = await world.submit({ to: ['bob@good.test'] })
    await settle(world)
    expect(world.ofType('ended').map(({ entryId }) => entryId)).toEqual([id])
    expect(world.attempts.filter(({ domain }) => domain === 'dead.test')).toHaveLength(5)
    expect(world.clock.monotonic()).toBe(0)
  })

  test('a message for both goes to the good one while its turn at the black hole has not come', async () => {
    const world = createWorld()
    const never = new Promise<never>(() => undefined)
    world.answer = (request) => (request.domain === 'dead.test' ? never : [completed()])
    for (let i = 0; i < 50; i++) await world.submit({ to: [`x${i}@dead.test`] })
    const id = await world.submit({ to: ['y@dead.test', 'bob@good.test'] })
    await settle(world)
    expect(world.ofType('ended')).toMatchObject([{ entryId: id, recipient: 'bob@good.test' }])
  })

  test('many dead destinations at once hold up the others only until their attempts are slow', async () => {
    const world = createWorld()
    const never = new Promise<never>(() => undefined)
    world.answer = (request) => (request.domain.startsWith('dead') ? never : [completed()])
    for (let i = 0; i < 60; i++) await world.submit({ to: [`x@dead${i}.test`] })
    await world.submit({ to: ['bob@good.test'] })
    await settle(world)
    expect(world.running).toBe(20)
    await world.clock.advance(15 * SECOND)
    expect(world.ofType('ended')).toMatchObject([{ recipient: 'bob@good.test' }])
  })

  test('no more than the limits at a time, overall and for each next hop', async () => {
    const world = createWorld({ limits: { total: 6, perLane: () => 4 } })
    let most = 0
    const mostAt = new Map<string, number>()
    const at = new Map<string, number>()
    world.answer = async (request) => {
      const now = (at.get(request.domain) ?? 0) + 1
      at.set(request.domain, now)
      mostAt.set(request.domain, Math.max(now, mostAt.get(request.domain) ?? 0))
      most = Math.max(most, world.running)
      await new Promise((resolve) => setImmediate(resolve))
      at.set(request.domain, now - 1)
      return [completed()]
    }
    for (let i = 0; i < 60; i++) await world.submit({ to: [`x${i}@d${i % 3}.test`] })
    while (world.queue.waiting > 0) await settle(world)
    expect(most).toBe(6)
    expect(Math.max(...mostAt.values())).toBeLessThanOrEqual(4)
  })

  test('an entry is attempted once at a time, whatever is asked of it', async () => {
    const world = createWorld()
    const running = new Set<string>()
    let twice = false
    world.answer = async (request) => {
      twice ||= running.has(request.entryId)
      running.add(request.entryId)
      await new Promise((resolve) => setImmediate(resolve))
      running.delete(request.entryId)
      return request.recipients.map(() => temporary())
    }
    const ids: string[] = []
    for (let i = 0; i < 20; i++) ids.push(await world.submit({ to: [`a@x${i % 4}.test`, 'b@y.test', 'c@z.test'] }))
    for (let round = 0; round < 30; round++) {
      for (const id of ids) world.queue.retryNow(id, 'test')
      await world.clock.advance(SECOND)
    }
    expect(twice).toBe(false)
    expect(world.attempts.length).toBeGreaterThan(60)
  })
})

describe('a large backlog', () => {
  test('starts in order, in pieces, and drains', async () => {
    const world = createWorld()
    world.queue.setPaused(true)
    for (let i = 0; i < 3_000; i++) await world.submit({ to: [`x${i}@d${i % 100}.test`] })
    world.restart()
    world.answer = () => [completed()]
    while (world.queue.waiting > 0) await settle(world)
    expect([world.disk.size, world.attempts.length]).toEqual([0, 3_000])
  })

  test('asks little of the rules: twice for each attempt at the most', async () => {
    const world = createWorld({ routes: { ...ROUTES, relay: relayRoute('relay') } })
    world.rules = () => 'relay'
    world.answer = () => [completed()]
    for (let i = 0; i < 500; i++) await world.submit({ to: [`x${i}@d.test`] })
    while (world.queue.waiting > 0) await settle(world)
    expect(world.facts.length).toBeLessThanOrEqual(1_000)
  })

  test('rules that change while a message waits for its turn are asked again', async () => {
    const world = createWorld({ limits: { perLane: () => 1 } })
    let open: () => void = () => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    world.answer = async () => {
      await opened
      return [completed()]
    }
    await world.submit({ to: ['a@one.test'] })
    await world.submit({ to: ['b@one.test'] })
    await settle(world)
    await world.clock.advance(2 * SECOND)
    world.rules = () => 'relay'
    open()
    await settle(world)
    expect(world.attempts.map(({ route, to }) => `${route} ${to.join()}`)).toEqual(['mx a@one.test', 'relay b@one.test'])
  })
})

describe('a relay that rejects our sign-in', () => {
  const auth = { username: 'office', secret: 'wrong', allowCleartext: false }
  const rejected = () => temporary('535 5.7.8 Wrong password', { class: 'connection', status: '4.7.8', cause: 'auth-rejected' })
  const withAuth = () => {
    const world = createWorld({ routes: { ...ROUTES, relay: relayRoute('relay', { auth }) } })
    world.rules = () => 'relay'
    world.answer = (request) => request.recipients.map(rejected)
    return world
  }

  test('gets three tries, one at a time, then rests for half an hour and is tried with one message', async () => {
    const world = withAuth()
    let most = 0
    world.answer = async (request) => {
      most = Math.max(most, world.running)
      await new Promise((resolve) => setImmediate(resolve))
      return request.recipients.map(rejected)
    }
    for (let i = 0; i < 40; i++) await world.submit({ to: [`x${i}@d.test`] })
    await world.clock.advance(29 * MINUTE)
    expect([world.attempts.length, most]).toEqual([3, 1])
    expect([...world.alerts.keys()]).toEqual(['auth-rejected:relay'])
    const waiting = world.queue.list().find((entry) => entry.recipients[0]?.retryNum === 0)
    expect(waiting?.recipients[0]?.nextAttemptAt).toBe(world.startedAt + 30 * MINUTE)
    await world.clock.advance(5 * MINUTE)
    expect(world.attempts).toHaveLength(4)
    world.answer = () => [completed()]
    await world.clock.advance(30 * MINUTE)
    expect(world.alerts.size).toBe(0)
    expect(world.queue.waiting).toBe(0)
  })

  test('is tried at once when the settings change', async () => {
    const world = withAuth()
    for (let i = 0; i < 10; i++) await world.submit({ to: [`x${i}@d.test`] })
    await settle(world)
    expect(world.attempts).toHaveLength(3)
    world.answer = () => [completed()]
    world.queue.settingsChanged()
    await settle(world)
    expect(world.queue.waiting).toBe(3)
    expect(world.alerts.size).toBe(0)
  })

  test('is tried with one message when a person asks for it', async () => {
    const world = withAuth()
    const ids: string[] = []
    for (let i = 0; i < 10; i++) ids.push(await world.submit({ to: [`x${i}@d.test`] }))
    await settle(world)
    world.queue.retryNow(ids[9]!, 'window')
    await settle(world)
    expect(world.attempts).toHaveLength(4)
  })

  test('a relay that is only dead is not tried one by one, so that its backlog soon comes to the fallback', async () => {
    const world = withAuth()
    world.answer = async () => {
      await new Promise((resolve) => world.clock.after(30 * SECOND, () => resolve(undefined)))
      return [refused()]
    }
    for (let i = 0; i < 61; i++) await world.submit({ to: [`x${i}@d.test`] })
    await world.clock.advance(119 * SECOND)
    expect(world.attempts).toHaveLength(61)
  })

  test('expiry and notices go on while it rests', async () => {
    const world = withAuth()
    for (let i = 0; i < 4; i++) await world.submit({ to: [`x${i}@d.test`] })
    await settle(world)
    const late = world.queue.list().find((entry) => entry.recipients[0]?.retryNum === 0)
    await world.queue.cancel(late!.id, false)
    expect(world.ofType('ended')).toMatchObject([{ entryId: late!.id, disposition: 'cancelled' }])
  })
})

describe('what a person must know', () => {
  test('an undefined route defers and raises an alert; never another way', async () => {
    const world = createWorld()
    world.rules = () => 'smarthsot'
    const id = await world.submit({ to: ['bob@client.example'] })
    await settle(world)
    expect(world.attempts).toEqual([])
    expect(world.disk.get(id)!.recipients[0]).toMatchObject({ status: 'temp_fail', lastError: 'io', lastEntity: 'smarthsot', retryNum: 1 })
    expect([...world.alerts.values()]).toMatchObject([{ kind: 'route-unknown', subject: 'smarthsot' }])
    expect(world.ofType('attempted')).toMatchObject([{ route: '', routeType: 'none', results: [{ cause: 'route-unknown' }] }])
    world.settings = { ...world.settings, queue: { ...world.settings.queue, routes: { ...ROUTES, smarthsot: relayRoute('smarthsot') } } }
    world.queue.settingsChanged()
    expect(world.alerts.size).toBe(0)
    world.answer = () => [completed()]
    await world.clock.advance(2 * MINUTE)
    expect(world.attempts.map(({ route }) => route)).toEqual(['smarthsot'])
  })

  test('one recipient without a route does not keep the others', async () => {
    const world = createWorld()
    world.rules = (facts) => (facts.recipient.startsWith('a') ? 'nowhere' : 'mx')
    world.answer = () => [completed()]
    await world.submit({ to: ['a@one.test', 'b@one.test'] })
    await settle(world)
    expect(world.ofType('ended')).toMatchObject([{ recipient: 'b@one.test' }])
  })

  test('a relay that cannot be reached three times in a row is told, and over when it answers', async () => {
    const world = createWorld()
    world.rules = () => 'relay'
    world.answer = () => [refused()]
    await world.submit({ to: ['bob@client.example'] })
    await world.clock.advance(6 * MINUTE)
    expect(world.alerts.size).toBe(0)
    await world.clock.advance(MINUTE)
    expect([...world.alerts.values()]).toMatchObject([{ kind: 'relay-unreachable', subject: 'relay' }])
    world.answer = () => [temporary()]
    await world.clock.advance(10 * MINUTE)
    expect(world.alerts.size).toBe(0)
  })
})
