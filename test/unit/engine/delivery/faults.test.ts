import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { NextHops } from '../../../../main/engine/routing/index.ts'
import type { SimulatedHost } from '../../../support/simulated-network.ts'
import { CONNECTION, failureOf, relay, request, states, world } from './attempt.ts'
import type { Ask } from './attempt.ts'

/** Every point of a conversation, with everything that can go wrong there, and what becomes of the recipient. */

const SIGNED_IN: Ask = { route: relay({ auth: { username: 'u', secret: 'sesame', allowCleartext: true } }) }
const AUTH_EHLO = ['250', 'AUTH PLAIN']

interface Point {
  readonly name: string
  readonly host: (step: string) => SimulatedHost
  readonly ask?: Ask
  /** Cause of a 4xx and a 5xx here, and whether the 5xx is final. */
  readonly temporary: string
  readonly permanent: string
  /** Class and cause when the line breaks or stays silent. */
  readonly lost: string
  readonly timeout: string
  readonly timeoutMs: number
  readonly garbage: string
  readonly mayArriveTwice?: boolean
}

const { timeoutMs } = CONNECTION
const POINTS: readonly Point[] = [
  {
    name: 'greeting',
    host: (greet) => ({ greet }),
    temporary: 'temp:unexpected-reply greeting',
    permanent: 'perm:unexpected-reply greeting',
    lost: 'temp:connection greeting',
    timeout: 'temp:connection timeout',
    timeoutMs: timeoutMs.greeting,
    garbage: 'temp:unexpected-reply bad-reply',
  },
  {
    name: 'EHLO',
    host: (ehlo) => ({ ehlo }),
    temporary: 'temp:unexpected-reply reply',
    permanent: 'perm:unexpected-reply reply',
    lost: 'temp:connection connection-lost',
    timeout: 'temp:connection timeout',
    timeoutMs: timeoutMs.ehlo,
    garbage: 'temp:unexpected-reply bad-reply',
  },
  {
    name: 'STARTTLS, required',
    host: (starttls) => ({ ehlo: ['250', 'STARTTLS'], starttls }),
    ask: { tls: { starttls: 'require' } },
    temporary: 'temp:unexpected-reply reply',
    permanent: 'perm:unexpected-reply reply',
    lost: 'temp:tls tls-handshake',
    timeout: 'temp:tls tls-handshake',
    timeoutMs: 180_000,
    garbage: 'temp:tls tls-handshake',
  },
  {
    name: 'EHLO after TLS',
    host: (ehloTls) => ({ ehlo: ['250', 'STARTTLS'], ehloTls }),
    temporary: 'temp:unexpected-reply reply',
    permanent: 'perm:unexpected-reply reply',
    lost: 'temp:connection connection-lost',
    timeout: 'temp:connection timeout',
    timeoutMs: timeoutMs.ehlo,
    garbage: 'temp:unexpected-reply bad-reply',
  },
  {
    name: 'AUTH',
    host: (auth) => ({ ehlo: AUTH_EHLO, auth }),
    ask: SIGNED_IN,
    temporary: 'temp:connection reply',
    permanent: 'temp:connection auth-rejected',
    lost: 'temp:connection connection-lost',
    timeout: 'temp:connection timeout',
    timeoutMs: timeoutMs.mailFrom,
    garbage: 'temp:unexpected-reply bad-reply',
  },
  ...['MAIL', 'RCPT', 'DATA'].map((verb): Point => {
    const key = verb.toLowerCase()
    return {
      name: verb,
      host: (step) => ({ [key]: step }),
      temporary: 'temp:unexpected-reply reply',
      permanent: 'perm:unexpected-reply reply',
      lost: 'temp:connection connection-lost',
      timeout: 'temp:connection timeout',
      timeoutMs: { MAIL: timeoutMs.mailFrom, RCPT: timeoutMs.rcptTo, DATA: timeoutMs.data }[verb] ?? 0,
      garbage: 'temp:unexpected-reply bad-reply',
    }
  }),
  {
    name: 'end of data',
    host: (end) => ({ end }),
    temporary: 'temp:unexpected-reply reply',
    permanent: 'perm:unexpected-reply reply',
    lost: 'temp:connection connection-lost',
    timeout: 'temp:connection timeout',
    timeoutMs: timeoutMs.data,
    garbage: 'temp:unexpected-reply bad-reply',
    mayArriveTwice: true,
  },
]

for (const pipelining of [false, true]) {
  const withPipelining = (host: SimulatedHost): SimulatedHost => {
    if (!pipelining || typeof host.ehlo === 'string') return host
    return { ...host, ehlo: [...(host.ehlo ?? ['250']), 'PIPELINING'] }
  }

  describe.each(POINTS.map((point) => [point.name, point] as const))(`${pipelining ? 'pipelined, ' : ''}at %s`, (_name, point) => {
    test.each([
      ['421 4.3.2 closing', point.temporary, false],
      ['421 4.3.2 closing +close', point.temporary, false],
      ['451 4.3.0 not now', point.temporary, false],
      ['450', point.temporary, false],
      ['550 5.7.1 never', point.permanent, false],
      ['554', point.permanent, false],
      ['550 5.7.1 never +close', point.permanent, false],
      ['close', point.lost, point.mayArriveTwice],
      ['reset', point.lost, point.mayArriveTwice],
      ['garbage', point.garbage, point.mayArriveTwice],
      ['flood', point.garbage, point.mayArriveTwice],
      ['endless', point.garbage, point.mayArriveTwice],
      ['silence', point.timeout, point.mayArriveTwice],
      ['dribble', point.timeout, point.mayArriveTwice],
    ])('%s: %s', async (step, expected, twice) => {
      const { attempt, clock, network } = world({ '1': withPipelining(point.host(step)) })
      const before = clock.monotonic()
      const report = await attempt(point.ask)
      const failure = failureOf(report)
      expect(`${states(report).join()} ${failure.cause}`).toBe(expected)
      expect(failure.outcomeUnknown ?? false).toBe(twice ?? false)
      expect(failure.text).not.toMatch(/undefined|null|\[object/)
      expect(failure.status).toMatch(report.outcomes[0]?.kind === 'perm_fail' ? /^5\.\d+\.\d+$/ : /^4\.\d+\.\d+$/)
      if (/^\d/.test(step)) expect(failure.reply?.code).toBe(Number(step.slice(0, 3)))
      else expect(failure.reply).toBeNull()
      if (step === 'silence' || step === 'dribble') expect(clock.monotonic() - before).toBeLessThanOrEqual(point.timeoutMs + 2000)
      await clock.advance(60_000)
      expect(network.openConnections()).toBe(0)
    })
  })
}

describe('MAIL and RCPT answered with 3xx', () => {
  test.each([{ mail: '354 odd' }, { rcpt: '354 odd' }, { data: '250 odd' }])('%j is temporary', async (host) => {
    expect(states(await world({ '1': host }).attempt())).toEqual(['temp:unexpected-reply'])
  })
})

describe('a server that answers more than it was asked', () => {
  test.each([
    ['MAIL twice', { mail: '250 ok\r\n250 again', rcpt: '550 5.1.1 no' }],
    ['RCPT twice', { rcpt: '250 ok\r\n354 go on', data: '554' }],
    ['half an answer too many', { mail: '250 ok\r\n250-and', rcpt: '550 5.1.1 no' }],
    ['EHLO twice', { ehlo: '250 scripted\r\n250 again', mail: '550 no' }],
  ])('%s: no answer is taken for that of another command', async (_name, host) => {
    const { attempt, network } = world({ '1': host })
    const report = await attempt()
    expect(states(report)).toEqual(['temp:unexpected-reply'])
    expect(failureOf(report)).toMatchObject({ cause: 'bad-reply', reply: null })
    expect(network.record('1').messages).toEqual([])
  })

  test('421 may come at any time, and is believed', async () => {
    const { attempt } = world({ '1': { rcpt: '250 ok\r\n421 4.3.2 going down +close' } })
    expect(failureOf(await attempt())).toMatchObject({ cause: 'reply', status: '4.3.2', reply: { code: 421 } })
  })
})

describe('while the message is being sent', () => {
  const big = Buffer.alloc(3 * 1024 * 1024, 'line of text\r\n')

  test.each([
    ['552 5.3.4 too big +close', 'perm:unexpected-reply reply'],
    ['451 4.3.0 disk full +close', 'temp:unexpected-reply reply'],
    ['421 4.3.2 going down +close', 'temp:unexpected-reply reply'],
    ['close', 'temp:connection connection-lost'],
    ['reset', 'temp:connection connection-lost'],
    ['silence', 'temp:connection timeout'],
    ['garbage', 'temp:unexpected-reply bad-reply'],
  ])('%s: %s, and it cannot arrive twice', async (content, expected) => {
    const { attempt } = world({ '1': { content } })
    const report = await attempt({ message: big })
    expect(`${states(report).join()} ${failureOf(report).cause}`).toBe(expected)
    expect(failureOf(report).outcomeUnknown).toBeUndefined()
  })

  test('a premature 250 does not count as taken', async () => {
    const early = world({ '1': { content: '250 2.0.0 taken already' } })
    expect(states(await early.attempt({ message: big }))).toEqual(['temp:unexpected-reply'])
  })

  test('a second answer to DATA does not count as the answer to the message', async () => {
    for (const message of ['Subject: small\r\n', big]) {
      const { attempt, network } = world({ '1': { data: '354 go\r\n250 2.0.0 taken already' } })
      expect(states(await attempt({ message }))).toEqual(['temp:unexpected-reply'])
      expect(network.record('1').messages).toEqual([])
    }
  })

  test.each([
    ['fails', failingMessage, 'EIO'],
    ['cannot be opened', noMessage, 'EIO'],
    ['is shorter than it was', () => Readable.from([Buffer.from('Subject: half\r\n')]), '15 of 1000 bytes'],
  ])('our own copy %s: nothing counts as sent, the mail is kept', async (_name, message, detail) => {
    for (const ehlo of [['250'], ['250', 'CHUNKING']]) {
      const { attempt, network } = world({ '1': { ehlo } })
      const report = await attempt({ message, size: 1000 })
      expect(states(report)).toEqual(['temp:io'])
      expect(failureOf(report)).toMatchObject({ cause: 'storage', status: '4.3.0' })
      expect(failureOf(report).text).toContain(detail)
      expect(network.record('1').messages).toEqual([])
      expect(network.openConnections()).toBe(0)
    }
  })

  test('a message in pieces arrives whole, by DATA and by BDAT', async () => {
    for (const ehlo of [['250'], ['250', 'CHUNKING'], ['250', 'CHUNKING', 'PIPELINING']]) {
      const { attempt, network } = world({ '1': { ehlo } })
      const text = '.starts with a dot\n..two\r\nbare\rend'.repeat(60_000)
      const report = await attempt({ message: text })
      expect(states(report)).toEqual(['ok'])
      const [received] = network.record('1').messages
      expect(received === `${text.replace(/\r\n|\r|\n/g, '\r\n')}\r\n`).toBe(true)
    }
  })

  test('a chunk that is refused ends the transaction', async () => {
    const { attempt, network } = world({ '1': { ehlo: ['250', 'CHUNKING'], end: '554 5.6.0 no' } })
    expect(states(await attempt({ message: big }))).toEqual(['perm:unexpected-reply'])
    expect(network.record('1').commands.filter((line) => line.startsWith('BDAT'))).toHaveLength(3)
  })
})

function diskError(): Error {
  return Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
}

/** Fails after its first piece. */
function failingMessage(): Readable {
  return new Readable({
    read() {
      this.push('Subject: half\r\n')
      this.destroy(diskError())
    },
  })
}

function noMessage(): never {
  throw diskError()
}

describe('verdicts given at RCPT stand', () => {
  const recipients = ['ok@d.test', 'no@d.test', 'later@d.test', 'ok2@d.test']
  const rcpt = { 'no@d.test': '550 5.1.1 unknown', 'later@d.test': '450 4.2.1 full' }

  test.each([
    ['all goes well', {}, ['ok', 'perm', 'temp', 'ok']],
    ['DATA is refused', { data: '451' }, ['temp', 'perm', 'temp', 'temp']],
    ['DATA is refused for good', { data: '554' }, ['perm', 'perm', 'temp', 'perm']],
    ['the end of data is refused', { end: '451' }, ['temp', 'perm', 'temp', 'temp']],
    ['the end of data is refused for good', { end: '554' }, ['perm', 'perm', 'temp', 'perm']],
    ['the connection breaks at DATA', { data: 'close' }, ['temp', 'perm', 'temp', 'temp']],
    ['the connection breaks at the end', { end: 'reset' }, ['temp', 'perm', 'temp', 'temp']],
  ])('%s', async (_name, host, expected) => {
    for (const ehlo of [['250'], ['250', 'PIPELINING']]) {
      const report = await world({ '1': { ehlo, rcpt, ...host } }).attempt({ recipients })
      expect(states(report).map((state) => state.split(':')[0])).toEqual(expected)
      expect(report.outcomes[1]).toMatchObject({ failure: { status: '5.1.1', reply: { code: 550 } } })
      expect(report.outcomes[2]).toMatchObject({ failure: { status: '4.2.1', reply: { code: 450 } } })
    }
  })

  test('the connection breaks at the third RCPT: the first two keep what they were told, the others wait', async () => {
    const report = await world({ '1': { rcpt: { ...rcpt, 'later@d.test': 'close' } } }).attempt({ recipients })
    expect(states(report)).toEqual(['temp:connection', 'perm:unexpected-reply', 'temp:connection', 'temp:connection'])
  })

  test('421 at RCPT: everybody without a verdict waits', async () => {
    const report = await world({ '1': { rcpt: { ...rcpt, 'later@d.test': '421 4.3.2 bye +close' } } }).attempt({ recipients })
    expect(states(report)).toEqual(['temp:unexpected-reply', 'perm:unexpected-reply', 'temp:unexpected-reply', 'temp:unexpected-reply'])
  })

  test('nobody accepted: no DATA, but QUIT', async () => {
    for (const ehlo of [['250'], ['250', 'PIPELINING']]) {
      const { attempt, network, delivery } = world({ '1': { ehlo, rcpt: '550 5.1.1 unknown' } })
      await attempt({ recipients: ['x@d.test', 'y@d.test'] })
      await delivery.closeIdle()
      expect(network.record('1').commands.map((line) => line.split(' ')[0])).toEqual(['EHLO', 'MAIL', 'RCPT', 'RCPT', 'QUIT'])
    }
  })
})

describe('a server that takes only some recipients at once', () => {
  const many = Array.from({ length: 7 }, (_, i) => `r${i}@d.test`)

  test.each([[['250']], [['250', 'PIPELINING']], [['250', 'CHUNKING']]])(
    'the others go in the next transaction, over the same connection: %j',
    async (ehlo) => {
      const { attempt, network } = world({ '1': { ehlo, maxRecipients: 3 } })
      expect(states(await attempt({ recipients: many }))).toEqual(many.map(() => 'ok'))
      expect(network.dialled).toHaveLength(1)
      expect(network.record('1').messages).toHaveLength(3)
    },
  )

  test('nobody gets it twice, and refusals for other reasons stand', async () => {
    const { attempt, network } = world({ '1': { maxRecipients: 3, rcpt: { 'r0@d.test': '550 5.1.1 no', 'r1@d.test': '452 4.2.2 full' } } })
    const report = await attempt({ recipients: many })
    expect(states(report)).toEqual(['perm:unexpected-reply', 'temp:unexpected-reply', 'ok', 'ok', 'ok', 'ok', 'ok'])
    const asked = network.record('1').commands.filter((line) => line.startsWith('RCPT'))
    for (const address of ['r0', 'r1', 'r2', 'r3', 'r4']) expect(asked.filter((line) => line.includes(address))).toHaveLength(1)
  })

  test('when a transaction gets nobody through, the others wait', async () => {
    const { attempt, network } = world({ '1': { rcpt: { 'r0@d.test': '250', 'r1@d.test': '452 4.5.3 too many' } } })
    expect(states(await attempt({ recipients: ['r0@d.test', 'r1@d.test'] }))).toEqual(['ok', 'temp:unexpected-reply'])
    expect(network.record('1').messages).toHaveLength(1)
  })

  test('a message that is refused is not offered to the others', async () => {
    const { attempt, network } = world({ '1': { maxRecipients: 3, end: '554 5.7.1 spam' } })
    const report = await attempt({ recipients: many })
    expect(states(report).slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'perm:unexpected-reply'))
    expect(states(report).slice(3)).toEqual(Array.from({ length: 4 }, () => 'temp:unexpected-reply'))
    expect(network.record('1').messages).toHaveLength(1)
  })
})

test('a reply of many long lines is cut before it is kept', async () => {
  const mail = Array.from({ length: 60 }, () => `550 5.7.1 ${'x'.repeat(900)}`).join('\n')
  const failure = failureOf(await world({ '1': { mail } }).attempt())
  expect(failure.reply?.code).toBe(550)
  expect(JSON.stringify(failure).length).toBeLessThan(25_000)
  expect(failure.text.length).toBeLessThanOrEqual(2000)
})

describe('an attempt that is abandoned', () => {
  test.each([
    ['while connecting', { connect: 'timeout' }, false],
    ['before the greeting', { greet: 'silence' }, false],
    ['in the TLS handshake', { ehlo: ['250', 'STARTTLS'], tls: 'timeout' }, false],
    ['at RCPT', { rcpt: 'silence' }, false],
    ['before the answer to the final dot', { end: 'silence' }, true],
  ] as const)('%s: temporary, class io', async (_name, host, twice) => {
    const abort = new AbortController()
    const { delivery, clock, network } = world({ '1': host })
    const running = delivery.deliver(request({}), abort.signal)
    await clock.advance(10)
    abort.abort()
    await clock.advance(0)
    const report = await running
    expect(states(report)).toEqual(['temp:io'])
    expect(failureOf(report)).toMatchObject({ cause: 'cancelled' })
    expect(failureOf(report).outcomeUnknown ?? false).toBe(twice)
    await clock.advance(400_000)
    expect(network.openConnections()).toBe(0)
  })

  test('while names are looked up: names that were not found in the end say nothing about the recipients', async () => {
    const abort = new AbortController()
    const { delivery, network } = world({ '1': {} })
    const nextHops = (signal: AbortSignal) =>
      new Promise<NextHops>((resolve) => {
        const problem = { kind: 'permanent', class: 'dns', status: '5.1.2', text: 'gone', cause: 'dns-missing' } as const
        signal.addEventListener('abort', () => resolve({ hosts: [], problem }))
      })
    const running = delivery.deliver({ ...request({}), nextHops }, abort.signal)
    abort.abort()
    const report = await running
    expect(states(report)).toEqual(['temp:io'])
    expect(failureOf(report)).toMatchObject({ cause: 'cancelled' })
    expect(network.dialled).toEqual([])
  })

  test('verdicts given before stand', async () => {
    const abort = new AbortController()
    const { delivery, clock } = world({ '1': { rcpt: { 'no@d.test': '550 5.1.1 unknown', 'x@d.test': 'silence' } } })
    const running = delivery.deliver(request({ recipients: ['no@d.test', 'x@d.test'] }), abort.signal)
    await clock.advance(10)
    abort.abort()
    expect(states(await running)).toEqual(['perm:unexpected-reply', 'temp:io'])
  })

  test('abandoned before it began: nobody is called', async () => {
    const { attempt, network } = world({ '1': {} })
    expect(states(await attempt({}, AbortSignal.abort()))).toEqual(['temp:io'])
    expect(network.dialled).toEqual([])
  })
})

test('what throws where nothing should throw is our mistake: the mail is kept', async () => {
  const { delivery } = world({ '1': {} })
  const broken = { ...request({}), nextHops: () => Promise.reject(new Error('routing fell over')) }
  const report = await delivery.deliver(broken, new AbortController().signal)
  expect(states(report)).toEqual(['temp:io'])
  expect(failureOf(report)).toMatchObject({ cause: 'internal' })
})
