import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createAuthority, selfSigned } from '../support/peers/certificates.ts'
import type { Authority } from '../support/peers/certificates.ts'
import { swaks } from '../support/peers/devices.ts'
import { startDovecot } from '../support/peers/dovecot.ts'
import { startExim } from '../support/peers/exim.ts'
import { listening, relayingTo, retrying, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom, MailroomOptions } from '../support/peers/mailroom.ts'
import { trickyMessage, withoutTrace } from '../support/peers/messages.ts'
import { startPostfix } from '../support/peers/postfix.ts'
import { Cleanups, peerFolder } from '../support/peers/processes.ts'

const SASL = { user: 'office', password: 'pa55 "wörd"' }

let authority: Authority
let folder: string

beforeAll(async () => {
  const cleanups = new Cleanups()
  folder = await peerFolder(cleanups.defer, 'tls')
  authority = await createAuthority(folder)
  return cleanups.run
})

function start(config: string, more: Partial<MailroomOptions> = {}): Promise<Mailroom> {
  return startMailroom(onTestFinished, { config, ...more })
}

async function send(mailroom: Mailroom, ...to: readonly string[]): Promise<string> {
  const message = trickyMessage('out')
  const handed = await swaks(onTestFinished, { port: mailroom.port, from: 'scanner@device.test', to, message })
  expect(handed, handed.said).toMatchObject({ ok: true })
  return message
}

/** Trusts our authority, and finds the server by a name. */
function trusting(address: string, name = 'mail.peer.test'): Partial<MailroomOptions> {
  return { env: { NODE_EXTRA_CA_CERTS: authority.certFile }, hosts: { [name]: address } }
}

const credentials = `auth.username = "${SASL.user}"\nauth.secret = ${JSON.stringify(SASL.password)}`

describe('out to Postfix', () => {
  test.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])('by STARTTLS with a checked certificate, signed in by %s', async (mechanism) => {
    const certificate = await authority.issue('mail.peer.test')
    const sasl = { ...SASL, mechanisms: [mechanism] }
    const postfix = await startPostfix(onTestFinished, { tls: 'starttls', certificate, sasl })
    const relay = relayingTo({ address: 'mail.peer.test', port: 25 }, credentials)
    const mailroom = await start(listening() + relay, trusting(postfix.address))
    const message = await send(mailroom, 'bob@example.net')
    expect((await postfix.waitFor(1)).map(withoutTrace)).toEqual([message])

    const [attempt] = await mailroom.attempts('bob@example.net', 1)
    const queueId = /: ([0-9A-Z]{6,}): client=.*sasl_username=office/.exec(await postfix.log())?.[1]
    expect(attempt).toMatchObject({
      route: 'relay',
      routeType: 'relay',
      attempt: 1,
      tries: [{ host: 'mail.peer.test', address: postfix.address, port: 25, tls: { version: 'TLSv1.3', authorized: true }, problem: null }],
      results: [{ address: 'bob@example.net', outcome: 'completed', text: expect.stringContaining(`queued as ${queueId}`) as string }],
    })
    expect(await postfix.log()).toContain(`sasl_method=${mechanism}`)
    const shown = JSON.stringify(await mailroom.events())
    for (const secret of [SASL.password, Buffer.from(`\0${SASL.user}\0${SASL.password}`).toString('base64')])
      expect(shown).not.toContain(secret)
  })

  test('by implicit TLS', async () => {
    const postfix = await startPostfix(onTestFinished, {
      tls: 'implicit',
      certificate: await authority.issue('mail.peer.test'),
      sasl: SASL,
    })
    const relay = relayingTo({ address: 'mail.peer.test', port: 465 }, credentials).replace('tls.implicit = false\n', '')
    const mailroom = await start(listening() + relay, trusting(postfix.address))
    const message = await send(mailroom, 'bob@example.net')
    expect((await postfix.waitFor(1)).map(withoutTrace)).toEqual([message])
    const [attempt] = await mailroom.attempts('bob@example.net', 1)
    expect(attempt?.tries).toMatchObject([{ port: 465, tls: { authorized: true } }])
    expect(attempt?.results).toMatchObject([{ outcome: 'completed', text: expect.stringMatching(/queued as [0-9A-Z]{6,}/) as string }])
  })

  test('a message of many megabytes', async () => {
    const postfix = await startPostfix(onTestFinished)
    const mailroom = await start(listening() + relayingTo(postfix))
    const message = `${trickyMessage('large')}${`${'0123456789'.repeat(7)}\r\n..\r\n`.repeat(150_000)}`
    const handed = await swaks(onTestFinished, { port: mailroom.port, from: 'scanner@device.test', to: ['bob@example.net'], message })
    expect(handed.ok).toBe(true)
    const [came] = await postfix.waitFor(1)
    expect(withoutTrace(came ?? '') === message).toBe(true)
  })

  test('a wrong password: the mail waits, and the log says what is wrong', async () => {
    const postfix = await startPostfix(onTestFinished, {
      tls: 'starttls',
      certificate: await authority.issue('mail.peer.test'),
      sasl: SASL,
    })
    const wrong = `auth.username = "${SASL.user}"\nauth.secret = "wrong"`
    const relay = relayingTo({ address: 'mail.peer.test', port: 25 }, wrong)
    const mailroom = await start(listening() + relay, trusting(postfix.address))
    await send(mailroom, 'bob@example.net')
    const [attempt] = await mailroom.attempts('bob@example.net', 1)
    expect(attempt?.results).toMatchObject([
      { outcome: 'temp_fail', cause: 'auth-rejected', text: expect.stringContaining('535 5.7.8') as string },
    ])
    const status = await mailroom.ask('status.get', {})
    expect(status.alerts).toMatchObject([{ kind: 'auth-rejected', subject: 'relay' }])
    expect(status.waiting).toBe(1)
  })
})

describe('a certificate that nobody vouches for', () => {
  const cases = [
    ['by its signature', () => selfSigned(folder, 'mail.peer.test')],
    ['by its name', () => authority.issue('other.peer.test')],
  ] as const

  test.each(cases)('is refused %s; nothing is sent, and the log says why', async (_why, makeCertificate) => {
    const postfix = await startPostfix(onTestFinished, { tls: 'starttls', certificate: await makeCertificate(), sasl: SASL })
    const relay = relayingTo({ address: 'mail.peer.test', port: 25 }, credentials)
    const mailroom = await start(listening() + relay, trusting(postfix.address))
    await send(mailroom, 'bob@example.net')
    const [attempt] = await mailroom.attempts('bob@example.net', 1)
    expect(attempt).toMatchObject({
      results: [{ outcome: 'temp_fail', errorClass: 'tls', cause: 'tls-certificate' }],
      tries: [{ host: 'mail.peer.test', problem: expect.stringMatching(/certificate/i) as string }],
    })
    expect(await postfix.log()).not.toContain('sasl_method')
    expect(await postfix.messages()).toEqual([])
  })

  test('is taken when the route says so, and the log shows it', async () => {
    const postfix = await startPostfix(onTestFinished, {
      tls: 'starttls',
      certificate: await selfSigned(folder, 'mail.peer.test'),
      sasl: SASL,
    })
    const relay = relayingTo({ address: 'mail.peer.test', port: 25 }, `tls.allow-invalid-certs = true\n${credentials}`)
    const mailroom = await start(listening() + relay, trusting(postfix.address))
    await send(mailroom, 'bob@example.net')
    await postfix.waitFor(1)
    const [attempt] = await mailroom.attempts('bob@example.net', 1)
    expect(attempt?.tries).toMatchObject([{ tls: { authorized: false }, problem: null }])
  })
})

test('out to Exim, whose queue id is in the log', async () => {
  const exim = await startExim(onTestFinished)
  const mailroom = await start(listening() + relayingTo(exim))
  const message = await send(mailroom, 'bob@example.net', 'carol@example.net')
  // Exim writes one file for each recipient.
  expect((await exim.waitFor(2)).map(withoutTrace)).toEqual([message, message])
  const [attempt] = await mailroom.attempts('carol@example.net', 1)
  const queueId = expect.stringMatching(/^250 .*OK id=\w{6}-\w+-\w+/) as string
  expect(attempt?.results).toMatchObject([
    { address: 'bob@example.net', outcome: 'completed', text: queueId },
    { address: 'carol@example.net', outcome: 'completed', text: queueId },
  ])
})

test('out to Dovecot by LMTP: each recipient has a reply of its own', async () => {
  const dovecot = await startDovecot(onTestFinished, { users: ['bob', 'dora'] })
  const lmtp = relayingTo({ address: dovecot.address, port: dovecot.lmtpPort }, 'protocol = "lmtp"')
  const mailroom = await start(listening() + lmtp + retrying('1h'))
  const message = await send(mailroom, 'bob@office.test', 'stranger@office.test', 'dora@office.test')
  for (const user of ['bob', 'dora']) expect((await dovecot.waitFor(user, 1)).map(withoutTrace)).toEqual([message])
  const [attempt] = await mailroom.attempts('bob@office.test', 1)
  expect(attempt?.results).toMatchObject([
    {
      address: 'bob@office.test',
      outcome: 'completed',
      text: expect.stringMatching(/^250 2\.0\.0 <bob@office\.test> \S+ Saved/) as string,
    },
    { address: 'stranger@office.test', outcome: 'perm_fail', status: '5.1.1', text: expect.stringMatching(/^550 5\.1\.1/) as string },
    {
      address: 'dora@office.test',
      outcome: 'completed',
      text: expect.stringMatching(/^250 2\.0\.0 <dora@office\.test> \S+ Saved/) as string,
    },
  ])
  expect(await mailroom.ended('bob@office.test')).toMatchObject({ disposition: 'delivered' })
  expect(await mailroom.ended('stranger@office.test')).toMatchObject({ disposition: 'bounced' })
})
