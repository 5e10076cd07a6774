import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { IpLookup } from '../../../../main/contract/index.ts'
import { mxHosts } from '../../../../main/engine/routing/mx-hosts.ts'
import type { FakeZone, ZoneWord } from '../../../support/zone-resolver.ts'
import { factsFor, keepOrder, mxRoute, plain, relayRoute, routerWith, settingsWith } from './world.ts'

/** Whatever rules, DNS or a recipient's address bring along: an answer, in bounds, and never an exception. */

const word = fc.constantFrom<ZoneWord>('NODATA', 'NXDOMAIN', 'SERVFAIL', 'REFUSED', 'TIMEOUT', 'BADNAME', 'BUG')
const host = fc.oneof(fc.constantFrom('a.test', 'B.test.', 'own.test', '', '.', '[192.0.2.1]', '192.0.2.1'), fc.string())
const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('127.0.0.1', '::1', '0.0.0.0', '192.0.2.1'), fc.string())
const records = fc.array(fc.tuple(fc.oneof(fc.nat(65_535), fc.double()), host), { maxLength: 30 })
const table = fc.dictionary(fc.constantFrom('a.test', 'b.test', 'd.test'), fc.oneof(word, fc.array(address, { maxLength: 20 })))
const ipLookup = fc.constantFrom<IpLookup>('ipv4_only', 'ipv6_only', 'ipv4_then_ipv6', 'ipv6_then_ipv4')

test('next hops keep their limits, whatever DNS says', async () => {
  const limits = fc.record({
    maxHosts: fc.integer({ min: 1, max: 50 }),
    maxAddressesPerHost: fc.integer({ min: 1, max: 20 }),
    ipLookup,
    ipFallback: fc.boolean(),
    allowLoopback: fc.boolean(),
  })
  const property = fc.asyncProperty(fc.oneof(word, records), table, table, limits, fc.boolean(), async (MX, A, AAAA, given, listens) => {
    const zone: FakeZone = { MX: { 'd.test': MX }, A, AAAA }
    const { router, clock } = routerWith(settingsWith(), zone, {
      ownNames: ['own.test'],
      ownAddresses: () => ['192.0.2.1', '127.0.0.1'],
      listensOn25: () => listens,
    })
    const { hosts, problem } = await router.nextHops(mxRoute('mx', given), 'd.test')
    expect(hosts.length).toBeLessThanOrEqual(given.maxHosts)
    for (const found of hosts) {
      expect(found.addresses.length).toBeLessThanOrEqual(given.maxAddressesPerHost)
      expect(found.addresses.length > 0).toBe(found.problem === null)
      expect(found.name).not.toBe('own.test')
      if (listens) expect(found.addresses).not.toContain('192.0.2.1')
      if (!given.allowLoopback) expect(found.addresses.filter((ip) => ip.startsWith('127.') || ip === '::1')).toEqual([])
    }
    expect(problem === null).toBe(hosts.some((found) => found.addresses.length > 0))
    expect(clock.nextIn).toBeNull()
  })
  await fc.assert(property, { numRuns: 500 })
})

test('hosts come by preference, each once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ preference: fc.nat(3), exchange: fc.constantFrom('a', 'A.', 'b', 'c', 'd', '.') }), { minLength: 1 }),
      (given) => {
        const choice = mxHosts(given, new Set(['c']), keepOrder)
        if (choice.kind !== 'hosts') return
        const hosts = choice.levels.flat()
        expect(new Set(hosts.map((found) => found.name)).size).toBe(hosts.length)
        expect(hosts.map((found) => found.preference)).toEqual(hosts.map((found) => found.preference).sort((x, y) => x - y))
        const own = Math.min(...given.filter((record) => record.exchange === 'c').map((record) => record.preference))
        for (const found of hosts) expect(found.preference).toBeLessThan(own)
      },
    ),
  )
})

test('any recipient, any rule text, any domain: an answer', async () => {
  const { router: working } = routerWith(settingsWith())
  const anything = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('@', 'a@', '@b', 'a@[', 'a@[IPv6:', 'a@b@c', 'a@b.'),
  )
  const property = fc.asyncProperty(anything, anything, async (recipient, rule) => {
    const decision = await routerWith(settingsWith({ route: plain(rule) })).router.decide(factsFor(recipient))
    expect(decision.route === null).toBe(decision.problem !== null)
    const told = await working.explain(factsFor(recipient), true)
    expect(told.recipient).toBe(recipient)
    const relayed = await working.nextHops(relayRoute('r', { address: rule }), recipient)
    expect(relayed.problem === null).toBe(relayed.hosts.length > 0)
  })
  await fc.assert(property, { numRuns: 300 })
})
