import { afterEach, describe, expect, test } from 'vitest'
import { DnsError } from '../../../../main/engine/system/index.ts'
import type { Resolver } from '../../../../main/engine/system/index.ts'
import { createNodeResolver } from '../../../../main/engine/system/node/resolver.ts'
import { startDnsServer } from '../../../support/dns-server.ts'
import type { DnsFault, DnsName, DnsServer, DnsZone } from '../../../support/dns-server.ts'

const servers: DnsServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function resolverFor(zone: DnsZone, timeoutMs = 2000, attempts = 1): Promise<{ dns: DnsServer; resolver: Resolver }> {
  const dns = await startDnsServer(zone)
  servers.push(dns)
  return { dns, resolver: createNodeResolver({ servers: [dns.server], timeoutMs, attempts }) }
}

/** What a lookup came to: its answer, or the kind and code of its DnsError. */
async function outcome(lookup: Promise<unknown>): Promise<unknown> {
  try {
    return await lookup
  } catch (thrown) {
    if (!(thrown instanceof DnsError)) throw thrown
    return `${thrown.kind} ${thrown.code}`
  }
}

describe('answers', () => {
  test('MX records come with preference and exchange in the order of the answer, without a TTL', async () => {
    const records = [
      [20, 'B.d.test'],
      [10, 'a.d.test'],
    ] as const
    const { resolver } = await resolverFor({ 'd.test': { MX: records } })
    expect(await resolver.mx('d.test')).toEqual({
      records: [
        { preference: 20, exchange: 'B.d.test' },
        { preference: 10, exchange: 'a.d.test' },
      ],
      ttlSeconds: null,
    })
  })

  test('a null MX has the empty exchange', async () => {
    const { resolver } = await resolverFor({ 'd.test': { MX: [[0, '.']] } })
    expect((await resolver.mx('d.test')).records).toEqual([{ preference: 0, exchange: '' }])
  })

  test('A and AAAA come with the TTL of the record', async () => {
    const { resolver } = await resolverFor({ 'd.test': { A: ['192.0.2.1', '192.0.2.2'], AAAA: ['2001:db8::1'], ttl: 42 } })
    expect(await resolver.a('d.test')).toEqual({ addresses: ['192.0.2.1', '192.0.2.2'], ttlSeconds: 42 })
    expect(await resolver.aaaa('d.test')).toEqual({ addresses: ['2001:db8::1'], ttlSeconds: 42 })
  })

  test('the smallest TTL on the way through aliases counts', async () => {
    const { resolver } = await resolverFor({ 'd.test': { CNAME: 'e.test', ttl: 7 }, 'e.test': { A: ['192.0.2.1'], ttl: 300 } })
    expect(await resolver.a('d.test')).toEqual({ addresses: ['192.0.2.1'], ttlSeconds: 7 })
  })

  test('an alias is followed to its MX records', async () => {
    const { resolver } = await resolverFor({ 'd.test': { CNAME: 'e.test' }, 'e.test': { MX: [[5, 'mx.e.test']] } })
    expect((await resolver.mx('d.test')).records).toEqual([{ preference: 5, exchange: 'mx.e.test' }])
  })

  test('TXT gives one text for each record', async () => {
    const { resolver } = await resolverFor({ 'd.test': { TXT: ['v=spf1 -all', 'hello'] } })
    expect(await resolver.txt('d.test')).toEqual(['v=spf1 -all', 'hello'])
  })

  test.each([
    ['192.0.2.7', '7.2.0.192.in-addr.arpa'],
    ['2001:db8::567:89ab', 'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
    ['::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa'],
    ['::ffff:192.0.2.7', '7.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa'],
  ])('the name of %s is asked under %s', async (address, name) => {
    const { resolver } = await resolverFor({ [name]: { PTR: ['host.d.test'] } })
    expect(await resolver.ptr(address)).toEqual(['host.d.test'])
  })

  test('a name is asked for as it is, without any search suffix', async () => {
    const { dns, resolver } = await resolverFor({})
    expect(await outcome(resolver.mx('short'))).toBe('no-such-name ENOTFOUND')
    expect(dns.queries).toEqual(['MX short'])
  })

  test('an answer too long for UDP is fetched by TCP, and only the first 1000 records are looked at', async () => {
    const addresses = Array.from({ length: 1500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
    const { dns, resolver } = await resolverFor({ 'd.test': { A: addresses, MX: addresses.map((_, i) => [i, `h${i}.d`]) } })
    expect((await resolver.a('d.test')).addresses).toEqual(addresses.slice(0, 1000))
    expect((await resolver.mx('d.test')).records).toHaveLength(1000)
    expect(dns.queries).toContain('A d.test tcp')
  })
})

describe('no answer', () => {
  const faults: [DnsFault, string][] = [
    ['NODATA', 'missing ENODATA'],
    ['NXDOMAIN', 'no-such-name ENOTFOUND'],
    ['SERVFAIL', 'temporary ESERVFAIL'],
    ['REFUSED', 'temporary EREFUSED'],
    ['FORMERR', 'temporary EFORMERR'],
    ['NOTIMP', 'temporary ENOTIMP'],
    ['CNAME-LOOP', 'missing ENODATA'],
    ['DANGLING-CNAME', 'missing ENODATA'],
    ['TIMEOUT', 'temporary ETIMEOUT'],
    ['WRONG-ID', 'temporary ETIMEOUT'],
    ['WRONG-QUESTION', 'temporary ETIMEOUT'],
  ]
  test.each(faults)('%s is %s, for every type', async (fault, expected) => {
    const name: DnsName = { MX: fault, A: fault, AAAA: fault, TXT: fault }
    const { resolver } = await resolverFor({ 'd.test': name }, 200)
    const lookups = [resolver.mx('d.test'), resolver.a('d.test'), resolver.aaaa('d.test'), resolver.txt('d.test')]
    expect(await Promise.all(lookups.map(outcome))).toEqual(lookups.map(() => expected))
  })

  test.each(['GARBAGE', 'TRUNCATED'] as const)('%s is temporary', async (fault) => {
    const { resolver } = await resolverFor({ 'd.test': { MX: fault } }, 200)
    expect(await outcome(resolver.mx('d.test'))).toMatch(/^temporary /)
  })

  test('the host name of this computer is not taken from the hosts file', async () => {
    const { resolver } = await resolverFor({})
    expect(await outcome(resolver.a('localhost'))).toBe('no-such-name ENOTFOUND')
  })

  test('nobody listening is temporary', async () => {
    const resolver = createNodeResolver({ servers: ['127.0.0.1:9'], timeoutMs: 200, attempts: 1 })
    expect(await outcome(resolver.mx('d.test'))).toMatch(/^temporary /)
  })

  test('a server setting that is no address is temporary, not an exception of its own', async () => {
    const resolver = createNodeResolver({ servers: ['nonsense'], timeoutMs: 200, attempts: 1 })
    expect(await outcome(resolver.mx('d.test'))).toBe('temporary ERR_INVALID_IP_ADDRESS')
  })

  const long = Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.')
  test.each(['', '.', 'a..b', '[192.0.2.1]', 'a b.test', 'a\\b.test', 'a\0b.test', 'ä.test', `${'x'.repeat(64)}.test`, long])(
    '%j cannot be asked for',
    async (name) => {
      const { dns, resolver } = await resolverFor({})
      expect(await outcome(resolver.mx(name))).toBe('bad-name EBADNAME')
      expect(dns.queries).toEqual([])
    },
  )

  test.each(['nonsense', '', '192.0.2', 'fe80::1%eth0'])('%j has no reverse name', async (address) => {
    const { resolver } = await resolverFor({})
    expect(await outcome(resolver.ptr(address))).toBe('bad-name EBADNAME')
  })
})

describe('time', () => {
  test('silence ends after timeout times attempts, with as many attempts', async () => {
    const { dns, resolver } = await resolverFor({ 'd.test': { MX: 'TIMEOUT' } }, 300, 2)
    const before = performance.now()
    expect(await outcome(resolver.mx('d.test'))).toBe('temporary ETIMEOUT')
    expect(performance.now() - before).toBeLessThan(2000)
    expect(dns.queries).toEqual(['MX d.test', 'MX d.test'])
  })

  test('many silent servers do not make it longer', async () => {
    const { dns } = await resolverFor({ 'd.test': { A: 'TIMEOUT' } })
    const resolver = createNodeResolver({ servers: Array.from({ length: 20 }, () => dns.server), timeoutMs: 100, attempts: 2 })
    const before = performance.now()
    expect(await outcome(resolver.a('d.test'))).toBe('temporary ETIMEOUT')
    expect(performance.now() - before).toBeLessThan(1000)
  })

  test('a slow answer that comes in time is used', async () => {
    const { dns, resolver } = await resolverFor({ 'd.test': { A: ['192.0.2.1'], held: true }, 'e.test': { A: ['192.0.2.2'] } })
    const slow = resolver.a('d.test')
    await resolver.a('e.test')
    dns.release()
    expect((await slow).addresses).toEqual(['192.0.2.1'])
  })

  test('one question that ends does not end another', async () => {
    const { dns, resolver } = await resolverFor({ 'd.test': { A: 'TIMEOUT' }, 'e.test': { A: ['192.0.2.2'], held: true } }, 300)
    const patient = createNodeResolver({ servers: [dns.server], timeoutMs: 5000, attempts: 1 }).a('e.test')
    expect(await outcome(resolver.a('d.test'))).toBe('temporary ETIMEOUT')
    dns.release()
    expect((await patient).addresses).toEqual(['192.0.2.2'])
  })
})
