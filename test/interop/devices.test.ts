import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { devices, python, swaks } from '../support/peers/devices.ts'
import { listening, relayingTo, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { trickyMessage, withoutTrace } from '../support/peers/messages.ts'
import { Cleanups } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'
import type { SmtpHost } from '../support/peers/smtp-host.ts'

const ACCOUNT = { user: 'scanner', password: 'pa55 wörd"' }

let sink: SmtpHost
let mailroom: Mailroom

beforeAll(async () => {
  const cleanups = new Cleanups()
  sink = await startSmtpHost(cleanups.defer, { script: { ehlo: ['250', '8BITMIME', 'SIZE 99999999', 'SMTPUTF8', 'DSN'] } })
  mailroom = await startMailroom(cleanups.defer, {
    config:
      listening(`[access.account.scanner]\nsecret = ${JSON.stringify(ACCOUNT.password)}\nsenders = ["*@device.test"]`) + relayingTo(sink),
  })
  return cleanups.run
})

/** What came out behind Mailroom for this recipient, and the commands it came with. */
async function arrived(to: string): Promise<string> {
  await mailroom.ended(to)
  const found = sink.record.messages.filter((_, i) =>
    sink.record.commands.filter((line) => line.startsWith('RCPT'))[i]?.includes(`<${to}>`),
  )
  expect(found).toHaveLength(1)
  return found[0] ?? ''
}

describe.each(devices)('%s hands in a message', (name, device) => {
  test.each([
    ['in the clear', false],
    ['after STARTTLS', true],
  ])('%s, and it arrives octet for octet', async (how, starttls) => {
    const message = trickyMessage(`${name} ${how}`)
    const to = `${name.replace(/\W/g, '')}-${String(starttls)}@example.net`
    const handed = await device(onTestFinished, { port: mailroom.port, from: 'scanner@device.test', to: [to], message, starttls })
    expect(handed, handed.said).toMatchObject({ ok: true })
    const came = await arrived(to)
    expect(withoutTrace(came)).toBe(message)
    expect(came).toMatch(starttls ? /^Received: [^]*?with (UTF8SMTPS|ESMTPS)/ : /^Received: [^]*?with (UTF8SMTP|ESMTP)\b/)
  })
})

test.each(['PLAIN', 'LOGIN', 'CRAM-MD5'] as const)('swaks signs in by %s as a device with an account', async (mechanism) => {
  const to = `auth-${mechanism.toLowerCase()}@example.net`
  const message = trickyMessage('signed in')
  const handing = { port: mailroom.port, from: 'scanner@device.test', to: [to], message, starttls: true }
  const handed = await swaks(onTestFinished, { ...handing, auth: { mechanism, ...ACCOUNT } })
  expect(handed, handed.said).toMatchObject({ ok: true })
  expect(withoutTrace(await arrived(to))).toBe(message)
  const events = await mailroom.events()
  const accepted = events.find((event) => event.type === 'accepted' && event.recipients.includes(to))
  expect(accepted).toMatchObject({ source: 'authenticated', client: { account: 'scanner', helo: 'scanner.test' } })
})

test('a wrong password is refused, said so in the log, and nothing of it is shown', async () => {
  const handing = {
    port: mailroom.port,
    from: 'scanner@device.test',
    to: ['nobody@example.net'],
    message: trickyMessage('no'),
    starttls: true,
  }
  const handed = await swaks(onTestFinished, { ...handing, auth: { mechanism: 'PLAIN', user: 'scanner', password: 'guessed-it' } })
  expect(handed.ok).toBe(false)
  expect(handed.said).toContain('535 5.7.8')
  const events = await mailroom.events()
  expect(events.filter((event) => event.type === 'refused').at(-1)).toMatchObject({ reason: 'sign-in-failed', code: 535 })
  expect(JSON.stringify(events)).not.toContain('guessed-it')
})

test('an account may use its own senders only', async () => {
  const handing = { port: mailroom.port, from: 'boss@elsewhere.test', to: ['x@example.net'], message: trickyMessage('no'), starttls: true }
  const handed = await swaks(onTestFinished, { ...handing, auth: { mechanism: 'LOGIN', ...ACCOUNT } })
  expect(handed.ok).toBe(false)
  expect(handed.said).toContain('550 5.7.1')
})

test('8BITMIME and delivery report parameters are handed on as they came', async () => {
  const to = 'parameters@example.net'
  const { ok, said } = await python(
    onTestFinished,
    { port: mailroom.port, from: 'scanner@device.test', to: [to], message: trickyMessage('parameters') },
    { mail: 'BODY=8BITMIME RET=HDRS ENVID=QQ+2B1', rcpt: 'NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;other+2B@example.net' },
  )
  expect(ok, said).toBe(true)
  await mailroom.ended(to)
  const mail = sink.record.commands.filter((line) => line.startsWith('MAIL')).at(-1)
  expect(mail).toMatch(/^MAIL FROM:<scanner@device\.test> SIZE=\d+ BODY=8BITMIME RET=HDRS ENVID=QQ\+2B1$/)
  expect(sink.record.commands).toContain(`RCPT TO:<${to}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;other+2B@example.net`)
})

test('a message for several recipients is one message', async () => {
  const message = trickyMessage('several')
  const before = sink.record.messages.length
  const to = ['one@several.test', 'two@several.test', 'three@several.test']
  expect(await swaks(onTestFinished, { port: mailroom.port, from: 'scanner@device.test', to, message })).toMatchObject({ ok: true })
  for (const address of to) await mailroom.ended(address)
  expect(sink.record.messages.slice(before).map(withoutTrace)).toEqual([message])
})
