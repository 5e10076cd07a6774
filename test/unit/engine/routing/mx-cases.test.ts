import { describe, expect, test } from 'vitest'
import type { IpLookup } from '../../../../main/contract/index.ts'
import type { NextHops } from '../../../../main/engine/routing/index.ts'
import cases from '../../../fixtures/routing-cases.json' with { type: 'json' }
import type { FakeZone } from '../../../support/zone-resolver.ts'
import { keepOrder, mxRoute, relayRoute, reverseOrder, routerWith, settingsWith } from './world.ts'

/** The worked cases of the rule book, part D, and more of the same kinds. */

describe('D: MX and addresses', () => {
  type Addresses = NonNullable<FakeZone['A']>
  interface CaseD {
    id: string
    domain?: string
    route?: [maxHosts: number, maxAddresses: number, ipLookup: string]
    shuffle?: string
    mode?: string
    own?: string[]
    relay?: { address: string; port?: number }
    zone: { MX?: unknown; A?: Addresses; AAAA?: Addresses; os_lookup?: string[] | string }
    attempts: string[]
    end: string
    class: string
    status?: string
    ownAddresses?: string[]
    allowLoopback?: boolean
  }
  const LOOKUPS: Record<string, IpLookup> = { v4: 'ipv4_then_ipv6', v6: 'ipv6_then_ipv4', '4only': 'ipv4_only', '6only': 'ipv6_only' }
  const refused = { end: 'temp', class: 'connection' }
  const lost = { attempts: [], end: 'perm', class: 'dns' }
  const waits = { attempts: [], end: 'temp', class: 'dns' }
  const one = { MX: [[10, 'a.d.test']] }
  const two4 = ['192.0.2.1', '192.0.2.2']
  const two6 = ['2001:db8::1', '2001:db8::2']
  const many = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)

  const more: CaseD[] = [
    // limits and order
    {
      id: 'limits.mx counts hosts',
      route: [2, 2, 'v4'],
      zone: { MX: [30, 10, 20].map((p) => [p, `h${p}.d.test`]), A: { 'h10.d.test': ['192.0.2.1'], 'h20.d.test': ['192.0.2.2'] } },
      attempts: ['h10.d.test 192.0.2.1', 'h20.d.test 192.0.2.2'],
      ...refused,
    },
    {
      id: 'limits.multihomed counts addresses',
      route: [5, 2, 'v4'],
      zone: { ...one, A: { 'a.d.test': many(4, '192.0.2.') } },
      attempts: ['a.d.test 192.0.2.1', 'a.d.test 192.0.2.2'],
      ...refused,
    },
    {
      id: 'five hosts when nothing is said',
      zone: {
        MX: many(7, 'h').map((h, i) => [i, `${h}.d.test`]),
        A: Object.fromEntries(many(7, 'h').map((h, i) => [`${h}.d.test`, [`192.0.2.${i + 1}`]])),
      },
      attempts: many(5, 'h').map((h, i) => `${h}.d.test 192.0.2.${i + 1}`),
      ...refused,
    },
    {
      id: 'a level of three turned around',
      shuffle: 'rev',
      zone: {
        MX: ['a', 'b', 'c'].map((h) => [10, `${h}.d.test`]),
        A: { 'a.d.test': ['192.0.2.1'], 'b.d.test': ['192.0.2.2'], 'c.d.test': ['192.0.2.3'] },
      },
      attempts: ['c.d.test 192.0.2.3', 'b.d.test 192.0.2.2', 'a.d.test 192.0.2.1'],
      ...refused,
    },
    {
      id: 'an exchange named twice is tried once, at its better place',
      zone: {
        MX: [
          [30, 'A.d.test.'],
          [20, 'b.d.test'],
          [10, 'a.d.test'],
        ],
        A: { 'a.d.test': ['192.0.2.1'], 'b.d.test': ['192.0.2.2'] },
      },
      attempts: ['a.d.test 192.0.2.1', 'b.d.test 192.0.2.2'],
      ...refused,
    },
    // families
    {
      id: '4only',
      route: [5, 2, '4only'],
      zone: { ...one, A: { 'a.d.test': two4 }, AAAA: { 'a.d.test': two6 } },
      attempts: hits(two4),
      ...refused,
    },
    { id: '4only without A', route: [5, 2, '4only'], zone: { ...one, AAAA: { 'a.d.test': two6 } }, ...lost },
    {
      id: '6only',
      route: [5, 2, '6only'],
      zone: { ...one, A: { 'a.d.test': two4 }, AAAA: { 'a.d.test': two6 } },
      attempts: hits(two6),
      ...refused,
    },
    {
      id: 'v4 has some',
      zone: { ...one, A: { 'a.d.test': ['192.0.2.1'] }, AAAA: { 'a.d.test': two6 } },
      attempts: hits(['192.0.2.1']),
      ...refused,
    },
    { id: 'v4 has none', zone: { ...one, AAAA: { 'a.d.test': two6 } }, attempts: hits(two6), ...refused },
    { id: 'v6 has none', route: [5, 2, 'v6'], zone: { ...one, A: { 'a.d.test': two4 } }, attempts: hits(two4), ...refused },
    {
      id: 'concat is cut after joining',
      mode: 'concat',
      zone: { ...one, A: { 'a.d.test': many(3, '192.0.2.') }, AAAA: { 'a.d.test': two6 } },
      attempts: hits(two4),
      ...refused,
    },
    {
      id: 'concat shares the limit',
      mode: 'concat',
      route: [5, 3, 'v6'],
      zone: { ...one, A: { 'a.d.test': two4 }, AAAA: { 'a.d.test': two6 } },
      attempts: hits([...two6, '192.0.2.1']),
      ...refused,
    },
    { id: 'concat with one family only', mode: 'concat', route: [5, 2, '6only'], zone: { ...one, A: { 'a.d.test': two4 } }, ...lost },
    // failing lookups of addresses
    {
      id: 'A fails, AAAA has',
      zone: { ...one, A: { 'a.d.test': 'SERVFAIL' }, AAAA: { 'a.d.test': two6 } },
      attempts: hits(two6),
      ...refused,
    },
    { id: 'A fails, AAAA has none', zone: { ...one, A: { 'a.d.test': 'SERVFAIL' }, AAAA: { 'a.d.test': 'NODATA' } }, ...waits },
    { id: 'A has none, AAAA fails', zone: { ...one, A: { 'a.d.test': 'NXDOMAIN' }, AAAA: { 'a.d.test': 'REFUSED' } }, ...waits },
    {
      id: 'A has, AAAA would fail',
      zone: { ...one, A: { 'a.d.test': two4 }, AAAA: { 'a.d.test': 'SERVFAIL' } },
      attempts: hits(two4),
      ...refused,
    },
    {
      id: 'one host fails temporarily, the other does not exist',
      zone: { MX: [...one.MX, [20, 'b.d.test']], A: { 'a.d.test': 'TIMEOUT', 'b.d.test': 'NXDOMAIN' }, AAAA: { 'b.d.test': 'NXDOMAIN' } },
      ...waits,
    },
    // the domain
    { id: 'implicit MX', zone: { MX: 'NODATA', A: { 'd.test': ['192.0.2.9'] } }, attempts: ['d.test 192.0.2.9'], ...refused },
    {
      id: 'implicit MX by IPv6',
      zone: { MX: 'NODATA', AAAA: { 'd.test': ['2001:db8::9'] } },
      attempts: ['d.test 2001:db8::9'],
      ...refused,
    },
    { id: 'implicit MX, temporary', zone: { MX: 'NODATA', A: { 'd.test': 'SERVFAIL' } }, ...waits },
    { id: 'empty answer', zone: { MX: [], A: { 'd.test': ['192.0.2.9'] } }, attempts: ['d.test 192.0.2.9'], ...refused },
    { id: 'NXDOMAIN', zone: { MX: 'NXDOMAIN', A: { 'd.test': ['192.0.2.9'] } }, ...lost, status: '5.1.2' },
    { id: 'REFUSED', zone: { MX: 'REFUSED', A: { 'd.test': ['192.0.2.9'] } }, ...waits, status: '4.4.3' },
    { id: 'TIMEOUT', zone: { MX: 'TIMEOUT', A: { 'd.test': ['192.0.2.9'] } }, ...waits, status: '4.4.3' },
    { id: 'BADNAME', zone: { MX: 'BADNAME' }, ...lost, status: '5.1.2' },
    { id: 'a resolver that throws nonsense', zone: { MX: 'BUG' }, ...waits },
    // null MX
    { id: 'null MX as the empty exchange', zone: { MX: [[0, '']] }, ...lost, status: '5.1.10' },
    { id: 'null MX with another preference', zone: { MX: [[10, '.']] }, ...lost, status: '5.1.10' },
    {
      id: 'null MX beside others is dropped',
      zone: { MX: [[0, '.'], ...one.MX], A: { 'a.d.test': two4 } },
      attempts: hits(two4),
      ...refused,
    },
    // loopback and other useless addresses
    {
      id: 'only loopback',
      zone: { ...one, A: { 'a.d.test': ['127.0.0.1', '127.9.9.9'] } },
      attempts: [],
      end: 'perm',
      class: 'connection',
    },
    {
      id: 'loopback by IPv6',
      zone: { ...one, AAAA: { 'a.d.test': ['::1', '::ffff:127.0.0.1'] } },
      attempts: [],
      end: 'perm',
      class: 'connection',
    },
    {
      id: 'loopback allowed',
      allowLoopback: true,
      zone: { ...one, A: { 'a.d.test': ['127.0.0.2'] } },
      attempts: hits(['127.0.0.2']),
      ...refused,
    },
    {
      id: 'useless addresses go before the cut',
      zone: { ...one, A: { 'a.d.test': ['127.0.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255', ...two4] } },
      attempts: hits(two4),
      ...refused,
    },
    {
      id: 'unspecified even where loopback is allowed',
      allowLoopback: true,
      zone: { ...one, A: { 'a.d.test': ['0.0.0.0'] }, AAAA: { 'a.d.test': ['::', 'ff02::1'] } },
      attempts: [],
      end: 'perm',
      class: 'connection',
    },
    {
      id: 'first family all loopback',
      zone: { ...one, A: { 'a.d.test': ['127.0.0.1'] }, AAAA: { 'a.d.test': two6 } },
      attempts: hits(two6),
      ...refused,
    },
    {
      id: 'an address that is none',
      zone: { ...one, A: { 'a.d.test': ['nonsense', '192.0.2.1', '192.0.2.1'] } },
      attempts: hits(['192.0.2.1']),
      ...refused,
    },
    // ourselves
    {
      id: 'our name at the second place ends the list there',
      own: ['MX.Example.org.'],
      zone: {
        MX: [...one.MX, [20, 'mx.example.org'], [20, 'c.d.test'], [30, 'b.d.test']],
        A: { 'a.d.test': two4, 'b.d.test': ['192.0.2.5'], 'c.d.test': ['192.0.2.6'] },
      },
      attempts: hits(two4),
      ...refused,
    },
    {
      id: 'our name beside another best',
      own: ['mx.example.org'],
      zone: { MX: [[10, 'mx.example.org'], ...one.MX], A: { 'a.d.test': two4 } },
      ...lost,
      status: '5.4.6',
    },
    {
      id: 'self-removal comes before the cut',
      route: [1, 1, 'v4'],
      own: ['c.d.test'],
      zone: { MX: [...one.MX, [10, 'c.d.test']], A: { 'a.d.test': two4 } },
      ...lost,
      status: '5.4.6',
    },
    {
      id: 'the domain is our own name',
      domain: 'mx.example.org',
      own: ['mx.example.org'],
      zone: { MX: 'NODATA', A: { 'mx.example.org': two4 } },
      ...lost,
      status: '5.4.6',
    },
    {
      id: 'an address of ours',
      ownAddresses: ['192.0.2.2'],
      zone: { ...one, A: { 'a.d.test': many(4, '192.0.2.') } },
      ...lost,
      status: '5.4.6',
    },
    {
      id: 'an address of ours at the second place',
      ownAddresses: ['2001:DB8:0::5'],
      zone: {
        MX: [...one.MX, [20, 'b.d.test'], [30, 'c.d.test']],
        A: { 'a.d.test': two4, 'c.d.test': two4 },
        AAAA: { 'b.d.test': ['2001:db8::5'] },
      },
      attempts: hits(two4),
      ...refused,
    },
    {
      id: 'loopback is not us',
      ownAddresses: ['127.0.0.1'],
      zone: { MX: [[5, 'l.d.test'], ...one.MX], A: { 'l.d.test': ['127.0.0.1'], 'a.d.test': two4 } },
      attempts: hits(two4),
      ...refused,
    },
    // literals
    { id: 'IPv4 literal', domain: '[192.0.2.1]', zone: {}, attempts: ['[192.0.2.1] 192.0.2.1'], ...refused },
    { id: 'tag in any case', domain: '[ipv6:2001:DB8::10]', zone: {}, attempts: ['[IPv6:2001:db8::10] 2001:db8::10'], ...refused },
    ...[
      '[192.0.2.256]',
      '[192.0.2]',
      '[]',
      '[2001:db8::10]',
      '[IPv6:nonsense]',
      '[IPv6:192.0.2.1]',
      '[192.0.2.1',
      '192.0.2.1]',
      '[x-tag:abc]',
      '[IPv6:fe80::1%eth0]',
    ].map((domain) => ({ id: `malformed literal ${domain}`, domain, zone: {}, ...lost })),
    { id: 'loopback literal', domain: '[127.0.0.1]', zone: {}, attempts: [], end: 'perm', class: 'connection' },
    {
      id: 'loopback literal, allowed',
      domain: '[127.0.0.1]',
      allowLoopback: true,
      zone: {},
      attempts: ['[127.0.0.1] 127.0.0.1'],
      ...refused,
    },
    { id: 'literal of ours', domain: '[192.0.2.1]', ownAddresses: ['192.0.2.1'], zone: {}, ...lost, status: '5.4.6' },
    // names
    {
      id: 'IDN',
      domain: 'bücher.test',
      zone: { MX: { 'xn--bcher-kva.test': [[10, 'mx.bücher.test']] }, A: { 'mx.xn--bcher-kva.test': two4 } },
      attempts: two4.map((ip) => `mx.xn--bcher-kva.test ${ip}`),
      ...refused,
    },
    {
      id: 'final dot and capitals',
      domain: 'D.Test.',
      zone: { MX: { 'd.test': one.MX }, A: { 'a.d.test': two4 } },
      attempts: hits(two4),
      ...refused,
    },
    { id: 'no domain', domain: '', zone: {}, ...lost },
    { id: 'impossible IDN', domain: 'xn--\u{FFFD}', zone: {}, ...lost },
    // relays
    { id: 'relay by IPv4', relay: { address: '192.0.2.5', port: 587 }, zone: {}, attempts: ['192.0.2.5 192.0.2.5:587'], ...refused },
    { id: 'relay by IPv6', relay: { address: '2001:db8::5' }, zone: {}, attempts: ['2001:db8::5 2001:db8::5'], ...refused },
    { id: 'relay by IPv6 in brackets', relay: { address: '[2001:db8::5]' }, zone: {}, attempts: ['2001:db8::5 2001:db8::5'], ...refused },
    {
      id: 'relay on loopback by IP',
      relay: { address: '127.0.0.1', port: 24 },
      zone: {},
      attempts: ['127.0.0.1 127.0.0.1:24'],
      ...refused,
    },
    {
      id: 'relay: IPv4 first, both families',
      relay: { address: 'r.test' },
      zone: { os_lookup: ['2001:db8::1', '192.0.2.2', '2001:db8::2', '192.0.2.1'] },
      attempts: ['192.0.2.2', '192.0.2.1', ...two6].map((ip) => `r.test ${ip}`),
      ...refused,
    },
    {
      id: 'relay: ten of both',
      relay: { address: 'r.test' },
      zone: { os_lookup: [...two6, ...many(9, '192.0.2.')] },
      attempts: [...many(9, '192.0.2.'), '2001:db8::1'].map((ip) => `r.test ${ip}`),
      ...refused,
    },
    { id: 'relay not found', relay: { address: 'r.test' }, zone: { os_lookup: 'NXDOMAIN' }, ...waits },
    { id: 'relay without addresses', relay: { address: 'r.test' }, zone: { os_lookup: [] }, ...waits },
    { id: 'relay, resolver away', relay: { address: 'r.test' }, zone: { os_lookup: 'SERVFAIL' }, ...waits },
    { id: 'relay to nowhere', relay: { address: '0.0.0.0' }, zone: {}, ...waits },
    {
      id: 'relay with an IDN',
      relay: { address: 'Bücher.test.' },
      zone: { os_lookup: two4 },
      attempts: two4.map((ip) => `xn--bcher-kva.test ${ip}`),
      ...refused,
    },
  ]

  test.each([...(cases.D.cases as unknown as CaseD[]), ...more].map((row) => [row.id, row] as const))('%s', async (_, row) => {
    const hops = await hopsOf(row)
    const attempts = hops.hosts.flatMap((host) =>
      host.addresses.map((address) => `${host.name} ${address}${host.port === 25 ? '' : `:${host.port}`}`),
    )
    expect(attempts).toEqual(row.attempts)
    // With every connection refused, any address means another try later (routing rules 4.2, step 7).
    const end = attempts.length > 0 ? { kind: 'temporary', class: 'connection' } : hops.problem
    expect(end).toMatchObject({ kind: row.end === 'temp' ? 'temporary' : 'permanent', class: row.class })
    if (row.status !== undefined) expect(hops.problem?.status).toBe(row.status)
    expect(hops.problem === null).toBe(attempts.length > 0)
  })

  function hits(addresses: readonly string[]): string[] {
    return addresses.map((address) => `a.d.test ${address}`)
  }

  async function hopsOf(row: CaseD): Promise<NextHops> {
    const domain = row.domain ?? 'd.test'
    const [maxHosts, maxAddressesPerHost, ipLookup] = row.route ?? [5, 2, 'v4']
    const { MX: records, os_lookup: lookup, ...addresses } = row.zone
    const byName = (Array.isArray(records) || typeof records === 'string' ? { [domain]: records } : records) as FakeZone['MX'] | undefined
    const { router } = routerWith(
      settingsWith(),
      { ...addresses, ...(byName === undefined ? {} : { MX: byName }) },
      {
        random: row.shuffle === 'rev' ? reverseOrder() : keepOrder,
        ownNames: row.own ?? [],
        ownAddresses: () => row.ownAddresses ?? ['192.0.2.1'],
        listensOn25: () => row.ownAddresses !== undefined,
        lookup: async (name) => systemLookup(lookup ?? [...listed(row.zone.A, name), ...listed(row.zone.AAAA, name)]),
      },
    )
    const route =
      row.relay === undefined
        ? mxRoute('m', {
            maxHosts,
            maxAddressesPerHost,
            ipLookup: LOOKUPS[ipLookup]!,
            ipFallback: row.mode === 'concat',
            allowLoopback: row.allowLoopback ?? false,
          })
        : relayRoute('r', row.relay)
    return router.nextHops(route, domain)
  }

  function listed(table: Addresses | undefined, name: string): readonly string[] {
    const found = table?.[name]
    return found === undefined || typeof found === 'string' ? [] : found
  }

  function systemLookup(found: readonly string[] | string): readonly string[] {
    if (typeof found !== 'string') return found
    throw Object.assign(new Error(found), { code: found === 'NXDOMAIN' ? 'ENOTFOUND' : 'EAI_AGAIN' })
  }
})
