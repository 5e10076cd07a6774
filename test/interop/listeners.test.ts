import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { capture } from '../../scripts/house.ts'
import { swaks } from '../support/peers/devices.ts'
import type { Handed, Handing } from '../support/peers/devices.ts'
import { relayingTo, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { trickyMessage, withoutTrace } from '../support/peers/messages.ts'
import { Cleanups, until } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'
import type { SmtpHost } from '../support/peers/smtp-host.ts'

const ACCOUNT = { user: 'scanner', password: 'pa55' }
const LISTENERS = `[server]
hostname = "mailroom.test"
[server.listener]
open = { bind = ["127.0.0.1:0", "[::1]:0"], tls = "none", auth = "none" }
implicit = { bind = ["127.0.0.1:0"], tls = "implicit" }
encrypted = { bind = ["127.0.0.1:0"], tls = "required" }
known = { bind = ["127.0.0.1:0"], auth = "required" }
[access]
networks = ["loopback"]
[access.account.scanner]
secret = "${ACCOUNT.password}"
`

let mailroom: Mailroom
let sink: SmtpHost

beforeAll(async () => {
  const { defer, run } = new Cleanups()
  sink = await startSmtpHost(defer)
  mailroom = await startMailroom(defer, { config: LISTENERS + relayingTo(sink) })
  return run
})

function placeOf(id: string, host = '127.0.0.1'): { host: string; port: number } {
  const found = mailroom.listeners.find((listener) => listener.id === id && listener.address === host)
  return { host, port: found?.port ?? 0 }
}

function send(place: { host: string; port: number }, message: string, more: Partial<Handing> = {}): Promise<Handed> {
  return swaks(onTestFinished, { ...place, from: 'scanner@device.test', to: ['bob@example.net'], message, ...more })
}

test('the ready line tells every port that was opened', () => {
  expect(mailroom.listeners.map(({ id, address }) => `${id} ${address}`).sort()).toEqual([
    'encrypted 127.0.0.1',
    'implicit 127.0.0.1',
    'known 127.0.0.1',
    'open 127.0.0.1',
    'open ::1',
  ])
  for (const { port } of mailroom.listeners) expect(port).toBeGreaterThan(0)
})

test.each([
  ['without any encryption', 'open', '127.0.0.1', {}, 'ESMTP'],
  ['by IPv6', 'open', '::1', {}, 'ESMTP'],
  ['with TLS from the first octet', 'implicit', '127.0.0.1', { implicitTls: true }, 'ESMTPS'],
  ['where STARTTLS is required', 'encrypted', '127.0.0.1', { starttls: true }, 'ESMTPS'],
  ['where a sign-in is required', 'known', '127.0.0.1', { auth: { mechanism: 'PLAIN', ...ACCOUNT }, starttls: true }, 'ESMTPSA'],
] as const)('a device sends %s', async (how, id, host, more, protocol) => {
  const message = trickyMessage(how)
  const handed = await send(placeOf(id, host), message, more)
  expect(handed, handed.said).toMatchObject({ ok: true })
  const came = await until('it has arrived', () => sink.record.messages.find((one) => withoutTrace(one) === message))
  expect(came).toMatch(new RegExp(`^Received: from scanner\\.test \\(${host === '::1' ? '\\[IPv6:::1\\]' : '\\[127\\.0\\.0\\.1\\]'}`))
  expect(came).toMatch(new RegExp(`with ${protocol} id`))
})

test.each([
  ['clear text where STARTTLS is required', 'encrypted', {}, '530 5.7.0'],
  ['a stranger where a sign-in is required', 'known', { starttls: true }, '530 5.7.0'],
] as const)('%s is refused before the message', async (_what, id, more, reply) => {
  const handed = await send(placeOf(id), trickyMessage('refused'), more)
  expect(handed.ok).toBe(false)
  expect(handed.said).toContain(reply)
  expect(handed.said).not.toContain('354')
})

test('a listener without encryption and sign-in offers neither', async () => {
  const handed = await send(placeOf('open'), trickyMessage('offers'))
  expect(handed.said).toContain('250-PIPELINING')
  expect(handed.said).not.toMatch(/STARTTLS|AUTH/)
})

test('five hundred messages, twenty at a time: each is taken and each comes out once', async () => {
  const { host, port } = placeOf('open')
  const before = sink.record.messages.length
  const args = ['-s', '20', '-m', '500', '-l', '4000', '-N', '-f', 'alarm@device.test', '-t', 'all@example.net', `inet:${host}:${port}`]
  expect(await capture('smtp-source', args)).toMatchObject({ code: 0, stderr: '' })
  await until('all have come out', () => sink.record.messages.length >= before + 500)
  await until('nothing waits any more', async () => (await mailroom.ask('queue.list', {})).length === 0)
  expect(sink.record.messages).toHaveLength(before + 500)
})
