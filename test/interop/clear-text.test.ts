import { expect, onTestFinished, test } from 'vitest'
import { listening, relayingTo, retrying, startMailroom } from '../support/peers/mailroom.ts'
import { createNamespace, startNamespaceHosts } from '../support/peers/namespace.ts'

/** Not a loopback address, so that what is sent there could be overheard. */
const RELAY = '198.51.100.1'
const offering = { ehlo: ['250', 'AUTH PLAIN LOGIN', '8BITMIME'] }
const credentials = 'auth.username = "office"\nauth.secret = "overheard"\n'

test.each([
  ['a password is never sent where it can be overheard', '', 'temp_fail', false],
  ['unless the route says that this is known and wanted', 'auth.allow-cleartext = true\n', 'completed', true],
] as const)('%s', async (_name, more, outcome, signsIn) => {
  const namespace = await createNamespace(onTestFinished, [RELAY])
  await startNamespaceHosts(onTestFinished, namespace, [RELAY], {}, offering)
  const mailroom = await startMailroom(onTestFinished, {
    config: listening() + relayingTo({ address: RELAY, port: 25 }, credentials + more) + retrying('1h'),
    within: namespace.within,
  })
  await mailroom.ask('message.sendTest', { to: 'bob@example.net', from: 'ann@device.test' })
  const [attempt] = await mailroom.attempts('bob@example.net', 1)
  expect(attempt?.results).toMatchObject([{ outcome, errorClass: signsIn ? (expect.any(String) as string) : 'tls' }])
  const said = attempt?.transcript.filter(({ by }) => by === 'us').map(({ text }) => text) ?? []
  expect(said.some((line) => line.startsWith('AUTH'))).toBe(signsIn)
  expect(JSON.stringify(await mailroom.events())).not.toContain('overheard')
  const { alerts } = await mailroom.ask('status.get', {})
  expect(alerts.map(({ subject }) => subject)).toEqual(signsIn ? [] : ['relay'])
})
