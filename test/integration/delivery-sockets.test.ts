import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { generate } from 'selfsigned'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDelivery } from '../../main/engine/delivery/index.ts'
import type { Delivery, DeliveryReport } from '../../main/engine/delivery/index.ts'
import type { Network } from '../../main/engine/system/index.ts'
import { createNodeSystem } from '../../main/engine/system/node/index.ts'
import { listenScripted } from '../support/scripted-server.ts'
import type { ListeningServer, ServerScript } from '../support/scripted-server.ts'
import { CONNECTION, failureOf, relay, request, states } from '../unit/engine/delivery/attempt.ts'
import type { Ask } from '../unit/engine/delivery/attempt.ts'

/** The same conversation as in the unit tests, over real sockets and real TLS. */

interface Certificate {
  readonly key: string
  readonly cert: string
}

let good: Certificate
let other: Certificate
beforeAll(async () => {
  good = await certificateFor('relay.test')
  other = await certificateFor('other.test')
})

async function certificateFor(name: string): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  })
  return { key: made.private, cert: made.cert }
}

const toClose: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

async function serve(script: ServerScript, tls?: Certificate & { readonly implicit?: boolean }): Promise<ListeningServer> {
  const server = await listenScripted(script, tls)
  toClose.push(() => server.close())
  return server
}

/** The real network, which trusts the two certificates made here as well. */
function realDelivery(): Delivery {
  const { network, clock, random } = createNodeSystem()
  const trusting: Network = {
    ...network,
    startTls: (connection, options) => network.startTls(connection, { ...options, extraCertificates: [good.cert, other.cert] }),
  }
  const made = createDelivery({
    network: trusting,
    clock,
    random,
    hostname: () => 'mailroom.example',
    ownEhloFor: () => null,
    deliverLocally: () => Promise.reject(new Error('not here')),
  })
  toClose.push(() => made.closeIdle())
  return made
}

function attempt(port: number, ask: Ask = {}, delivery = realDelivery()): Promise<DeliveryReport> {
  return delivery.deliver(request({ hosts: [['relay.test', ['127.0.0.1']]], port, ...ask }), new AbortController().signal)
}

const implicit = { route: relay({ tls: { implicit: true, allowInvalidCertificates: false } }) }
const STARTTLS: ServerScript = { ehlo: ['250', 'STARTTLS', 'PIPELINING', 'AUTH PLAIN'] }

describe('encryption for real', () => {
  test('STARTTLS with a certificate that is trusted and has the name', async () => {
    const { port, record } = await serve(STARTTLS, good)
    const report = await attempt(port, { tls: { starttls: 'require' } })
    expect(states(report)).toEqual(['ok'])
    expect(record.encrypted).toEqual([true])
    expect(report.tries[0]?.tls).toMatchObject({ version: 'TLSv1.3', authorized: true })
  })

  test('implicit TLS, signed in', async () => {
    const { port, record } = await serve({ ehlo: ['250', 'AUTH PLAIN'] }, { ...good, implicit: true })
    const route = relay({ ...implicit.route, auth: { username: 'u', secret: 'sesame', allowCleartext: false } })
    expect(states(await attempt(port, { route }))).toEqual(['ok'])
    expect(record.encrypted).toEqual([true])
    expect(record.commands.map((line) => line.split(' ')[0])).toEqual(['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'])
  })

  test('a certificate for another name is refused, and accepted when that is allowed', async () => {
    const { port, record } = await serve(STARTTLS, other)
    const refused = await attempt(port)
    expect(states(refused)).toEqual(['temp:tls'])
    expect(failureOf(refused)).toMatchObject({ cause: 'tls-certificate' })
    expect(failureOf(refused).text).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(record.messages).toEqual([])
    const allowed = await attempt(port, { tls: { allowInvalidCertificates: true } })
    expect(states(allowed)).toEqual(['ok'])
    expect(allowed.tries[0]?.tls).toMatchObject({ authorized: false })
  })

  test('a certificate that nobody vouches for is refused, and accepted when that is allowed', async () => {
    const { port } = await serve(STARTTLS, await certificateFor('relay.test'))
    expect(failureOf(await attempt(port))).toMatchObject({ cause: 'tls-certificate', class: 'tls' })
    const route = relay({ tls: { implicit: false, allowInvalidCertificates: true } })
    expect(states(await attempt(port, { route }))).toEqual(['ok'])
  })

  test('implicit TLS to a port that speaks clear text fails and says nothing', async () => {
    const { port, record } = await serve({})
    const report = await attempt(port, implicit)
    expect(failureOf(report)).toMatchObject({ cause: 'tls-handshake', class: 'tls', status: '4.7.0' })
    expect(record.messages).toEqual([])
  })

  test('a server that hangs up in the handshake', async () => {
    const { port } = await serve({ ...STARTTLS, starttls: '220 go +close' })
    expect(failureOf(await attempt(port))).toMatchObject({ class: 'tls' })
  })

  test('a server that never answers the handshake', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).resume())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    toClose.push(async () => void server.close())
    const report = await attempt((server.address() as AddressInfo).port, { ...implicit, tls: { timeoutMs: { tls: 200, mtaSts: 200 } } })
    expect(failureOf(report)).toMatchObject({ class: 'tls', cause: 'tls-handshake' })
  })

  test('a large message over TLS arrives whole', async () => {
    const { port, record } = await serve(STARTTLS, good)
    const text = '.a line that begins with a dot\r\n'.repeat(100_000)
    expect(states(await attempt(port, { message: text }))).toEqual(['ok'])
    expect(record.messages[0] === text).toBe(true)
  })
})

describe('sockets for real', () => {
  test('nobody listens', async () => {
    const server = await listenScripted({})
    await server.close()
    const report = await attempt(server.port)
    expect(failureOf(report)).toMatchObject({ cause: 'connect', class: 'connection', status: '4.4.1' })
    expect(failureOf(report).text).toContain('ECONNREFUSED')
  })

  test.each(['greet', 'ehlo', 'mail', 'rcpt', 'data', 'end'] as const)('reset and hang-up at %s', async (stage) => {
    for (const step of ['reset', 'close']) {
      const { port } = await serve({ [stage]: step })
      expect(states(await attempt(port))).toEqual(['temp:connection'])
    }
  })

  test('reset while a large message is on its way', async () => {
    const { port } = await serve({ content: 'reset' })
    const report = await attempt(port, { message: Buffer.alloc(20_000_000, 'text\r\n') })
    expect(states(report)).toEqual(['temp:connection'])
    expect(failureOf(report).outcomeUnknown).toBeUndefined()
  })

  test('a peer that stops reading runs into the time limit', async () => {
    const { port } = await serve({ content: 'silence' })
    const connection = { timeoutMs: { ...CONNECTION.timeoutMs, data: 300 } }
    expect(failureOf(await attempt(port, { message: Buffer.alloc(50_000_000, 'text\r\n'), connection }))).toMatchObject({
      cause: 'timeout',
    })
  })

  test('a source address that is not ours', async () => {
    const { port } = await serve({})
    const report = await attempt(port, { connection: { sourceIps: ['192.0.2.77'] } })
    expect(failureOf(report)).toMatchObject({ cause: 'connect', class: 'connection' })
    expect(failureOf(report).text).toMatch(/EADDRNOTAVAIL|EINVAL/)
  })

  test('many messages go over few connections', async () => {
    const { port, record } = await serve({ ehlo: ['250', 'PIPELINING'] })
    const delivery = realDelivery()
    const reports = await Promise.all(Array.from({ length: 200 }, () => attempt(port, {}, delivery)))
    expect(reports.every((report) => states(report)[0] === 'ok')).toBe(true)
    expect(record.messages).toHaveLength(200)
    expect(record.connections).toBeLessThanOrEqual(20)
  })

  test('an abandoned attempt lets go of its connection', async () => {
    const { port } = await serve({ rcpt: 'silence' })
    const abort = new AbortController()
    const running = realDelivery().deliver(request({ hosts: [['relay.test', ['127.0.0.1']]], port }), abort.signal)
    abort.abort()
    expect(failureOf(await running)).toMatchObject({ cause: 'cancelled' })
  })
})

describe('to a mail server made by others', () => {
  test.each([false, true])('smtp-server, implicit TLS %s', async (secure) => {
    const received: { body: string; from: string; to: string[]; user: unknown }[] = []
    const server = new SMTPServer({
      ...good,
      secure,
      logger: false,
      onAuth: (auth, _session, done) =>
        auth.username === 'kim' && auth.password === 'sesame'
          ? done(null, { user: 'kim' })
          : done(new Error('Invalid username or password')),
      onData(stream, session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
          const to = session.envelope.rcptTo.map(({ address }) => address)
          received.push({ body: Buffer.concat(chunks).toString(), from, to, user: session.user })
          done()
        })
      },
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    toClose.push(() => new Promise<void>((resolve) => server.close(resolve)))
    const { port } = server.server.address() as AddressInfo
    const delivery = realDelivery()
    const auth = { username: 'kim', secret: 'sesame', allowCleartext: false }
    const route = relay({ tls: { implicit: secure, allowInvalidCertificates: false }, auth })
    const message = (): Readable => Readable.from(['Subject: a\r\n\r\n', '.dot\n', 'last'].map((part) => Buffer.from(part)))
    const report = await attempt(port, { route, message, size: 10, recipients: ['x@d.test', 'y@d.test'] }, delivery)
    expect(states(report)).toEqual(['ok', 'ok'])
    expect(received).toEqual([
      { body: 'Subject: a\r\n\r\n.dot\r\nlast\r\n', from: 'ann@example.net', to: ['x@d.test', 'y@d.test'], user: 'kim' },
    ])

    const wrong = relay({ ...route, auth: { ...auth, secret: 'wrong' } })
    expect(failureOf(await attempt(port, { route: wrong }, delivery))).toMatchObject({ cause: 'auth-rejected', reply: { code: 535 } })
    await delivery.closeIdle()
  })
})
