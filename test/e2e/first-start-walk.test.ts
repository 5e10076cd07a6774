import { connect } from 'node:net'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { FIRST_CONFIG } from '../../main/engine/config/first-config.ts'
import { RESULTS, messageFor, picture, sees, startApp } from '../support/app-under-test.ts'
import { selfSigned } from '../support/peers/certificates.ts'
import { swaks } from '../support/peers/devices.ts'
import { ownAddress } from '../support/peers/loopback.ts'
import { withoutTrace } from '../support/peers/messages.ts'
import { startPostfix } from '../support/peers/postfix.ts'
import { peerFolder } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'

const USER = 'scans@postfix.test'
const PASSWORD = 'Kennwort-für-7319'

/** Everything a person does to a window: a press, or a field that is filled. */
function person() {
  let interactions = 0
  const done = (): number => (interactions += 1)
  return {
    press: async (what: Locator): Promise<void> => {
      done()
      await what.click()
    },
    type: async (where: Locator, text: string): Promise<void> => {
      done()
      await where.fill(text)
    },
    interactions: () => interactions,
  }
}

async function firstPortIsFree(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: 2525 })
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}

test('from the first start to the first relayed message in no more than 12 interactions', async () => {
  expect(await firstPortIsFree(), 'another program uses port 2525').toBe(true)
  const address = ownAddress()
  const certificate = await selfSigned(await peerFolder(onTestFinished, 'tls'), 'relay.postfix.test', address)
  const sasl = { user: 'scans', password: PASSWORD }
  const postfix = await startPostfix(onTestFinished, { address, port: 587, tls: 'starttls', certificate, sasl })
  const { window, configText } = await startApp({ config: null })
  const { press, type, interactions } = person()
  const button = (name: string | RegExp): Locator => window.getByRole('button', { name })
  const begun = performance.now()

  await sees(window, 'Who sends your office’s mail?')
  await press(button('My provider is not listed'))
  await type(window.getByLabel('Address', { exact: true }), postfix.address)
  await type(window.getByLabel('User name'), USER)
  await type(window.getByRole('textbox', { name: 'Password' }), PASSWORD)
  await press(button('Test it'))
  await sees(window, 'does not take our mail yet')
  await sees(window, /The certificate of .* is not to be trusted/)
  expect(await configText(), 'a test writes nothing').toBe(FIRST_CONFIG)
  await picture(window, join(RESULTS, 'first-start', 'test-certificate.png'))
  await press(button('Take its certificate all the same'))
  await sees(window, 'All 5 steps went well')
  await sees(window.getByRole('log'), /AUTH .* hidden/)
  await picture(window, join(RESULTS, 'first-start', 'test-passed.png'))
  await press(button('Continue'))
  await sees(window, 'Which devices may send?')
  expect(await configText(), 'nothing is half set up').toBe(FIRST_CONFIG)
  await press(button('Save and go on'))
  await sees(window, 'Waiting for the first message')
  await sees(window, `Let the device send as ${USER}`)
  await picture(window, join(RESULTS, 'first-start', 'device-waiting.png'))

  const message = messageFor('First page', 'bank@example.net')
  const handed = await swaks(onTestFinished, { port: 2525, from: USER, to: ['bank@example.net'], message })
  expect(handed, handed.said).toMatchObject({ ok: true })
  await sees(window, `Delivered through ${address}`)
  await sees(window, 'Everything works')
  const [arrived] = await postfix.waitFor(1)
  expect(withoutTrace(arrived ?? '')).toBe(message)
  await picture(window, join(RESULTS, 'first-start', 'device-delivered.png'))
  process.stderr.write(
    `first start to first relayed message: ${interactions()} interactions, ${Math.round(performance.now() - begun)} ms\n`,
  )
  expect(interactions()).toBeLessThanOrEqual(12)

  await press(button('Go to the Overview'))
  await sees(window, 'Mail is flowing')
  expect(await configText()).toMatch(/else = "'[\w-]+'"/)
  expect(await configText()).not.toContain(PASSWORD)
  await window.reload()
  await sees(window, 'Mail is flowing')
})

test('the first start can be walked back through, by keyboard, and put off; the Overview offers it again', async () => {
  const { window, configText } = await startApp({ config: FIRST_CONFIG })
  const focused = (): Promise<string> => window.evaluate(() => document.activeElement?.textContent.trim() ?? '')
  await window.getByRole('button', { name: 'SMTP2GO' }).focus()
  await window.keyboard.press('Enter')
  await sees(window, 'How does SMTP2GO know you?')
  expect(await focused()).toBe('How does SMTP2GO know you?')
  await window.keyboard.press('Tab')
  await window.keyboard.type('alder')
  await window.keyboard.press('Enter')
  await sees(window, 'Type the password.')
  await window.getByRole('button', { name: 'Who sends for you' }).click()
  await window.getByRole('button', { name: 'Keep everything here' }).click()
  await sees(window, 'Which devices may send?')
  await window.getByLabel('Only certain networks').check()
  await window.getByLabel('Networks', { exact: true }).fill('192.168.1.0/99')
  await window.getByRole('button', { name: 'Save and go on' }).click()
  await sees(window, 'Nothing was saved')
  expect(await configText()).toBe(FIRST_CONFIG)
  await window.getByRole('button', { name: 'Set up later' }).click()

  await sees(window, 'Type this into a device')
  await window.reload()
  await sees(window, 'Type this into a device')
  await window.getByRole('button', { name: 'Set up sending' }).click()
  await sees(window, 'Who sends your office’s mail?')
})

test('from “something failed” on the Overview to the failing server’s own words in no more than 3 clicks', async () => {
  const words = '550 5.1.1 <nobody@example.net> no such mailbox here'
  const host = await startSmtpHost(onTestFinished, { script: { rcpt: { 'nobody@example.net': words } } })
  const { window, send, row } = await startApp({ config: relayingTo(host.address, host.port) })
  await send('To nobody', 'nobody@example.net')
  const failed = window.getByRole('region', { name: 'Today' }).getByRole('link', { name: /1\s*Failed/ })
  const { press, interactions } = person()
  await press(failed)
  await press(row('To nobody'))
  const detail = window.getByRole('complementary', { name: 'The message in hand' })
  await sees(detail, words)
  await sees(detail.getByRole('log'), 'RCPT TO:<nobody@example.net>')
  expect(interactions()).toBeLessThanOrEqual(3)
})

test('what nobody else was told stands under “Needs you” with the server’s own words, one click from what happened', async () => {
  const host = await startSmtpHost(onTestFinished, { script: { rcpt: '550 5.1.1 no such mailbox here' } })
  const { window, send } = await startApp({ config: relayingTo(host.address, host.port) })
  await send('To nobody', 'nobody@example.net')
  const needs = window.getByRole('region', { name: 'Needs you' })
  await sees(needs, '550 5.1.1 no such mailbox here')
  await sees(window, 'Mail does not arrive')
  await needs.getByRole('link', { name: 'Show' }).click()
  await sees(window.getByRole('complementary', { name: 'The message in hand' }).getByRole('log'), 'RCPT TO:')
})

test('the figures count real mail by hour and by route, as a chart and as a table, and every number leads to the log', async () => {
  const host = await startSmtpHost(onTestFinished)
  const { window, send, row } = await startApp({ config: relayingTo(host.address, host.port) })
  for (const number of [1, 2, 3]) await send(`Page ${number}`, `p${number}@example.net`)
  await host.waitFor(3)
  await window.getByRole('link', { name: 'Figures' }).click()
  await window.getByRole('radio', { name: 'Today' }).click()
  await window.getByRole('link', { name: /: 3 accepted, 3 delivered$/ }).waitFor()
  await window.getByRole('button', { name: 'Show as a table' }).first().click()
  const byRoute = window.getByRole('region', { name: 'By route' }).getByRole('row').filter({ hasText: 'Our provider' })
  await window.getByRole('region', { name: 'Messages an hour' }).last().getByRole('link', { name: '3' }).first().waitFor()
  await byRoute.getByRole('link', { name: '3' }).first().click()
  await row('Page 3').waitFor()
})

test('a server that puts everything off is the headline, with its words, until mail flows again', async () => {
  const host = await startSmtpHost(onTestFinished, { script: { mail: '451 4.3.2 Closed for the night' } })
  const { window, send, ask } = await startApp({ config: relayingTo(host.address, host.port) })
  await send('One', 'one@example.net')
  await send('Two', 'two@example.net')
  await sees(window, 'Mail waits for Our provider')
  await sees(window.getByRole('region', { name: 'Mail waits for Our provider' }), '451 4.3.2 Closed for the night')
  expect(await window.getByText('Mail is flowing').count()).toBe(0)
  host.setScript({})
  await ask('queue.retryAll', {})
  await sees(window, 'Mail is flowing')
})

async function violations(window: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page: window }).setLegacyMode().analyze()
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(' ')}`))
}

test.each(['light', 'dark'] as const)(
  'every step of the first start, and the figures, are accessible in %s colours',
  async (colorScheme) => {
    const host = await startSmtpHost(onTestFinished, { script: { ehlo: ['AUTH PLAIN'], auth: '535 5.7.8 no' } })
    const { window } = await startApp({ config: FIRST_CONFIG })
    await window.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const found: string[] = []
    const look = async (step: string): Promise<void> => {
      found.push(...(await violations(window)).map((text) => `${step}: ${text}`))
      await picture(window, join(RESULTS, 'first-start', `${step}-${colorScheme}.png`))
    }
    await look('provider')
    await window.getByRole('button', { name: 'Microsoft 365' }).click()
    await look('sign-in')
    await window.getByRole('button', { name: 'Back' }).click()
    await window.getByRole('button', { name: 'My provider is not listed' }).click()
    await window.getByLabel('Address', { exact: true }).fill(host.address)
    await window.getByLabel('Port', { exact: true }).fill(String(host.port))
    await window.getByLabel('Encryption').selectOption({ label: 'None' })
    await window.getByLabel('User name').fill('scans')
    await window.getByRole('textbox', { name: 'Password' }).fill('wrong')
    await window.getByRole('button', { name: 'Test it' }).click()
    await window.getByRole('button', { name: 'Continue anyway' }).waitFor()
    await look('test')
    await window.getByRole('button', { name: 'Continue anyway' }).click()
    await look('access')
    await window.getByRole('button', { name: 'Who sends for you' }).click()
    await window.getByRole('button', { name: 'Keep everything here' }).click()
    await window.getByRole('button', { name: 'Save and go on' }).click()
    await sees(window, 'Waiting for the first message')
    await look('device')
    await window.getByRole('button', { name: 'Go to the Overview' }).click()
    await window.getByRole('link', { name: 'Figures' }).click()
    await sees(window, 'No mail in this time')
    await look('figures')
    expect(found).toEqual([])
  },
)

function relayingTo(address: string, port: number): string {
  return `[server.listener.lan]
bind = ["127.0.0.1:0"]
[queue.route.provider]
type = "relay"
description = "Our provider"
address = "${address}"
port = ${port}
tls.implicit = false
[queue.strategy]
route = "'provider'"
`
}
