import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { RESULTS, keepingAll, picture, sees, startApp } from '../support/app-under-test.ts'
import { retrying } from '../support/peers/mailroom.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'

/** Presses Tab until the focus is there, as somebody without a mouse does. */
async function tabTo(window: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await window.keyboard.press('Tab')
  }
  throw new Error('The Tab key does not lead there.')
}

async function typeInto(window: Page, field: Locator, text: string): Promise<void> {
  await tabTo(window, field)
  await window.keyboard.press('Control+a')
  await window.keyboard.type(text)
}

/** The sentences of the rules, in their order. */
async function rulesOf(window: Page): Promise<string[]> {
  const rules = window.getByRole('region', { name: 'Rules' }).getByRole('listitem')
  return Promise.all(
    (await rules.all()).map(async (rule) => (await rule.getByRole('button').filter({ hasNotText: /^$/ }).first().innerText()).trim()),
  )
}

test('a fallback built with mouse and keyboard alone: tried out, saved, and taken by a real message', async () => {
  const first = await startSmtpHost(onTestFinished, { script: { rcpt: '451 4.3.2 Not just now' } })
  const second = await startSmtpHost(onTestFinished)
  const { window, go, send, row, configText } = await startApp({ config: keepingAll(retrying('1s')) })
  await go('Routing')

  // The first relay, by mouse.
  await window.getByRole('button', { name: 'Add route' }).click()
  const dialog = window.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Main relay')
  await dialog.getByLabel('Address', { exact: true }).fill(first.address)
  await dialog.getByLabel('Port', { exact: true }).fill(String(first.port))
  await dialog.getByLabel('Encryption').selectOption({ label: 'None' })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await window.getByRole('article', { name: 'Main relay' }).waitFor()

  // The second one, without it.
  await tabTo(window, window.getByRole('button', { name: 'Add route' }))
  await window.keyboard.press('Enter')
  await dialog.waitFor()
  await typeInto(window, dialog.getByLabel('Name', { exact: true }), 'Second line')
  await typeInto(window, dialog.getByLabel('Address', { exact: true }), second.address)
  await typeInto(window, dialog.getByLabel('Port', { exact: true }), String(second.port))
  await tabTo(window, dialog.getByLabel('Encryption'))
  await window.keyboard.type('None')
  await tabTo(window, dialog.getByRole('button', { name: 'Save' }))
  await window.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await window.getByRole('article', { name: 'Second line' }).waitFor()

  // A template for the rules.
  await window.getByRole('button', { name: 'Templates' }).click()
  await dialog.getByLabel('Arrangement').selectOption({ label: 'Smart host with fallback' })
  await dialog.getByLabel('Everything else goes to').selectOption({ label: 'Main relay' })
  await dialog.getByLabel('After failed tries').fill('2')
  await dialog.getByLabel('use this other route').selectOption({ label: 'Second line' })
  await picture(window, join(RESULTS, 'failover', 'template.png'))
  await dialog.getByRole('button', { name: 'Save these rules' }).click()
  await dialog.waitFor({ state: 'detached' })
  const own = 'The recipient is in one of our own domains'
  const failed = 'Two tries have already failed'
  await expect.poll(() => rulesOf(window)).toEqual([own, failed, 'Everything else'])

  // A rule of one's own, which goes last and is dragged to the top.
  await window.getByRole('button', { name: 'Add rule' }).click()
  await dialog.getByLabel('When').selectOption({ label: 'The recipient’s domain is …' })
  await dialog.getByLabel('Domains').fill('office.test')
  await dialog.getByLabel('Send it to').selectOption({ label: 'Mailboxes here' })
  await dialog.getByLabel('Place').selectOption({ label: 'Last, before everything else' })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => rulesOf(window)).toEqual([own, failed, 'The recipient is at office.test', 'Everything else'])
  await window.getByRole('button', { name: /^Move rule 3/ }).dragTo(window.getByRole('button', { name: /^Move rule 1/ }), {
    targetPosition: { x: 4, y: 2 },
  })
  await window.getByRole('button', { name: 'Move rule 1: The recipient is at office.test' }).waitFor()

  // Down and up again by the arrow keys; Escape puts it back.
  await tabTo(window, window.getByRole('button', { name: /^Move rule 1/ }))
  await window.keyboard.press('ArrowDown')
  await window.getByRole('button', { name: 'Move rule 2: The recipient is at office.test' }).waitFor()
  await window.keyboard.press('Escape')
  await window.getByRole('button', { name: 'Move rule 1: The recipient is at office.test' }).waitFor()
  await expect.poll(configText).toMatch(/office\.test[^\n]*retry_num > 1|office\.test[^]*retry_num > 1/)

  // What would happen, before anything is sent.
  const trying = window.getByRole('region', { name: 'Try an address' })
  await trying.getByLabel('To', { exact: true }).fill('ann@example.net')
  await sees(trying, 'Goes through')
  await trying.getByText('No try has failed before this one.').waitFor()
  await trying.getByRole('cell', { name: first.address }).first().waitFor()
  await trying.getByRole('radio', { name: '3rd' }).click()
  await trying.getByText('Two tries have failed before this one.').waitFor()
  await trying.getByRole('cell', { name: second.address }).first().waitFor()
  await picture(window, join(RESULTS, 'failover', 'try-an-address.png'))

  // And it does.
  await send('By the second line', 'ann@example.net')
  const [message] = await second.waitFor(1)
  expect(message).toContain('Subject: By the second line')
  expect(first.record.commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(2)
  await go('Activity')
  await row('By the second line').getByText('Delivered, 3rd try').waitFor()
  await row('By the second line').getByText('Second line').last().waitFor()
  await send('Stays here', 'bob@office.test')
  await row('Stays here').getByText('Mailboxes here').waitFor()
})
