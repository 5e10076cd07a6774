import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { RESULTS, keepingAll, picture, sees, startApp } from '../support/app-under-test.ts'
import { selfSigned } from '../support/peers/certificates.ts'
import { swaks } from '../support/peers/devices.ts'
import { ownAddress } from '../support/peers/loopback.ts'
import { trickyMessage, withoutTrace } from '../support/peers/messages.ts'
import { startPostfix } from '../support/peers/postfix.ts'
import { peerFolder } from '../support/peers/processes.ts'

const USER = 'office@postfix.test'
const RIGHT = 'rechtes-Kennwort-7319'
const WRONG = 'verkehrtes-Kennwort-2846'

/** Every file below a folder. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

test('a relay typed into the window: a wrong password is explained and the mail waits; the right one sends it, octet for octet', async () => {
  const address = ownAddress()
  const certificate = await selfSigned(await peerFolder(onTestFinished, 'tls'), 'relay.postfix.test', address)
  const postfix = await startPostfix(onTestFinished, {
    address,
    port: 587,
    tls: 'starttls',
    certificate,
    sasl: { user: 'office', password: RIGHT },
  })
  const { window, data, port, go, row, configText } = await startApp({ config: keepingAll() })

  await go('Routing')
  await window.getByRole('button', { name: 'Add route' }).click()
  const form = window.getByRole('dialog')
  await form.getByLabel('Name', { exact: true }).fill('Our provider')
  await form.getByLabel('Address', { exact: true }).fill(postfix.address)
  await form.getByLabel('Port', { exact: true }).fill(String(postfix.port))
  await form.getByLabel('Encryption').selectOption({ label: 'STARTTLS, required' })
  await form.getByLabel('User name').fill(USER)
  await form.getByLabel('Password').fill(WRONG)
  await form.getByLabel('Send everything else through it').check()
  await form.getByRole('button', { name: 'Test connection' }).click()
  await sees(form, 'The connection does not work')
  await sees(form, /The certificate of .* not trusted/)
  await picture(window, join(RESULTS, 'relay', 'certificate-refused.png'))
  await form.getByLabel('Take any certificate').check()
  await form.getByRole('button', { name: 'Test connection' }).click()
  await sees(form, /refused the user name or password/)
  await picture(window, join(RESULTS, 'relay', 'test-refused.png'))
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  await window
    .getByRole('article', { name: 'Our provider' })
    .getByText(/Signs in as office@postfix\.test/)
    .waitFor()

  const message = trickyMessage('Scan for the bank')
  const handed = await swaks(onTestFinished, { port, from: 'scanner@device.test', to: ['bank@example.net'], message })
  expect(handed, handed.said).toMatchObject({ ok: true })
  await go('Activity')
  await row('Scan for the bank')
    .getByText(/^Waiting/)
    .waitFor()
  await go('Overview')
  const needs = window.getByRole('region', { name: 'Needs you' })
  await sees(needs, 'Our provider does not let us in')
  await sees(needs, /535 5\.7\.8/)
  await picture(window, join(RESULTS, 'relay', 'needs-you.png'))
  expect(await postfix.messages()).toEqual([])

  await needs.getByRole('link', { name: 'Open the route' }).click()
  const again = window.getByRole('dialog')
  await again.getByLabel('Password').fill(RIGHT)
  await again.getByRole('button', { name: 'Test connection' }).click()
  await sees(again, 'The connection works')
  await sees(again, /Encrypted with TLSv1\.3/)
  await again.getByRole('button', { name: 'Save' }).click()
  await again.waitFor({ state: 'detached' })

  await go('Activity')
  await row('Scan for the bank').click()
  const detail = window.getByRole('complementary', { name: 'The message in hand' })
  await detail.getByRole('button', { name: 'Try now' }).click()
  const [arrived] = await postfix.waitFor(1)
  expect(withoutTrace(arrived ?? '')).toBe(message)
  await row('Scan for the bank').getByText('Delivered').waitFor()
  const queueId = / ([0-9A-F]+): client=/.exec(await postfix.log())?.[1] ?? 'no queue id'
  await sees(detail.getByRole('region', { name: 'Timeline' }), new RegExp(`250 2\\.0\\.0 Ok: .*queued as ${queueId}`))
  await sees(detail.getByRole('log'), 'hidden')
  await picture(window, join(RESULTS, 'relay', 'delivered.png'))
  await go('Overview')
  await needs.waitFor({ state: 'detached' })

  expect(await configText()).toContain('"%{secret:route-our-provider}%"')
  const forms = [RIGHT, WRONG].flatMap((password) => [
    password,
    Buffer.from(password).toString('base64').replace(/=+$/, ''),
    Buffer.from(`\0${USER}\0${password}`).toString('base64').replace(/=+$/, ''),
  ])
  for (const file of await filesOf(data)) {
    const octets = await readFile(file, 'latin1')
    for (const form of forms) expect(octets.includes(form), `${file} has a password in it`).toBe(false)
  }
})
