import { describe, expect, test } from 'vitest'
import type { RoutingProblem } from '../../../../main/contract/index.ts'
import type { SimulatedHost } from '../../../support/simulated-network.ts'
import { failureOf, relay, states, tried, world } from './attempt.ts'
import type { Ask } from './attempt.ts'

const TWO_HOSTS: NonNullable<Ask['hosts']> = [
  ['a', ['1', '2']],
  ['b', ['3']],
]
const problem = (kind: 'temporary' | 'permanent'): RoutingProblem =>
  kind === 'temporary'
    ? { kind, class: 'dns', status: '4.4.3', text: 'DNS does not answer for b.', cause: 'dns-temporary' }
    : { kind, class: 'dns', status: '5.1.2', text: 'The name b does not exist.', cause: 'dns-missing' }

describe('where the attempt goes on', () => {
  const table: readonly (readonly [name: string, first: SimulatedHost, expected: readonly string[], ask?: Ask])[] = [
    ['refused', { connect: 'refused' }, ['a/1', 'a/2']],
    ['unreachable', { connect: 'unreachable' }, ['a/1', 'a/2']],
    ['no answer', { connect: 'timeout' }, ['a/1', 'a/2']],
    ['greeting 421', { greet: '421' }, ['a/1', 'b/3']],
    ['greeting 554', { greet: '554' }, ['a/1', 'b/3']],
    ['greeting 250', { greet: '250 odd' }, ['a/1', 'b/3']],
    ['greeting garbage', { greet: 'garbage' }, ['a/1', 'b/3']],
    ['greeting silence', { greet: 'silence' }, ['a/1', 'a/2']],
    ['hung up before the greeting', { greet: 'close' }, ['a/1', 'a/2']],
    ['EHLO 550, no HELO', { ehlo: '550' }, ['a/1', 'b/3']],
    ['EHLO 421', { ehlo: '421' }, ['a/1', 'b/3']],
    ['EHLO silence', { ehlo: 'silence' }, ['a/1', 'b/3']],
    ['hung up at EHLO', { ehlo: 'close' }, ['a/1', 'b/3']],
    ['bad certificate', { ehlo: ['250', 'STARTTLS'], tls: 'bad-cert' }, ['a/1', 'b/3']],
    ['handshake failed', { ehlo: ['250', 'STARTTLS'], tls: 'fail' }, ['a/1', 'b/3']],
    ['hung up in the handshake', { ehlo: ['250', 'STARTTLS'], tls: 'eof' }, ['a/1', 'a/2']],
    ['handshake silence', { ehlo: ['250', 'STARTTLS'], tls: 'timeout' }, ['a/1', 'a/2']],
    ['STARTTLS refused, required', { ehlo: ['250', 'STARTTLS'], starttls: '454' }, ['a/1', 'b/3'], { tls: { starttls: 'require' } }],
    ['EHLO after TLS 550', { ehlo: ['250', 'STARTTLS'], ehloTls: '550' }, ['a/1']],
    ['hung up at EHLO after TLS', { ehlo: ['250', 'STARTTLS'], ehloTls: 'close' }, ['a/1']],
    ['MAIL 451', { mail: '451' }, ['a/1']],
    ['MAIL 421', { mail: '421 bye +close' }, ['a/1']],
    ['hung up at MAIL', { mail: 'close' }, ['a/1']],
    ['every RCPT 450', { rcpt: '450' }, ['a/1']],
    ['DATA 451', { data: '451' }, ['a/1']],
    ['end of data 451', { end: '451' }, ['a/1']],
    ['hung up after the final dot', { end: 'close' }, ['a/1']],
  ]
  const rows = table.map(([name, first, expected, ask = {}]) => [name, { first, expected, ask }] as const)
  test.each(rows)('%s', async (_name, { first, expected, ask }) => {
    const { attempt, network } = world({ '1': first, '2': { ehlo: ['250', 'STARTTLS'] }, '3': { ehlo: ['250', 'STARTTLS'] } })
    const report = await attempt({ hosts: TWO_HOSTS, ...ask })
    expect(tried(report)).toEqual(expected)
    expect(network.dialled.map(({ address }) => address)).toEqual(expected.map((place) => place.split('/')[1]))
    if (expected.length > 1) expect(states(report)).toEqual(['ok'])
  })

  test('no HELO is ever said', async () => {
    const { attempt, network } = world({ '1': { ehlo: '502 5.5.1 what' } })
    await attempt()
    expect(network.record('1').commands.map((line) => line.split(' ')[0])).toEqual(['EHLO'])
  })

  test('QUIT is said once EHLO was answered, and its silence does not hold anything up', async () => {
    const { attempt, network, clock } = world({ '1': { ehlo: ['250'], mail: '550', quit: 'silence' } })
    const before = clock.monotonic()
    await attempt({ tls: {} })
    expect(clock.monotonic() - before).toBe(0)
    await clock.advance(15_000)
    expect(network.record('1').commands).toContain('QUIT')
    expect(network.openConnections()).toBe(0)
  })
})

describe('what the group gets when no host would do', () => {
  const one = (host: SimulatedHost, second: SimulatedHost): Record<string, SimulatedHost> => ({ '1': host, '3': second })
  const HOSTS: NonNullable<Ask['hosts']> = [
    ['a', ['1']],
    ['b', ['3']],
  ]
  test.each([
    ['both refuse the connection', { connect: 'refused' }, { connect: 'refused' }, 'temp:connection', 'b'],
    ['the first refuses for good, the second is away', { greet: '554' }, { connect: 'refused' }, 'temp:connection', 'b'],
    ['the first is away, the second refuses for good', { connect: 'refused' }, { greet: '554' }, 'temp:connection', 'a'],
    ['both refuse for good', { greet: '554 first' }, { greet: '554 second' }, 'perm:unexpected-reply', 'a'],
    ['the latest temporary failure counts', { connect: 'refused' }, { greet: '421' }, 'temp:unexpected-reply', 'b'],
    ['the first has no encryption, the second is busy', { ehlo: ['250'] }, { greet: '421' }, 'temp:unexpected-reply', 'b'],
    ['a reply says more than missing encryption', { ehlo: ['250'] }, { greet: '554' }, 'perm:unexpected-reply', 'b'],
  ] as const)('%s', async (_name, first, second, state, entity) => {
    const report = await world(one(first, second)).attempt({ hosts: HOSTS, tls: { starttls: 'require' } })
    expect(states(report)).toEqual([state])
    expect(report.outcomes[0]).toMatchObject({ entity })
  })

  test.each([
    ['does not exist, the other is away', 'permanent', { connect: 'refused' }, 'temp:connection'],
    ['does not exist, the other refuses for good', 'permanent', { greet: '554' }, 'perm:unexpected-reply'],
    ['cannot be looked up, the other refuses for good', 'temporary', { greet: '554' }, 'temp:dns'],
  ] as const)('one host %s', async (_name, kind, host, state) => {
    for (const hosts of [
      [
        ['a', ['1']],
        ['b', [], problem(kind)],
      ] as const,
      [
        ['b', [], problem(kind)],
        ['a', ['1']],
      ] as const,
    ]) {
      expect(states(await world({ '1': host }).attempt({ hosts }))).toEqual([state])
    }
  })

  test('a host that does not exist is passed over', async () => {
    const report = await world({ '1': {} }).attempt({
      hosts: [
        ['b', [], problem('permanent')],
        ['a', ['1']],
      ],
    })
    expect(states(report)).toEqual(['ok'])
  })

  test.each(['temporary', 'permanent'] as const)('no hosts at all: what routing said, %s', async (kind) => {
    const report = await world({}).attempt({ hosts: [], problem: problem(kind), recipients: ['x@d.test', 'y@d.test'] })
    expect(states(report)).toEqual([`${kind.slice(0, 4)}:dns`, `${kind.slice(0, 4)}:dns`])
    expect(failureOf(report)).toMatchObject({ status: problem(kind).status, cause: problem(kind).cause, text: problem(kind).text })
    expect(report.outcomes[0]).toMatchObject({ entity: 'd.test' })
    expect(report.tries).toEqual([])
  })

  test('no hosts and no reason: temporary', async () => {
    expect(states(await world({}).attempt({ hosts: [] }))).toEqual(['temp:dns'])
  })

  test('the relay itself is named when it cannot be found', async () => {
    const report = await world({}).attempt({ route: relay(), hosts: [], problem: { ...problem('temporary'), cause: 'relay-not-found' } })
    expect(report.outcomes[0]).toMatchObject({ entity: 'relay.example.org', failure: { cause: 'relay-not-found' } })
  })
})

describe('source address and EHLO name', () => {
  const parts = { ownEhloFor: (ip: string) => (ip === '192.0.2.7' ? 'seven.example' : null) }

  test.each([
    ['nothing set', {}, '198.51.100.1', undefined, 'mailroom.example'],
    ['a name of the connection strategy', { ehloHostname: 'strategy.example' }, '198.51.100.1', undefined, 'strategy.example'],
    ['one source address', { sourceIps: ['192.0.2.8'] }, '198.51.100.1', '192.0.2.8', 'mailroom.example'],
    [
      "the source address's own name wins",
      { sourceIps: ['192.0.2.7'], ehloHostname: 'strategy.example' },
      '198.51.100.1',
      '192.0.2.7',
      'seven.example',
    ],
    ['only addresses of the same family', { sourceIps: ['2001:db8::7', '192.0.2.8'] }, '198.51.100.1', '192.0.2.8', 'mailroom.example'],
    ['none of the same family', { sourceIps: ['2001:db8::7'] }, '198.51.100.1', undefined, 'mailroom.example'],
    ['IPv6', { sourceIps: ['192.0.2.8', '2001:db8::7'] }, '2001:db8::1', '2001:db8::7', 'mailroom.example'],
  ])('%s', async (_name, connection, address, localAddress, ehlo) => {
    const { attempt, network } = world({ [address]: {} }, { parts })
    expect(states(await attempt({ connection, hosts: [['a', [address]]] }))).toEqual(['ok'])
    expect(network.dialled[0]?.localAddress).toBe(localAddress)
    expect(network.record(address).commands[0]).toBe(`EHLO ${ehlo}`)
  })

  test('several: one by chance', async () => {
    const random = { bytes: (count: number) => Buffer.alloc(count), below: (below: number) => below - 1 }
    const { attempt, network } = world({ '198.51.100.1': {} }, { parts: { random } })
    await attempt({ connection: { sourceIps: ['192.0.2.7', '192.0.2.8', '192.0.2.9'] }, hosts: [['a', ['198.51.100.1']]] })
    expect(network.dialled[0]?.localAddress).toBe('192.0.2.9')
  })
})

test('the attempt list tells host, address, port and encryption of each try', async () => {
  const { attempt } = world({ '1': { connect: 'refused' }, '2': { ehlo: ['250', 'STARTTLS'] } })
  const report = await attempt({ hosts: TWO_HOSTS })
  expect(report.tries).toEqual([
    { host: 'a', address: '1', port: 25, tls: null, problem: 'No connection to a [1]: nothing answers at this port (ECONNREFUSED).' },
    { host: 'a', address: '2', port: 25, tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', authorized: true }, problem: null },
  ])
})
