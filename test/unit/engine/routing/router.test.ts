import { describe, expect, test } from 'vitest'
import type { Settings } from '../../../../main/contract/index.ts'
import { createDnsCache, createRouter } from '../../../../main/engine/routing/index.ts'
import type { RouterWorld } from '../../../../main/engine/routing/index.ts'
import type { FakeZone } from '../../../support/zone-resolver.ts'
import { factsFor, localRoute, mxRoute, plain, relayRoute, routerWith, routesOf, settingsWith } from './world.ts'

const bob = 'Bob.Smith@Client.example'

/** What a rule's expression comes to, by way of the route's name. */
async function nameOf(
  text: string,
  more: Parameters<typeof factsFor>[1] = {},
  zone: FakeZone = {},
  change?: (s: Settings) => void,
): Promise<string> {
  const { router } = routerWith(settingsWith({ route: plain(text), ...(change === undefined ? {} : { settings: change }) }), zone)
  const decision = await router.decide(factsFor(bob, more))
  return decision.problem?.cause === 'rules-failed' ? `failed: ${decision.problem.text}` : decision.name
}

describe('the variables a rule sees', () => {
  test.each([
    ['rcpt', 'Bob.Smith@client.example'],
    ['rcpt_domain', 'client.example'],
    ['recipients[1]', 'Al@example.org'],
    ['sender', 'Boss@example.org'],
    ['sender_domain', 'example.org'],
    ["'' + priority", 3],
    ["'p' + priority", 'p3'],
    ["'r' + retry_num", 'r2'],
    ["'n' + notify_num", 'n1'],
    ["'e' + expires_in", 'e432000'],
    ['last_status', 'Temporary Failure for mx: 451'],
    ['last_error', 'tls'],
    ['queue_name', 'remote'],
    ["'a' + queue_age", 'a90'],
    ['received_from_ip', '192.168.1.23'],
    ["'v' + received_via_port", 'v587'],
    ['source', 'authenticated'],
    ["'s' + size", 's2048'],
  ])('%s', async (text, expected) => {
    const name = await nameOf(text, {
      recipients: [bob, 'Al@EXAMPLE.org'],
      sender: 'Boss@Example.ORG',
      priority: 3,
      retryNum: 2,
      notifyNum: 1,
      lastStatus: 'Temporary Failure for mx: 451',
      lastError: 'tls',
    })
    // A number is no name: it reads as `default` (routing rules 2.9).
    expect(name).toBe(typeof expected === 'number' ? 'default' : expected)
  })

  test('the null sender is the empty text', async () => {
    expect(await nameOf("if_then(sender == '' && sender_domain == '', 'null', 'other')", { sender: '' })).toBe('null')
  })

  test.each([
    [{ retry_num: 7 }, "'r' + retry_num", 'r7'],
    [{ received_from_ip: '10.0.0.9' }, 'received_from_ip', '10.0.0.9'],
    [{ rcpt: 'x@Other.example' }, 'rcpt_domain', 'other.example'],
    [{ rcpt: 'x@other.example', rcpt_domain: 'third.example' }, 'rcpt_domain', 'third.example'],
    [{ sender: '' }, "'d' + sender_domain", 'd'],
    [{ recipients: ['a@b.example', 'c@d.example'] }, 'recipients[1]', 'c@d.example'],
    [{ sender: null }, "'s' + sender", 's'],
  ])('overrides %j win', async (overrides, text, expected) => {
    expect(await nameOf(text, { overrides })).toBe(expected)
  })

  test('host variables are there for tls and connection, and say so before a host is chosen', async () => {
    const text = "mx + ' ' + remote_ip + ' ' + local_ip"
    const settings = settingsWith({ tls: plain(text), connection: plain(text) })
    const names = ['mx.test 192.0.2.1 10.0.0.1', ' 0.0.0.0 0.0.0.0']
    for (const name of names)
      Object.assign(settings.queue, {
        tls: { ...settings.queue.tls, [name]: {} },
        connections: { ...settings.queue.connections, [name]: {} },
      })
    const { router } = routerWith(settings)
    const host = { mx: 'mx.test', remoteIp: '192.0.2.1', localIp: '10.0.0.1' }
    expect(await router.pickTls(factsFor(bob), host)).toBe(names[0])
    expect(await router.pickConnection(factsFor(bob), host)).toBe(names[0])
    expect(await router.pickTls(factsFor(bob), null)).toBe(names[1])
    expect(await router.pickConnection(factsFor(bob), null)).toBe(names[1])
  })
})

describe('the functions that ask the outside', () => {
  const directories = (settings: Settings): void => {
    settings.directories = {
      default: {
        id: 'default',
        domains: ['office.lan', 'Bücher.test'],
        addresses: ['Alice@office.lan'],
        mailboxes: [
          { id: 'archive', addresses: ['archive@office.lan', '@archive.office.lan'] },
          { id: 'odd', addresses: ['someone@elsewhere.example'] },
        ],
      },
      branch: { id: 'branch', domains: ['branch.lan'], addresses: [], mailboxes: [{ id: 'all', addresses: ['*'] }] },
    }
  }
  test.each([
    ["is_local_domain('', 'office.lan')", 1],
    ["is_local_domain('*', 'OFFICE.lan')", 1],
    ["is_local_domain('default', 'office.lan.')", 1],
    ["is_local_domain('no-such-directory', 'office.lan')", 1],
    ["is_local_domain('', 'xn--bcher-kva.test')", 1],
    ["is_local_domain('', 'bücher.test')", 1],
    ["is_local_domain('', 'archive.office.lan')", 1],
    ["is_local_domain('', 'sub.office.lan')", 0],
    ["is_local_domain('', 'elsewhere.example')", 0],
    ["is_local_domain('', '')", 0],
    ["is_local_domain('branch', 'office.lan')", 0],
    ["is_local_domain('branch', 'branch.lan')", 1],
    ["is_local_domain('branch', 'gmail.com')", 0],
    ["is_local_address('', 'ALICE@Office.lan')", 1],
    ["is_local_address('', 'archive@office.lan')", 1],
    ["is_local_address('', 'anyone@archive.office.lan')", 1],
    ["is_local_address('', 'someone@elsewhere.example')", 1],
    ["is_local_address('', 'nobody@office.lan')", 0],
    ["is_local_address('', 'office.lan')", 0],
    ["is_local_address('branch', 'anyone@branch.lan')", 1],
    ["is_local_address('branch', 'anyone@gmail.com')", 0],
  ])('%s is %i', async (text, expected) => {
    expect(await nameOf(`'v' + ${text}`, {}, {}, directories)).toBe(`v${expected}`)
  })

  test('without any directory nothing is local', async () => {
    const name = await nameOf("'v' + is_local_domain('', rcpt_domain)", {}, {}, (settings) => void (settings.directories = {}))
    expect(name).toBe('v0')
  })

  test.each([
    ["'v' + key_exists('', 'vip@client.example')", 'v1'],
    ["'v' + key_exists('*', 'nobody')", 'v0'],
    ["'v' + key_exists('unknown store', 'vip@client.example')", 'v1'],
    ["'v' + key_get('', 'vip@client.example')", 'v'],
    ["key_get('routes', rcpt_domain)", 'relay-b'],
    ["'v' + key_get('routes', 'constructor')", 'v'],
    ["'v' + key_exists('routes', 'vip@client.example')", 'v0'],
  ])('%s is %s', async (text, expected) => {
    const name = await nameOf(text, {}, {}, (settings) => {
      settings.stores['routes'] = { id: 'routes', values: { 'client.example': 'relay-b' } }
    })
    expect(name).toBe(expected)
  })

  test.each([
    ["config_get('server.hostname')", 'relay.office.test'],
    ["'v' + config_get('no.such.key')", 'v'],
    ["'v' + config_get('constructor')", 'v'],
  ])('%s is %s', async (text, expected) => {
    const name = await nameOf(text, {}, {}, (settings) => void (settings.queue.flat = { 'server.hostname': 'relay.office.test' }))
    expect(name).toBe(expected)
  })

  const zone: FakeZone = {
    MX: {
      'd.test': [
        [20, 'b.d.test'],
        [10, 'a.d.test'],
      ],
      'null.test': [[0, '.']],
      'away.test': 'SERVFAIL',
      'gone.test': 'NXDOMAIN',
    },
    A: { 'd.test': ['192.0.2.1', '192.0.2.2'], 'away.test': 'TIMEOUT', 'half.test': ['192.0.2.3'], 'xn--bcher-kva.test': ['192.0.2.4'] },
    AAAA: { 'd.test': ['2001:db8::1'], 'half.test': 'SERVFAIL' },
    TXT: { 'd.test': ['v=spf1 -all'] },
    PTR: { '192.0.2.1': ['host.d.test.'] },
  }
  test.each([
    ["dns_query('d.test', 'mx')[0]", 'a.d.test'],
    ["'v' + count(dns_query('null.test', 'mx'))", 'v0'],
    ["'v' + count(dns_query('gone.test', 'mx'))", 'v0'],
    ["dns_query('d.test', 'ipv4')[1]", '192.0.2.2'],
    ["dns_query('d.test', 'ipv6')[0]", '2001:db8::1'],
    ["dns_query('d.test', 'ip')[2]", '2001:db8::1'],
    ["dns_query('half.test', 'ip')[0]", '192.0.2.3'],
    ["dns_query('bücher.test', 'ipv4')[0]", '192.0.2.4'],
    ["dns_query('d.test', 'txt')", 'v=spf1 -all'],
    ["'v' + dns_query('nothing.test', 'txt')", 'v'],
    ["dns_query('192.0.2.1', 'ptr')[0]", 'host.d.test'],
    ["'v' + dns_query('d.test', 'srv')", 'v'],
  ])('%s is %s', async (text, expected) => {
    expect(await nameOf(text, {}, zone)).toBe(expected)
  })

  test.each(["'v' + dns_query('away.test', 'mx')", "'v' + dns_query('away.test', 'ip')"])('%s fails the rules', async (text) => {
    expect(await nameOf(text, {}, zone)).toMatch(/^failed: .*away\.test/)
  })
})

describe('when rules go wrong', () => {
  test('a route expression that fails defers the recipient, class io, and chooses nothing', async () => {
    const { router } = routerWith(settingsWith({ route: plain("dns_query('d.test', 'mx')[0]") }), { MX: { 'd.test': 'SERVFAIL' } })
    const { route, problem } = await router.decide(factsFor(bob))
    expect(route).toBeNull()
    expect(problem).toMatchObject({ kind: 'temporary', class: 'io', cause: 'rules-failed', status: '4.3.0' })
  })

  test('a route expression that cannot be read defers too', async () => {
    const { router } = routerWith(settingsWith({ route: plain('relay') }))
    expect((await router.decide(factsFor(bob))).problem).toMatchObject({ kind: 'temporary', cause: 'rules-failed' })
  })

  test('a rule that asks a silent DNS ends after half a minute', async () => {
    const { router, clock } = routerWith(settingsWith({ route: plain("dns_query('d.test', 'mx')[0]") }), { MX: { 'd.test': 'HANG' } })
    const decision = router.decide(factsFor(bob))
    await clock.advance(30_000)
    expect((await decision).problem).toMatchObject({ cause: 'rules-failed' })
    expect(clock.nextIn).toBeNull()
  })

  test('a hundred rules that ask a silent DNS end after a minute', async () => {
    const branches = Array.from({ length: 100 }, (_, i) => ({ if: `count(dns_query('${i}.test', 'mx')) == 0 || true`, then: "'a'" }))
    const asked = branches.map((_, i) => `dns_query('${i}.test', 'ipv4')`).join(' + ')
    const { router, clock } = routerWith(settingsWith({ route: { branches, else: asked } }), {
      MX: Object.fromEntries(branches.map((_, i) => [`${i}.test`, 'HANG' as const])),
    })
    const decision = router.decide(factsFor(bob))
    await clock.advance(60_000)
    expect((await decision).problem).toMatchObject({ cause: 'rules-failed' })
  })

  test.each([
    ['not defined', plain("'strict'")],
    ['no text', plain('1')],
    ['failing', plain("dns_query('d.test', 'mx')[0]")],
    ['unreadable', plain('strict strict')],
    ['an object property', plain("'constructor'")],
  ])('schedule, tls and connection are `default` when the rule is %s', async (_, strategy) => {
    const { router } = routerWith(settingsWith({ schedule: strategy, tls: strategy, connection: strategy }), {
      MX: { 'd.test': 'SERVFAIL' },
    })
    const picked = [
      await router.pickSchedule(factsFor(bob)),
      await router.pickTls(factsFor(bob), null),
      await router.pickConnection(factsFor(bob), null),
    ]
    expect(picked).toEqual(['default', 'default', 'default'])
  })

  test('an undefined name is told once, `default` and the insecure retry that nobody allowed are not', async () => {
    const told: string[] = []
    const settings = settingsWith({ schedule: plain("'remote'"), connection: plain("'fast'") })
    const { router } = routerWith(settings, {}, { onUnknownName: (strategy, name) => void told.push(`${strategy} ${name}`) })
    for (const lastError of ['none', 'tls'] as const) {
      const facts = factsFor(bob, { retryNum: 1, lastError })
      await router.pickSchedule(facts)
      await router.pickTls(facts, null)
      await router.pickConnection(facts, null)
    }
    expect(told).toEqual(['schedule remote', 'connection fast'])
  })

  test('rules that fail are told as that, once for each reason', async () => {
    const told: string[] = []
    const settings = settingsWith({ tls: plain("dns_query('d.test', 'mx')[0]") })
    const zone: FakeZone = { MX: { 'd.test': 'SERVFAIL' } }
    const { router } = routerWith(settings, zone, { onRulesFailed: (strategy, reason) => void told.push(`${strategy}: ${reason}`) })
    await router.pickTls(factsFor(bob), null)
    await router.pickTls(factsFor(bob), null)
    expect(told).toEqual(['tls: DNS could not answer for d.test (ESERVFAIL)'])
  })

  test('the shipped TLS expression asks for invalid-tls after a TLS failure, which is `default` until somebody defines it', async () => {
    const settings = settingsWith()
    const facts = factsFor(bob, { retryNum: 1, lastError: 'tls' })
    expect(await routerWith(settings).router.pickTls(facts, null)).toBe('default')
    Object.assign(settings.queue.tls, { 'invalid-tls': { id: 'invalid-tls' } })
    expect(await routerWith(settings).router.pickTls(facts, null)).toBe('invalid-tls')
  })

  test.each([
    [{}, 'mx', 'mx'],
    [{ routes: routesOf(relayRoute('mx')) }, 'mx', 'relay'],
  ])('with route-fallback an unknown name goes to MX, or to what is called so', async (given, id, type) => {
    const settings = settingsWith({ ...given, route: plain("'typo'"), settings: (s) => void (s.queue.routeFallback = 'mx') })
    const { route, name, problem } = await routerWith(settings).router.decide(factsFor(bob))
    expect([route?.id, route?.type, name, problem]).toEqual([id, type, 'typo', null])
  })
})

describe('explain', () => {
  const failover = {
    branches: [
      { if: "is_local_domain('', rcpt_domain)", then: "'local'" },
      { if: 'retry_num > 1', then: "'fallback'" },
    ],
    else: "'mx'",
  }
  const routes = routesOf(localRoute('local'), relayRoute('fallback', { address: '192.0.2.50', port: 2525 }), mxRoute('mx'))
  const zone: FakeZone = { MX: { 'client.example': [[10, 'mx.client.example']] }, A: { 'mx.client.example': ['192.0.2.1', '192.0.2.2'] } }

  test('tells rule by rule why, and where it would go', async () => {
    const { router } = routerWith(settingsWith({ route: failover, routes }), zone)
    expect(await router.explain(factsFor(bob), true)).toEqual({
      recipient: bob,
      route: 'mx',
      type: 'mx',
      rule: 2,
      trace: [
        { rule: 0, if: "is_local_domain('', rcpt_domain)", result: 0 },
        { rule: 1, if: 'retry_num > 1', result: 0 },
      ],
      targets: [
        { host: 'mx.client.example', address: '192.0.2.1', port: 25, preference: 10 },
        { host: 'mx.client.example', address: '192.0.2.2', port: 25, preference: 10 },
      ],
      problem: null,
    })
  })

  test('stops at the first true condition', async () => {
    const { router } = routerWith(settingsWith({ route: failover, routes }))
    const told = await router.explain(factsFor(bob, { retryNum: 2 }), true)
    expect(told).toMatchObject({ route: 'fallback', type: 'relay', rule: 1, problem: null })
    expect(told.trace.map((step) => step.result)).toEqual([0, 1])
    expect(told.targets).toEqual([{ host: '192.0.2.50', address: '192.0.2.50', port: 2525, preference: null }])
  })

  test('a local route has no targets', async () => {
    const { router } = routerWith(settingsWith({ route: failover, routes }))
    expect(await router.explain(factsFor('x@example.org'), true)).toMatchObject({
      route: 'local',
      type: 'local',
      rule: 0,
      targets: [],
      problem: null,
    })
  })

  test('a plain expression has neither rule nor trace', async () => {
    const { router } = routerWith(settingsWith({ route: plain("'mx'") }))
    expect(await router.explain(factsFor(bob), false)).toMatchObject({ route: 'mx', rule: null, trace: [] })
  })

  test('DNS is left alone unless asked to resolve', async () => {
    const { router, resolver } = routerWith(settingsWith({ route: plain("'mx'") }), zone)
    expect(await router.explain(factsFor(bob), false)).toMatchObject({ targets: [], problem: null })
    expect(resolver.queries).toEqual([])
  })

  test('an unknown route is told as the problem it is, and nothing is resolved', async () => {
    const { router, resolver } = routerWith(settingsWith({ route: plain("'typo'") }), zone)
    const told = await router.explain(factsFor(bob), true)
    expect(told).toMatchObject({ route: null, type: null, targets: [], problem: { cause: 'route-unknown' } })
    expect(resolver.queries).toEqual([])
  })

  test('what DNS says against it is the problem', async () => {
    const { router } = routerWith(settingsWith({ route: plain("'mx'") }), { MX: { 'client.example': [[0, '.']] } })
    expect(await router.explain(factsFor(bob), true)).toMatchObject({
      route: 'mx',
      targets: [],
      problem: { status: '5.1.10', cause: 'null-mx' },
    })
  })

  test('an overridden recipient domain is the one that is resolved', async () => {
    const { router } = routerWith(settingsWith({ route: plain("'mx'") }), zone)
    const told = await router.explain(factsFor('x@y.example', { overrides: { rcpt_domain: 'client.example' } }), true)
    expect(told.targets.map((target) => target.host)).toEqual(['mx.client.example', 'mx.client.example'])
  })

  test('the decision of the engine is the same', async () => {
    const { router } = routerWith(settingsWith({ route: failover, routes }))
    const facts = factsFor(bob, { retryNum: 5 })
    const [decision, told] = [await router.decide(facts), await router.explain(facts, false)]
    expect([decision.route?.id, decision.rule, decision.trace, decision.problem]).toEqual([told.route, told.rule, told.trace, told.problem])
  })
})

describe('our own names', () => {
  test.each([
    ['server.hostname', (s: Settings) => void (s.server.hostname = 'Mine.test.')],
    ['the EHLO name of a connection', (s: Settings) => void Object.assign(s.queue.connections, { c: { ehloHostname: 'mine.test' } })],
    ['the EHLO name of a source address', (s: Settings) => void (s.queue.sourceIps = { '192.0.2.1': { ehloHostname: 'MINE.test' } })],
  ])('%s is one', async (_, settings) => {
    const { router } = routerWith(settingsWith({ settings }), { MX: { 'd.test': [[10, 'mine.test']] } })
    expect((await router.nextHops(mxRoute('mx'), 'd.test')).problem).toMatchObject({ status: '5.4.6', cause: 'routing-loop' })
  })
})

test('a router for new settings keeps what DNS said before', async () => {
  const { resolver, clock } = routerWith(settingsWith(), { MX: { 'd.test': [[10, 'a.d.test']] }, A: { 'a.d.test': ['192.0.2.1'] } })
  const world: Omit<RouterWorld, 'settings'> = {
    resolver,
    clock,
    cache: createDnsCache(clock),
    lookup: async () => [],
    random: { bytes: (count) => Buffer.alloc(count), below: () => 0 },
    ownAddresses: () => [],
    listensOn25: () => false,
  }
  for (const hostname of ['one.test', 'two.test']) {
    const router = createRouter({ ...world, settings: settingsWith({ settings: (s) => void (s.server.hostname = hostname) }) })
    expect((await router.nextHops(mxRoute('mx'), 'd.test')).hosts).toHaveLength(1)
  }
  expect(resolver.queries).toEqual(['MX d.test', 'A a.d.test'])
})
