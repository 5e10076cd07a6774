import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { DeliveryReport } from '../../../../main/engine/delivery/index.ts'
import { ConnectionPool } from '../../../../main/engine/delivery/pool.ts'
import type { Lease } from '../../../../main/engine/delivery/pool.ts'
import type { Session } from '../../../../main/engine/delivery/session.ts'
import { Transcript } from '../../../../main/engine/delivery/transcript.ts'
import { Wire } from '../../../../main/engine/delivery/wire.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import { MESSAGE, relay, request, states, world } from './attempt.ts'
import type { Ask } from './attempt.ts'

const verbs = (commands: readonly string[]): string => commands.map((line) => line.split(' ')[0]).join(' ')

describe('connections are used again', () => {
  test('for the next message to the same next hop', async () => {
    const { attempt, network } = world({ '1': {} })
    for (let i = 0; i < 3; i++) expect(states(await attempt())).toEqual(['ok'])
    expect(network.dialled).toHaveLength(1)
    expect(verbs(network.record('1').commands)).toBe('EHLO MAIL RCPT DATA MAIL RCPT DATA MAIL RCPT DATA')
    expect(network.record('1').messages).toEqual([MESSAGE, MESSAGE, MESSAGE])
  })

  test('with RSET when the message before did not get as far as its end', async () => {
    const { attempt, network } = world({ '1': { rcpt: { 'no@d.test': '550' } } })
    await attempt({ recipients: ['no@d.test'] })
    expect(states(await attempt())).toEqual(['ok'])
    expect(verbs(network.record('1').commands)).toBe('EHLO MAIL RCPT RSET MAIL RCPT DATA')
  })

  const different: readonly (readonly [name: string, first: Ask, second: Ask])[] = [
    ['another address', {}, { hosts: [['a', ['2']]] }],
    ['another port', {}, { port: 26 }],
    ['another route', {}, { route: relay({ id: 'other' }) }],
    ['another host name at the same address', {}, { hosts: [['b', ['1']]] }],
    ['another encryption', {}, { tls: { starttls: 'disable' } }],
    ['certificates no longer tolerated', { tls: { allowInvalidCertificates: true } }, {}],
    ['another EHLO name', {}, { connection: { ehloHostname: 'other.example' } }],
    ['another source address', {}, { connection: { sourceIps: ['192.0.2.9'] } }],
  ]
  test.each(different)('not for %s', async (_name, first, second) => {
    const { attempt, network } = world({ '1': {}, '2': {} })
    await attempt(first)
    expect(states(await attempt(second))).toEqual(['ok'])
    expect(network.dialled).toHaveLength(2)
  })

  test('not with another login or a changed password', async () => {
    const { attempt, network } = world({ '127.0.0.1': { ehlo: ['250', 'AUTH PLAIN'] } })
    for (const [username, secret] of [
      ['u', 'old'],
      ['u', 'new'],
      ['v', 'new'],
      ['v', 'new'],
    ] as const) {
      await attempt({ route: relay({ auth: { username, secret, allowCleartext: false } }), hosts: [['r', ['127.0.0.1']]] })
    }
    expect(network.dialled).toHaveLength(3)
  })

  test('a number of times, then QUIT', async () => {
    const { attempt, network } = world({ '1': {} }, { parts: { pool: { maxTransactions: 2 } } })
    for (let i = 0; i < 4; i++) await attempt()
    expect(network.dialled).toHaveLength(2)
    expect(network.record('1').commands.filter((line) => line === 'QUIT')).toHaveLength(2)
  })

  test('not after they have been idle for long: QUIT then', async () => {
    const { attempt, network, clock } = world({ '1': {} }, { parts: { pool: { idleMs: 5000 } } })
    await attempt()
    await clock.advance(4999)
    expect(network.openConnections()).toBe(1)
    await clock.advance(1)
    expect(network.openConnections()).toBe(0)
    expect(network.record('1').commands).toContain('QUIT')
    expect(clock.nextIn).toBeNull()
    await attempt()
    expect(network.dialled).toHaveLength(2)
  })

  test('closeIdle ends them at once', async () => {
    const { attempt, network, delivery, clock } = world({ '1': {}, '2': {} })
    await attempt()
    await attempt({ hosts: [['b', ['2']]] })
    await delivery.closeIdle()
    await clock.advance(0)
    expect(network.openConnections()).toBe(0)
    expect(network.record('2').commands).toContain('QUIT')
  })
})

describe('a kept connection that is dead', () => {
  test.each([
    ['421 at MAIL', '421 4.4.2 idle too long +close'],
    ['closed at MAIL', 'close'],
    ['reset at MAIL', 'reset'],
    ['silence at MAIL', 'silence'],
    ['garbage at MAIL', 'garbage'],
  ])('is replaced without the recipient noticing: %s', async (_name, second) => {
    const { attempt, network } = world({ '1': { mail: ['250 ok', second, '250 ok'] } })
    await attempt()
    // The script goes on with the new connection's own count, so its first MAIL goes well.
    const report = await attempt()
    expect(states(report)).toEqual(['ok'])
    expect(report.tries).toHaveLength(1)
    expect(network.dialled).toHaveLength(2)
    expect(network.record('1').messages).toHaveLength(2)
  })

  test('closed while it was idle: the next message opens a new one', async () => {
    const { attempt, network, clock } = world({ '1': { end: '250 ok +close' } })
    await attempt()
    await clock.advance(0)
    expect(network.openConnections()).toBe(0)
    expect(clock.nextIn).toBeNull()
    const report = await attempt()
    expect(states(report)).toEqual(['ok'])
    expect(report.transcript.map(({ text }) => text).join('\n')).not.toContain('again')
    expect(network.dialled).toHaveLength(2)
  })

  test('a refusal on it is a refusal', async () => {
    const { attempt, network } = world({ '1': { mail: ['250 ok', '451 4.3.0 later'] } })
    await attempt()
    expect(states(await attempt())).toEqual(['temp:unexpected-reply'])
    expect(network.dialled).toHaveLength(1)
  })

  test('when it breaks after MAIL was answered the attempt has failed', async () => {
    const { attempt, network } = world({ '1': { rcpt: { 'y@d.test': 'close' } } })
    await attempt()
    expect(states(await attempt({ recipients: ['y@d.test'] }))).toEqual(['temp:connection'])
    expect(network.dialled).toHaveLength(1)
  })
})

/** A pool over connections that are nothing but a number. */
function barePool(maxPerHop: number): { lend: (name: string) => Promise<Lease>; served: string[]; dialled: () => number } {
  const clock = createHeldClock()
  const pool = new ConnectionPool(clock, { maxTransactions: 100, idleMs: 2_000, maxPerHop })
  const served: string[] = []
  let dialled = 0
  const open = async (): Promise<Session> => {
    dialled++
    const wire = new Wire(
      { stream: new Duplex(), localAddress: '', remoteAddress: '', remotePort: 0, tls: null },
      clock,
      new Transcript(clock),
      String,
    )
    return { wire, transactions: 0, quit: async () => undefined } as Partial<Session> as Session
  }
  return {
    served,
    dialled: () => dialled,
    async lend(name) {
      const lease = await pool.lend('hop', open, new AbortController().signal)
      served.push(name)
      return lease
    },
  }
}

test.each([
  ['after a refused sign-in', { ehlo: ['250', 'AUTH PLAIN'], auth: '535 5.7.8 no', quit: 'silence' }],
  ['after the last transaction', { ehlo: ['250', 'AUTH PLAIN'], quit: 'silence' }],
] as const)('closing waits for connections that are just ending: %s no timer and no connection is left', async (_name, host) => {
  const { delivery, network, clock, settle } = world({ '127.0.0.1': host }, { parts: { pool: { maxTransactions: 1 } } })
  const signedIn = relay({ auth: { username: 'u', secret: 's', allowCleartext: true } })
  await settle(delivery.deliver(request({ route: signedIn, hosts: [['r', ['127.0.0.1']]] }), new AbortController().signal))
  const closed = delivery.closeIdle()
  await clock.advance(10_000)
  await closed
  expect(network.openConnections()).toBe(0)
  expect(clock.nextIn).toBeNull()
})

describe('no more connections to one next hop than allowed', () => {
  test.each([
    ['goes back whole', true],
    ['is closed', false],
  ])('who comes in the moment in which a connection %s stands behind those who wait', async (_name, reusable) => {
    const { lend, served } = barePool(1)
    const first = await lend('first')
    const waits = lend('waits')
    await Promise.resolve()
    first.release(reusable)
    const newcomer = lend('newcomer')
    const second = await waits
    expect(served).toEqual(['first', 'waits'])
    second.release(true)
    await newcomer
    expect(served).toEqual(['first', 'waits', 'newcomer'])
  })

  test('a newcomer behind one who was called does not wait for a place that is free already', async () => {
    const { lend, served } = barePool(2)
    const [first, second] = [await lend('first'), await lend('second')]
    const waits = lend('waits')
    await Promise.resolve()
    first.release(true)
    second.release(true)
    const newcomer = lend('newcomer')
    await Promise.all([waits, newcomer])
    expect(served).toEqual(['first', 'second', 'waits', 'newcomer'])
  })

  test('the others wait in line and go over the ones that come free', async () => {
    const { delivery, network, settle } = world({ '1': {} }, { parts: { pool: { maxPerHop: 2 } } })
    const { signal } = new AbortController()
    const order: number[] = []
    const running = Array.from({ length: 8 }, (_, i) => delivery.deliver(request({}), signal).finally(() => order.push(i)))
    const reports = await settle(Promise.all(running))
    expect(reports.flatMap(states)).toEqual(Array.from({ length: 8 }, () => 'ok'))
    expect(network.dialled).toHaveLength(2)
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('a hop that is full does not hold up another', async () => {
    const { delivery, clock, settle } = world({ '1': { greet: 'silence' }, '2': {} }, { parts: { pool: { maxPerHop: 1 } } })
    const abort = new AbortController()
    const stuck = [1, 2, 3].map(() => delivery.deliver(request({}), abort.signal))
    const other = delivery.deliver(request({ hosts: [['b', ['2']]] }), abort.signal)
    await clock.advance(0)
    expect(states(await other)).toEqual(['ok'])
    abort.abort()
    const reports: DeliveryReport[] = await settle(Promise.all(stuck))
    expect(reports.flatMap(states)).toEqual(['temp:io', 'temp:io', 'temp:io'])
  })

  test('a connection that fails to open lets the next in line try', async () => {
    const { delivery, network, settle } = world({ '1': { connect: 'refused' } }, { parts: { pool: { maxPerHop: 1 } } })
    const { signal } = new AbortController()
    const reports = await settle(Promise.all([1, 2, 3].map(() => delivery.deliver(request({}), signal))))
    expect(reports.flatMap(states)).toEqual(['temp:connection', 'temp:connection', 'temp:connection'])
    expect(network.dialled).toHaveLength(3)
  })
})
