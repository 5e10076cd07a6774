import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../../scripts/house.ts'
import { createAuthority, selfSigned } from '../support/peers/certificates.ts'
import { swaks } from '../support/peers/devices.ts'
import { asking, startZone } from '../support/peers/dns.ts'
import { startDovecot } from '../support/peers/dovecot.ts'
import { startExim } from '../support/peers/exim.ts'
import { startLmtpFront } from '../support/peers/lmtp-front.ts'
import { ownAddress } from '../support/peers/loopback.ts'
import { listening, mailroomCommand, retrying, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { maildirMessages, trickyMessage, withoutTrace } from '../support/peers/messages.ts'
import { startPostfix } from '../support/peers/postfix.ts'
import { peerFolder } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'

const OURS = `[directory.default]
domains = ["office.test"]
[directory.default.mailbox.inbox]
addresses = ["@office.test"]
`

/** One of the published examples, to the letter but for what is named: `[text, its replacement]`, each of which must be there. */
async function example(name: string, ...changes: readonly (readonly [from: string, to: string])[]): Promise<string> {
  const all = await readFile(join(root, 'test', 'fixtures', 'routing-page-examples.toml.txt'), 'utf8')
  const part = all.split(/^--- /m).find((each) => each.startsWith(`${name}\n`))
  return changes.reduce(
    (text, [from, to]) => {
      expect(text).toContain(from)
      return text.replace(from, to)
    },
    part?.slice(name.length + 1) ?? '',
  )
}

/** Mail hosts on loopback are for laboratories, and this is one. */
const laboratory = ['type = "mx"', 'type = "mx"\nallow-loopback = true'] as const

async function send(mailroom: Mailroom, ...to: readonly string[]): Promise<string> {
  const message = trickyMessage('by the page')
  const handed = await swaks(onTestFinished, { port: mailroom.port, from: 'scanner@device.test', to, message })
  expect(handed, handed.said).toMatchObject({ ok: true })
  return message
}

test('relay host: our own domain goes to the relay with a checked certificate, everything else by MX', async () => {
  const authority = await createAuthority(await peerFolder(onTestFinished, 'tls'))
  const relay = await startPostfix(onTestFinished, { tls: 'starttls', certificate: await authority.issue('relay.example.org') })
  const exim = await startExim(onTestFinished, { port: 25 })
  const dns = await startZone(onTestFinished, {
    'elsewhere.test': { MX: [[10, 'mx.elsewhere.test']] },
    'mx.elsewhere.test': { A: [exim.address] },
  })
  const mailroom = await startMailroom(onTestFinished, {
    config: listening(OURS) + asking(dns.server) + (await example('relay host', laboratory)),
    hosts: { 'relay.example.org': relay.address },
    env: { NODE_EXTRA_CA_CERTS: authority.certFile },
  })
  const message = await send(mailroom, 'ann@office.test', 'bob@elsewhere.test')
  expect((await relay.waitFor(1)).map(withoutTrace)).toEqual([message])
  expect((await exim.waitFor(1)).map(withoutTrace)).toEqual([message])
  expect(await mailroom.attempts('ann@office.test', 1)).toMatchObject([
    { route: 'relay', rule: 0, tries: [{ host: 'relay.example.org', address: relay.address, tls: { authorized: true } }] },
  ])
  expect(await mailroom.attempts('bob@elsewhere.test', 1)).toMatchObject([
    { route: 'mx', rule: 1, routeType: 'mx', tries: [{ host: 'mx.elsewhere.test', address: exim.address, port: 25 }] },
  ])
})

test('failover: refused twice by the mail host, the third attempt goes to the fallback', async () => {
  const primary = await startSmtpHost(onTestFinished, { script: { mail: '451 4.3.0 Not today' } })
  const fallback = await startPostfix(onTestFinished)
  const dns = await startZone(onTestFinished, {
    'elsewhere.test': { MX: [[10, 'mx.elsewhere.test']] },
    'mx.elsewhere.test': { A: [primary.address] },
  })
  // The page leaves implicit TLS on with port 25, where nobody speaks it.
  const clear = ['protocol = "smtp"', 'protocol = "smtp"\ntls.implicit = false'] as const
  const mailroom = await startMailroom(onTestFinished, {
    config: listening(OURS) + asking(dns.server) + retrying('1s') + (await example('failover', laboratory, clear)),
    hosts: { 'fallback.example.org': fallback.address },
  })
  const message = await send(mailroom, 'bob@elsewhere.test', 'ann@office.test')
  expect((await fallback.waitFor(1)).map(withoutTrace)).toEqual([message])
  expect(primary.record.messages).toEqual([])

  const attempts = await mailroom.attempts('bob@elsewhere.test', 3)
  expect(attempts).toMatchObject([
    { attempt: 1, route: 'mx', rule: 2, results: [{ outcome: 'temp_fail', text: '451 4.3.0 Not today' }] },
    { attempt: 2, route: 'mx', rule: 2, results: [{ outcome: 'temp_fail', text: '451 4.3.0 Not today' }] },
    { attempt: 3, route: 'fallback', rule: 1, tries: [{ host: 'fallback.example.org', address: fallback.address }] },
  ])
  expect(attempts[2]?.results[0]?.text).toMatch(/queued as [0-9A-Z]{6,}/)
  expect(attempts[2]?.trace).toEqual([
    { rule: 0, if: "is_local_domain('', rcpt_domain)", result: 0 },
    { rule: 1, if: 'retry_num > 1', result: 1 },
  ])
  expect(await mailroom.ended('bob@elsewhere.test')).toMatchObject({ disposition: 'relayed' })
  // The first rule keeps what is ours here.
  expect(await mailroom.attempts('ann@office.test', 1)).toMatchObject([{ route: 'local', rule: 0, routeType: 'local' }])
  expect((await maildirMessages(join(mailroom.data, 'mail', 'inbox'))).map(withoutTrace)).toEqual([message])
})

test('failover as published is reported: implicit TLS on a port that speaks it in the clear', async () => {
  const mailroom = await startMailroom(onTestFinished, { config: listening(OURS) + (await example('failover')) })
  const { code, stdout } = await mailroomCommand('check', '--config', mailroom.configPath, '--json')
  const { errors, warnings } = JSON.parse(stdout) as { errors: unknown[]; warnings: { code: string; path: string }[] }
  expect({ code, errors }).toEqual({ code: 0, errors: [] })
  expect(warnings.map((warning) => warning.code)).toContain('implicit-tls-on-clear-port')
})

test('LMTP: our own domain goes to the mail store on localhost, encrypted and signed in, everything else by MX', async () => {
  const dovecot = await startDovecot(onTestFinished, { users: ['ann'] })
  const front = await startLmtpFront(onTestFinished, {
    behind: { address: dovecot.address, port: dovecot.lmtpPort },
    user: 'relay_server',
    password: '123456',
    certificate: await selfSigned(await peerFolder(onTestFinished, 'tls'), 'nobody.knows.test'),
  })
  const exim = await startExim(onTestFinished, { port: 25, address: ownAddress() })
  const dns = await startZone(onTestFinished, {
    'elsewhere.test': { MX: [[10, 'mx.elsewhere.test']] },
    'mx.elsewhere.test': { A: [exim.address] },
  })
  const mailroom = await startMailroom(onTestFinished, {
    config: listening(OURS) + asking(dns.server) + retrying('1h') + (await example('lmtp', laboratory)),
    hosts: { localhost: front.address },
  })
  const message = await send(mailroom, 'ann@office.test', 'stranger@office.test', 'bob@elsewhere.test')
  expect((await dovecot.waitFor('ann', 1)).map(withoutTrace)).toEqual([message])
  expect((await exim.waitFor(1)).map(withoutTrace)).toEqual([message])
  const [attempt] = await mailroom.attempts('ann@office.test', 1)
  expect(attempt).toMatchObject({
    route: 'lmtp',
    rule: 0,
    tries: [{ host: 'localhost', address: front.address, port: 24, tls: { authorized: false } }],
    results: [
      { address: 'ann@office.test', outcome: 'completed', text: expect.stringContaining('Saved') as string },
      { address: 'stranger@office.test', outcome: 'perm_fail', text: expect.stringContaining('550 5.1.1') as string },
    ],
  })
  expect(front.sessions).toEqual([{ secure: true, user: 'relay_server' }])
  expect(await mailroom.attempts('bob@elsewhere.test', 1)).toMatchObject([{ route: 'mx', rule: 1 }])
  expect(JSON.stringify(attempt?.transcript)).not.toContain(Buffer.from('\0relay_server\x00123456').toString('base64'))
})
