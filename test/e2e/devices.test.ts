import { connect } from 'node:net'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, onTestFinished, test } from 'vitest'
import { RESULTS, keepingAll, messageFor, picture, sees, startApp } from '../support/app-under-test.ts'
import { swaks } from '../support/peers/devices.ts'
import type { Handing } from '../support/peers/devices.ts'

/** This computer itself is a stranger here. */
const CLOSED = keepingAll().replace('["loopback"]', '["10.99.0.0/24"]')

const handIn = (port: number, subject: string, more: Partial<Handing> = {}) => {
  const to = 'reception@office.test'
  return swaks(onTestFinished, { port, from: 'door@office.test', to: [to], message: messageFor(subject, to), ...more })
}

test('a stranger knocks, is let in by one press under a name, sends, is blocked, and let in again', async () => {
  const { window, go, port, configText, row: mail } = await startApp({ config: CLOSED })
  await go('Devices')
  await sees(window, 'Only the networks below may send')
  expect(await handIn(port, 'Nobody knows me')).toMatchObject({ ok: false })

  // It stands there within a second, with what it tried and why it was refused.
  const knock = window.getByRole('region', { name: /^Somebody is knocking: 127\.0\.0\.1/ })
  await knock.waitFor({ timeout: 2000 })
  await sees(knock, 'door@office.test')
  await sees(knock, '127.0.0.1 is in none of the networks that may send.')
  await sees(window.getByRole('navigation', { name: 'Screens' }), '1 device waits for your decision')
  await picture(window, join(RESULTS, 'devices', 'knock.png'))
  expect((await new AxeBuilder({ page: window }).setLegacyMode().analyze()).violations.map(({ id }) => id)).toEqual([])

  await knock.getByRole('textbox', { name: 'Name for it' }).fill('Door station')
  await knock.getByRole('button', { name: 'Admit' }).click()
  await knock.waitFor({ state: 'detached' })
  await sees(window, 'Door station may send.')
  expect(await configText()).toContain('Door station')
  expect(await handIn(port, 'Somebody at the door')).toMatchObject({ ok: true })
  const row = window.getByRole('grid', { name: 'Who has sent lately' }).getByRole('row').filter({ hasText: 'Door station' })
  await row.getByRole('link', { name: '1 message of Door station today' }).waitFor()

  // Blocked from the row's menu, and let in again by undo.
  await row.getByRole('button', { name: 'More for Door station' }).click()
  await window.getByRole('menuitem', { name: 'Block' }).click()
  await row.getByText('Blocked').waitFor()
  expect(await handIn(port, 'Once more')).toMatchObject({ ok: false })
  await window.getByRole('button', { name: 'Undo' }).last().click()
  await row.getByText('Allowed').waitFor()
  expect(await handIn(port, 'And again')).toMatchObject({ ok: true })

  // Its mail is a press away.
  await row.getByRole('link', { name: /messages of Door station today/ }).click()
  await mail('Somebody at the door').first().waitFor()
})

test('a login is made, its password is shown once, and a device that uses it is taken', async () => {
  const { window, go, port, configText } = await startApp({ config: CLOSED })
  await go('Devices')
  await window.getByRole('button', { name: 'Add login' }).click()
  const dialog = window.getByRole('dialog')
  await dialog.getByLabel('User name').fill('nas')
  await dialog.getByLabel('May send as').fill('*@office.test')
  await dialog.getByRole('button', { name: 'Make the login' }).click()
  const shown = window.getByRole('dialog', { name: 'Type this into the device' })
  const password = await shown.locator('dl > div').filter({ hasText: 'Password' }).locator('bdi').innerText()
  await picture(window, join(RESULTS, 'devices', 'login.png'))
  await shown.getByRole('button', { name: 'Done' }).click()
  expect(password.length).toBeGreaterThan(11)
  expect(await window.locator('body').innerText()).not.toContain(password)
  expect(await configText()).not.toContain(password)

  const auth = { mechanism: 'PLAIN', user: 'nas', password } as const
  expect(await handIn(port, 'Backup finished', { starttls: true, auth })).toMatchObject({ ok: true })
  await window.getByText(/^used /).waitFor()
})

test('another port is opened and closed again while a session on the first goes on', async () => {
  const { window, go, port, ask } = await startApp({ config: keepingAll() })
  const session = connect(port, '127.0.0.1')
  onTestFinished(() => void session.destroy())
  const greeting = await new Promise<string>((resolve, reject) => {
    session.once('data', (data) => resolve(data.toString()))
    session.once('error', reject)
  })
  expect(greeting).toMatch(/^220 /)
  await go('Devices')
  await window.getByRole('region', { name: 'Where Mailroom listens' }).getByRole('button', { name: 'Add', exact: true }).click()
  const dialog = window.getByRole('dialog', { name: 'Listen at another port' })
  await dialog.getByLabel('Reached from').selectOption('here')
  await dialog.getByLabel('Port', { exact: true }).fill('0')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(async () => new Set((await ask('status.get', {})).listeners.map(({ id }) => id)).size).toBe(2)

  // The certificate came with the first port that needs it.
  await window.getByRole('button', { name: 'Show…' }).click()
  await sees(window.getByRole('dialog', { name: 'Certificate' }), 'Fingerprint (SHA-256)')
  await picture(window, join(RESULTS, 'devices', 'certificate.png'))
  await window.getByRole('dialog', { name: 'Certificate' }).getByRole('button', { name: 'Close' }).click()

  await window
    .getByRole('button', { name: /^More for Ports? / })
    .last()
    .click()
  await window.getByRole('menuitem', { name: 'Remove' }).click()
  await expect.poll(async () => new Set((await ask('status.get', {})).listeners.map(({ id }) => id)).size).toBe(1)
  session.write('NOOP\r\n')
  const answer = await new Promise<string>((resolve) => session.once('data', (data) => resolve(data.toString())))
  expect(answer).toMatch(/^250 /)
})
