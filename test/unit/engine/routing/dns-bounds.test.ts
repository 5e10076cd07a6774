import { describe, expect, test } from 'vitest'
import { shuffled } from '../../../../main/engine/system/index.ts'
import { keptSeconds } from '../../../../main/engine/routing/dns-cache.ts'
import { mxHosts } from '../../../../main/engine/routing/mx-hosts.ts'
import { keepOrder, mxRoute, relayRoute, reverseOrder, routerWith, settingsWith } from './world.ts'

const route = mxRoute('mx')

describe('the cache', () => {
  test.each([
    [null, 300],
    [0, 1],
    [1, 1],
    [60, 60],
    [3600, 3600],
    [86_400, 3600],
    [-5, 1],
    [Number.NaN, 300],
  ])('a TTL of %j is kept for %i seconds', (ttl, seconds) => {
    expect(keptSeconds(ttl)).toBe(seconds)
  })

  const zone = { MX: { 'd.test': [[10, 'a.d.test']] as const }, A: { 'a.d.test': ['192.0.2.1'] }, ttl: 60 }

  test('answers are kept for their TTL, MX for five minutes', async () => {
    const { router, resolver, clock } = routerWith(settingsWith(), zone)
    await router.nextHops(route, 'd.test')
    await clock.advance(59_999)
    await router.nextHops(route, 'd.test')
    expect(resolver.queries.splice(0)).toEqual(['MX d.test', 'A a.d.test'])
    await clock.advance(1)
    await router.nextHops(route, 'd.test')
    expect(resolver.queries.splice(0)).toEqual(['A a.d.test'])
    await clock.advance(240_000)
    await router.nextHops(route, 'd.test')
    expect(resolver.queries).toEqual(['MX d.test', 'A a.d.test'])
  })

  test('the clock on the wall does not matter', async () => {
    const { router, resolver, clock } = routerWith(settingsWith(), zone)
    await router.nextHops(route, 'd.test')
    clock.setWall(clock.now() + 1e9)
    await router.nextHops(route, 'd.test')
    expect(resolver.queries).toHaveLength(2)
  })

  test.each(['NODATA', 'NXDOMAIN', 'SERVFAIL', 'TIMEOUT'] as const)('%s is not kept', async (word) => {
    const { router, resolver } = routerWith(settingsWith(), { MX: { 'd.test': word } })
    await router.nextHops(route, 'd.test')
    resolver.zone = zone
    expect((await router.nextHops(route, 'd.test')).hosts.map((host) => host.name)).toEqual(['a.d.test'])
  })

  test('flush forgets everything, also what is still on its way', async () => {
    const { router, resolver } = routerWith(settingsWith(), zone)
    const early = router.nextHops(route, 'd.test')
    router.flush()
    await early
    await router.nextHops(route, 'd.test')
    router.flush()
    await router.nextHops(route, 'd.test')
    expect(resolver.queries.filter((query) => query === 'MX d.test')).toHaveLength(3)
  })

  test('each attempt shuffles the kept answer anew', async () => {
    const levels = {
      MX: {
        'd.test': [
          [10, 'a.d.test'],
          [10, 'b.d.test'],
        ] as const,
      },
      A: { 'a.d.test': ['192.0.2.1'], 'b.d.test': ['192.0.2.2'] },
    }
    let turn = 0
    const random = { bytes: (count: number) => Buffer.alloc(count), below: (below: number) => (turn++ % 2 === 0 ? 0 : below - 1) }
    const { router, resolver } = routerWith(settingsWith(), levels, { random })
    const orders = [await router.nextHops(route, 'd.test'), await router.nextHops(route, 'd.test')]
    expect(orders.map((hops) => hops.hosts.map((host) => host.name[0]).join(''))).toEqual(['ba', 'ab'])
    expect(resolver.queries).toHaveLength(3)
  })

  test('thousands of names do not stay for ever', async () => {
    const names = Array.from({ length: 5001 }, (_, i) => `n${i}.test`)
    const { router, resolver } = routerWith(settingsWith(), { MX: Object.fromEntries(names.map((name) => [name, [[0, '.']] as const])) })
    for (const name of names) await router.nextHops(route, name)
    resolver.queries.length = 0
    await router.nextHops(route, 'n5000.test')
    await router.nextHops(route, 'n0.test')
    expect(resolver.queries).toEqual(['MX n0.test'])
  })
})

describe('time', () => {
  test('a DNS that never answers the MX question: temporary after a minute', async () => {
    const { router, clock } = routerWith(settingsWith(), { MX: { 'd.test': 'HANG' } })
    const hops = router.nextHops(route, 'd.test')
    await clock.advance(60_000)
    expect((await hops).problem).toMatchObject({ kind: 'temporary', class: 'dns', cause: 'dns-temporary' })
    expect(clock.nextIn).toBeNull()
  })

  test('when nobody waits any more, questions end at once and no timer is left', async () => {
    const { router, clock } = routerWith(settingsWith(), { MX: { 'd.test': 'HANG' } })
    const abort = new AbortController()
    const hops = router.nextHops(route, 'd.test', abort.signal)
    await clock.advance(1_000)
    abort.abort()
    expect((await hops).problem).toMatchObject({ kind: 'temporary', class: 'dns' })
    expect(clock.nextIn).toBeNull()
    expect((await router.nextHops(route, 'd.test', abort.signal)).problem).toMatchObject({ kind: 'temporary' })
    expect(clock.nextIn).toBeNull()
  })

  test('hosts that were found in time are used, the silent ones are failed hosts', async () => {
    const { router, clock } = routerWith(settingsWith(), {
      MX: {
        'd.test': [
          [10, 'a.d.test'],
          [20, 'b.d.test'],
        ],
      },
      A: { 'a.d.test': 'HANG', 'b.d.test': ['192.0.2.2'] },
      AAAA: { 'a.d.test': 'HANG' },
    })
    const pending = router.nextHops(route, 'd.test')
    await clock.advance(60_000)
    const { hosts, problem } = await pending
    expect(hosts.map((host) => [host.name, host.addresses, host.problem?.kind])).toEqual([
      ['a.d.test', [], 'temporary'],
      ['b.d.test', ['192.0.2.2'], undefined],
    ])
    expect(problem).toBeNull()
    expect(clock.nextIn).toBeNull()
  })

  test('an operating system that never finds the relay: temporary after half a minute', async () => {
    const { router, clock } = routerWith(settingsWith(), {}, { lookup: () => new Promise(() => undefined) })
    const hops = router.nextHops(relayRoute('r'), 'd.test')
    await clock.advance(30_000)
    expect((await hops).problem).toMatchObject({ kind: 'temporary', class: 'dns' })
  })

  test('a relay that is not found is told apart, since the office can mend it', async () => {
    const lookup = async (): Promise<string[]> => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    }
    const { router } = routerWith(settingsWith(), {}, { lookup })
    expect((await router.nextHops(relayRoute('r'), 'd.test')).problem).toMatchObject({ kind: 'temporary', cause: 'relay-not-found' })
  })
})

describe('size', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `h${i}.d.test`)
  const addresses = Array.from({ length: 20_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  const huge = { MX: { 'd.test': names.map((name) => [10, name] as const) }, A: Object.fromEntries(names.map((name) => [name, addresses])) }

  test('twenty thousand hosts of twenty thousand addresses ask for five', async () => {
    const { router, resolver } = routerWith(settingsWith(), huge)
    const { hosts } = await router.nextHops(route, 'd.test')
    expect(hosts.map((host) => host.addresses.length)).toEqual([2, 2, 2, 2, 2])
    expect(resolver.queries).toHaveLength(6)
  })

  test('where our addresses are looked for, at most a hundred hosts of a level are asked for', async () => {
    const { router, resolver } = routerWith(settingsWith(), huge, { listensOn25: () => true, ownAddresses: () => ['203.0.113.1'] })
    expect((await router.nextHops(route, 'd.test')).hosts).toHaveLength(5)
    expect(resolver.queries).toHaveLength(101)
  })
})

test('equal preferences come in every order, and no order is likelier', () => {
  let seed = 1
  const random = {
    bytes: (count: number) => Buffer.alloc(count),
    below: (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    },
  }
  const records = ['a', 'b', 'c'].map((exchange) => ({ preference: 10, exchange }))
  const seen = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    const choice = mxHosts(records, new Set(), random)
    const order =
      choice.kind === 'hosts'
        ? choice.levels
            .flat()
            .map((host) => host.name)
            .join('')
        : ''
    seen.set(order, (seen.get(order) ?? 0) + 1)
  }
  expect(seen.size).toBe(6)
  for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(150)
})

test('the shuffles of these tests keep and turn around', () => {
  expect(shuffled(keepOrder, [1, 2, 3, 4])).toEqual([1, 2, 3, 4])
  expect(shuffled(reverseOrder(), [1, 2, 3, 4])).toEqual([4, 3, 2, 1])
})
