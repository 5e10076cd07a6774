import { describe, expect, test } from 'vitest'
import { read } from './read.ts'
import type { Settings } from '../../../../main/contract/index.ts'

const DAY = 86_400_000

async function settingsOf(text: string, hostname?: string): Promise<Settings> {
  return (await read(text, hostname === undefined ? {} : { hostname })).settings
}

describe('without a file', () => {
  test('we listen on 2525 for private networks', async () => {
    const { server, access, limits, resolver, activity } = await settingsOf('')
    expect(server.listeners).toMatchObject([{ id: 'lan', tls: 'optional', auth: 'optional' }])
    expect(access).toEqual({ networks: ['private'], accounts: [], devices: [] })
    expect(limits).toMatchObject({ maxMessageBytes: 50 * 1024 * 1024, maxRecipients: 100, maxReceivedHeaders: 50 })
    expect(resolver).toEqual({ servers: [], timeoutMs: 5000, attempts: 2 })
    expect(activity.keepMs).toBe(90 * DAY)
  })

  test('the rules are the built-in ones', async () => {
    const { queue } = await settingsOf('')
    expect(queue.strategy.route).toEqual({ branches: [{ if: "is_local_domain('*', rcpt_domain)", then: "'local'" }], else: "'mx'" })
    expect(queue.strategy.connection).toEqual({ branches: [], else: "'default'" })
    expect(queue.strategy.tls.branches).toEqual([{ if: "retry_num > 0 && last_error == 'tls'", then: "'invalid-tls'" }])
    expect(queue.strategy.schedule.else).toBe("'remote'")
    expect(queue.routeFallback).toBe('none')
    expect(Object.keys(queue.schedules)).toEqual(['local', 'remote', 'dsn', 'report'])
    expect(queue.tls).toEqual({})
    expect(queue.connections['default']?.timeoutMs).toMatchObject({ connect: 30_000, greeting: 60_000, data: 600_000 })
  })

  test.each([
    ['mailroom.office.lan', 'mailroom.office.lan', 'office.lan'],
    ['a.b.example.co.uk', 'a.b.example.co.uk', 'example.co.uk'],
    ['laptop', 'laptop', 'laptop'],
    ['My Mac', 'localhost', 'localhost'],
  ])('a computer called %s greets as %s and reports for %s', async (name, greeting, domain) => {
    const { server, report } = await settingsOf('', name)
    expect(server.hostname).toBe(greeting)
    expect(report).toMatchObject({
      domain,
      submitter: greeting,
      fromName: 'Mail Delivery Subsystem',
      fromAddress: `MAILER-DAEMON@${domain}`,
    })
  })
})

test('a route of each type has its defaults', async () => {
  const { queue } = await settingsOf(
    '[queue.route.a]\ntype = "LOCAL"\n[queue.route.b]\ntype = "mx"\n[queue.route.c]\ntype = "relay"\naddress = "[2001:db8::1]"',
  )
  expect(queue.routes['a']).toEqual({ type: 'local', id: 'a', description: '' })
  expect(queue.routes['b']).toEqual({
    ...{ type: 'mx', id: 'b', description: '', maxHosts: 5, maxAddressesPerHost: 2 },
    ...{ ipLookup: 'ipv4_then_ipv6', ipFallback: false, allowLoopback: false },
  })
  expect(queue.routes['c']).toEqual({
    ...{ type: 'relay', id: 'c', description: '', address: '2001:db8::1', port: 25, protocol: 'smtp' },
    ...{ tls: { implicit: true, allowInvalidCertificates: false }, auth: null, batchDomains: false },
  })
})

test.each([
  ['retry = "1h"', { queueName: 'default', retryMs: [3_600_000], notifyMs: [], expiry: { kind: 'time', afterMs: 3 * DAY } }],
  ['retry = ["2m", "5 M", "1500ms"]', { retryMs: [120_000, 300_000, 1000] }],
  ['retry = "1h"\nmax-attempts = 4', { expiry: { kind: 'attempts', count: 4 } }],
  ['retry = "1h"\nexpire = "4d"\nnotify = "1d"', { notifyMs: [DAY], expiry: { kind: 'time', afterMs: 4 * DAY } }],
  ['retry = "1h"\nqueue-name = "slow"\n[queue.virtual.slow]', { queueName: 'slow' }],
  ['retry = []', { retryMs: [3_600_000] }],
])('a schedule with %s', async (text, wanted) => {
  expect((await settingsOf(`[queue.schedule.s]\n${text}`)).queue.schedules['s']).toMatchObject(wanted)
})

test('a schedule that names an unknown queue is left out', async () => {
  expect((await settingsOf('[queue.schedule.s]\nretry = "1h"\nqueue-name = "slow"')).queue.schedules['s']).toBeUndefined()
})

test('a definition in the file replaces the shipped one', async () => {
  const { queue } = await settingsOf('[queue.schedule.remote]\nretry = "1h"\n[queue.connection.default]\nsource-ips = "127.0.0.1"')
  expect(queue.schedules['remote']).toMatchObject({ queueName: 'default', retryMs: [3_600_000] })
  expect(queue.connections['default']).toMatchObject({ sourceIps: ['127.0.0.1'], timeoutMs: { connect: 300_000 } })
})

test('a strategy that cannot be read leaves the built-in one in force', async () => {
  const { queue } = await settingsOf('[queue.strategy]\nroute = [{ if = "true", then = "\'mx\'" }]')
  expect(queue.strategy.route.else).toBe("'mx'")
  expect(queue.strategy.route.branches).toHaveLength(1)
})

test.each([
  ['50000000', 50_000_000],
  ['"50000000"', 50_000_000],
  ['50_000_000', 50_000_000],
  ['"50 MB"', 50 * 1024 * 1024],
  ['"20k"', 20 * 1024],
  ['"1GiB"', 1024 ** 3],
])('a message may have %s bytes', async (written, bytes) => {
  expect((await settingsOf(`limits.message-size = ${written}`)).limits.maxMessageBytes).toBe(bytes)
})

test.each([
  ['"udp://127.0.0.1:5353"', '127.0.0.1:5353'],
  ['"192.168.1.1"', '192.168.1.1'],
  ['["[::1]:5353"]', '[::1]:5353'],
  ['"2001:db8::1"', '2001:db8::1'],
])('the name server %s is asked as %s', async (written, server) => {
  expect((await settingsOf(`resolver = { type = "custom", custom = ${written} }`)).resolver.servers).toEqual([server])
})

test('directories, stores and accounts', async () => {
  const settings = await settingsOf(`
[directory.default]
domains = ["office.lan", "Bücher.example"]
addresses = "alice@office.lan"
[directory.default.mailbox.archive]
addresses = ["archive@office.lan", "@archive.office.lan", "*"]
[store.default]
keys = ["vip@example.com", "__proto__"]
values = { constructor = "x", n = 5 }
[access]
networks = ["10.0.0.0/8", "loopback", "2001:db8::/32", "192.168.1.7"]
[access.account."scan@office.lan"]
secret = "%{env:RELAY_SECRET}%"
senders = "*@office.lan"
`)
  expect(settings.directories['default']).toEqual({
    id: 'default',
    domains: ['office.lan', 'Bücher.example'],
    addresses: ['alice@office.lan'],
    mailboxes: [{ id: 'archive', addresses: ['archive@office.lan', '@archive.office.lan', '*'] }],
  })
  expect(Object.entries(settings.stores['default']?.values ?? {})).toEqual([
    ['vip@example.com', ''],
    ['__proto__', ''],
    ['constructor', 'x'],
    ['n', '5'],
  ])
  expect(settings.access).toEqual({
    networks: ['10.0.0.0/8', 'loopback', '2001:db8::/32', '192.168.1.7'],
    accounts: [
      {
        name: 'scan@office.lan',
        secret: 's3cr3t',
        senders: ['*@office.lan'],
        recipients: [],
        networks: [],
        maxMessagesPerHour: 0,
        maxMessagesPerDay: 0,
      },
    ],
    devices: [],
  })
})

test('ids from the file never meet what every object has', async () => {
  const { queue } = await settingsOf('')
  expect(queue.routes['constructor']).toBeUndefined()
  expect((await settingsOf('[queue.route.constructor]\ntype = "mx"')).queue.routes['constructor']?.type).toBe('mx')
})

test('config_get sees what is written, macros expanded, and the names that have a default', async () => {
  const { queue } = await settingsOf(
    'report.domain = "%{env:HOST}%"\n[limits]\nconnections = 5\n[queue.strategy]\nroute = [{ if = "true", then = "\'mx\'" }, { else = "\'mx\'" }]',
  )
  expect(queue.flat).toMatchObject({
    'limits.connections': '5',
    'server.hostname': 'mx.example.org',
    'queue.strategy.route.0001.else': "'mx'",
  })
})

test('report texts are expressions', async () => {
  const { report } = await settingsOf(
    `report = { domain = "a.test", submitter = "'x.' + config_get('report.domain')", dsn = { from-name = "'Post'", from-address = "'p@' + config_get('report.domain')" } }`,
  )
  expect(report).toEqual({ domain: 'a.test', submitter: 'x.a.test', fromName: 'Post', fromAddress: 'p@a.test', toUnauthenticated: false })
})

test('a configuration of fifty rules is read in well under fifty milliseconds', async () => {
  const rules = Array.from(
    { length: 50 },
    (_, index) => `{ if = "rcpt_domain == 'd${index}.test' && retry_num > ${index % 3}", then = "'r${index % 10}'" },`,
  )
  const routes = Array.from(
    { length: 10 },
    (_, index) => `[queue.route.r${index}]\ntype = "relay"\naddress = "r${index}.test"\nport = 465\n`,
  )
  const text = `[queue.strategy]\nroute = [\n${rules.join('\n')}\n{ else = "'mx'" } ]\n${routes.join('')}`
  expect((await read(text)).issues).toEqual([])
  const times: number[] = []
  for (let run = 0; run < 15; run++) {
    const begun = performance.now()
    await read(text)
    times.push(performance.now() - begun)
  }
  expect(Math.min(...times)).toBeLessThan(50)
})
