import { afterEach, describe, expect, test } from 'vitest'
import { createNodeResolver } from '../../../../main/engine/system/node/resolver.ts'
import { startDnsServer } from '../../../support/dns-server.ts'
import type { DnsFault, DnsName, DnsServer, DnsZone } from '../../../support/dns-server.ts'
import { mxRoute, routerWith, settingsWith } from './world.ts'

/** MX resolution over real DNS packets: what the resolver makes of them must mean to routing what the rule book says (4.5). */

const servers: DnsServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function resolve(zone: DnsZone, domain = 'd.test'): Promise<{ attempts: string[]; end: string }> {
  const dns = await startDnsServer(zone)
  servers.push(dns)
  const resolver = createNodeResolver({ servers: [dns.server], timeoutMs: 250, attempts: 1 })
  const { router } = routerWith(settingsWith(), {}, { resolver })
  const { hosts, problem } = await router.nextHops(mxRoute('mx'), domain)
  return {
    attempts: hosts.flatMap((host) => host.addresses.map((address) => `${host.name} ${address}`)),
    end: problem === null ? 'ok' : `${problem.kind} ${problem.class} ${problem.status}`,
  }
}

const waits = 'temporary dns 4.4.3'
const own: DnsName = { A: ['192.0.2.9'] }

describe('the MX question', () => {
  test.each<[DnsFault, string]>([
    ['NODATA', 'ok'],
    ['DANGLING-CNAME', 'ok'],
    ['NXDOMAIN', 'permanent dns 5.1.2'],
    ['SERVFAIL', waits],
    ['REFUSED', waits],
    ['FORMERR', waits],
    ['NOTIMP', waits],
    ['TIMEOUT', waits],
    ['WRONG-ID', waits],
    ['WRONG-QUESTION', waits],
    ['GARBAGE', waits],
    ['TRUNCATED', waits],
  ])('%s: %s', async (fault, end) => {
    const { attempts, end: got } = await resolve({ 'd.test': { ...own, MX: fault } })
    expect(got).toBe(end)
    expect(attempts).toEqual(end === 'ok' ? ['d.test 192.0.2.9'] : [])
  })

  test('null MX', async () => {
    expect(await resolve({ 'd.test': { ...own, MX: [[0, '.']] } })).toEqual({ attempts: [], end: 'permanent dns 5.1.10' })
  })

  test('aliases in a circle end as a domain without address', async () => {
    const circle: DnsName = { MX: 'CNAME-LOOP', A: 'CNAME-LOOP', AAAA: 'CNAME-LOOP' }
    expect(await resolve({ 'd.test': circle })).toEqual({ attempts: [], end: 'permanent dns 5.1.2' })
  })

  test('an alias leads to its MX, and the hosts keep their own names', async () => {
    const zone: DnsZone = {
      'd.test': { CNAME: 'e.test' },
      'e.test': { MX: [[10, 'mx.e.test']] },
      'mx.e.test': { CNAME: 'host.e.test' },
      'host.e.test': { A: ['192.0.2.4'] },
    }
    expect(await resolve(zone)).toEqual({ attempts: ['mx.e.test 192.0.2.4'], end: 'ok' })
  })

  test('a thousand and more mail servers', async () => {
    const MX = Array.from({ length: 1500 }, (_, i) => [i, `h${i}.d.test`] as const)
    const zone = Object.fromEntries(MX.map(([i, name]) => [name, { A: [`10.0.${i >> 8}.${i & 255}`] }]))
    const { attempts } = await resolve({ ...zone, 'd.test': { MX } })
    expect(attempts).toEqual([0, 1, 2, 3, 4].map((i) => `h${i}.d.test 10.0.0.${i}`))
  })
})

describe('the addresses of a mail server', () => {
  test.each<[DnsFault, DnsFault, string]>([
    ['NODATA', 'NXDOMAIN', 'permanent dns 5.4.4'],
    ['SERVFAIL', 'NODATA', waits],
    ['NODATA', 'REFUSED', waits],
    ['TIMEOUT', 'NODATA', waits],
    ['WRONG-ID', 'NODATA', waits],
  ])('A %s, AAAA %s: %s', async (A, AAAA, end) => {
    expect(await resolve({ 'd.test': { ...own, MX: [[10, 'a.d.test']] }, 'a.d.test': { A, AAAA } })).toEqual({ attempts: [], end })
  })

  test('A fails and AAAA is there', async () => {
    const zone: DnsZone = { 'd.test': { MX: [[10, 'A.D.test']] }, 'a.d.test': { A: 'SERVFAIL', AAAA: ['2001:db8::1'] } }
    expect(await resolve(zone)).toEqual({ attempts: ['a.d.test 2001:db8::1'], end: 'ok' })
  })
})

test('a name that cannot be asked for is permanent', async () => {
  expect((await resolve({}, 'a..b')).end).toBe('permanent dns 5.1.2')
})
