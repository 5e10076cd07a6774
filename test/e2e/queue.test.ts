import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { RESULTS, keepingAll, picture, sees, startApp } from '../support/app-under-test.ts'
import { listening, relayingTo } from '../support/peers/mailroom.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'

const LATER = { rcpt: '451 4.3.2 Come again later' }

test('what waits is tried, held, released and cancelled from the queue, and its headers can be read', async () => {
  const relay = await startSmtpHost(onTestFinished, { script: LATER })
  const { window, go, send, ask } = await startApp({ config: listening() + relayingTo(relay) })
  for (const [subject, to] of [
    ['First page', 'one@example.net'],
    ['Second page', 'two@example.net'],
    ['Third page', 'three@example.net'],
  ] as const) {
    await send(subject, to)
  }
  await go('Queue')
  const list = window.getByRole('grid', { name: 'Queue' })
  const entry = (to: string) => list.getByRole('row').filter({ hasText: to })
  await expect.poll(async () => (await ask('queue.list', {})).every(({ recipients }) => (recipients[0]?.retryNum ?? 0) > 0)).toBe(true)
  await sees(list, 'relay cannot take it just now')
  await picture(window, join(RESULTS, 'queue', 'waiting.png'))

  // Headers, as they lie in the spool.
  await entry('one@example.net').click()
  const detail = window.getByRole('complementary', { name: 'The message in hand' })
  await detail.getByRole('tab', { name: 'Headers' }).click()
  const headers = detail.getByRole('tabpanel', { name: 'Headers' })
  await sees(headers, 'Scanner <scanner@office.test>')
  await sees(headers, /^by mailroom\.test|by mailroom\.test/)
  await picture(window, join(RESULTS, 'queue', 'headers.png'))

  // Held by mouse, several at once; the keyboard releases one.
  await list.getByLabel('Select the message to one@example.net').check()
  await list.getByLabel('Select the message to two@example.net').check()
  const selected = window.getByRole('toolbar', { name: 'The 2 selected messages' })
  await selected.getByRole('button', { name: 'Hold' }).click()
  await window.getByRole('radio', { name: 'Held 2' }).waitFor()
  await entry('one@example.net').getByText('When released', { exact: true }).waitFor()
  await selected.getByRole('button', { name: 'Select none' }).click()
  await entry('two@example.net').focus()
  await window.keyboard.press('h')
  await window.getByRole('radio', { name: 'Held 1' }).waitFor()

  // Trying now does not touch what is held.
  relay.setScript({})
  await window.getByRole('button', { name: 'Try all now' }).click()
  await relay.waitFor(2)
  await entry('two@example.net').waitFor({ state: 'detached' })
  await entry('three@example.net').waitFor({ state: 'detached' })
  expect(relay.record.messages.join()).not.toContain('First page')

  // Cancelling asks first, and says what will happen.
  await entry('one@example.net').focus()
  await window.keyboard.press('Delete')
  const question = window.getByRole('dialog', { name: 'Cancel 1 message?' })
  await sees(question, 'It will not be sent. This cannot be undone.')
  await picture(window, join(RESULTS, 'queue', 'cancel.png'))
  await question.getByRole('button', { name: 'Keep it' }).click()
  await question.waitFor({ state: 'detached' })
  await entry('one@example.net').waitFor()
  await entry('one@example.net').focus()
  await window.keyboard.press('Delete')
  await question.getByLabel('Tell its sender').uncheck()
  await question.getByRole('button', { name: 'Cancel 1 message' }).click()
  await sees(window, 'Nothing waits')
  expect(await ask('queue.list', {})).toEqual([])
  expect(relay.record.messages.join()).not.toContain('First page')
})

test('many are picked with Shift and Ctrl, found by recipient and age, put in another order, and a hold is undone', async () => {
  const relay = await startSmtpHost(onTestFinished, { script: LATER })
  const { window, go, send, ask } = await startApp({ config: listening() + relayingTo(relay) })
  for (const name of ['one', 'two', 'three', 'four', 'five']) await send(`Page ${name}`, `${name}@example.net`)
  await expect.poll(async () => (await ask('queue.list', {})).every(({ recipients }) => (recipients[0]?.retryNum ?? 0) > 0)).toBe(true)
  await go('Queue')
  const list = window.getByRole('grid', { name: 'Queue' })
  const entry = (to: string) => list.getByRole('row').filter({ hasText: to })
  await entry('five@example.net').waitFor()
  const held = async (): Promise<number> => (await ask('queue.list', {})).filter((one) => one.held).length

  // A click opens; Shift takes all between; Ctrl takes one more, and one out.
  await entry('one@example.net').click()
  await entry('three@example.net').click({ modifiers: ['Shift'] })
  const picked = (count: number) => window.getByRole('toolbar', { name: `The ${count} selected messages` })
  await picked(3).waitFor()
  await entry('five@example.net').click({ modifiers: ['ControlOrMeta'] })
  await picked(4).waitFor()
  await entry('two@example.net').click({ modifiers: ['ControlOrMeta'] })
  await picked(3).getByRole('button', { name: 'Hold' }).click()
  await expect.poll(held).toBe(3)
  await window.getByRole('status').getByRole('button', { name: 'Undo' }).click()
  await expect.poll(held).toBe(0)
  await picked(3).getByRole('button', { name: 'Select none' }).click()
  await entry('four@example.net').focus()
  await window.keyboard.press('ControlOrMeta+a')
  await picked(5).waitFor()
  await picture(window, join(RESULTS, 'queue', 'picked.png'))
  await window.keyboard.press('Escape')
  await window.keyboard.press('Escape')
  await picked(5).waitFor({ state: 'detached' })

  // Found, and in another order; the address keeps both.
  await window.getByRole('searchbox', { name: 'Find in the queue' }).fill('FOUR@')
  await entry('five@example.net').waitFor({ state: 'detached' })
  expect(await window.evaluate(() => location.hash)).toContain('text=FOUR')
  await window.getByRole('button', { name: 'Show everything' }).click()
  await entry('five@example.net').waitFor()
  await window.getByRole('button', { name: 'Age' }).click()
  await window.getByRole('menuitemcheckbox', { name: 'over an hour' }).click()
  await sees(window, 'Nothing fits')
  await window.getByRole('button', { name: 'Show everything' }).first().click()
  await window.getByRole('button', { name: 'Sort' }).click()
  await window.getByRole('menuitemcheckbox', { name: 'next try first' }).click()
  await list.getByText('relay cannot take it just now').waitFor({ state: 'detached' })
  await entry('one@example.net')
    .getByText(/^in \d+ (sec|min)/)
    .waitFor()

  // Cancelled with a word to the sender: the report goes out through the same relay.
  relay.setScript({})
  await entry('two@example.net').focus()
  await window.keyboard.press('Delete')
  await window.getByRole('dialog').getByRole('button', { name: 'Cancel 1 message' }).click()
  await entry('two@example.net').waitFor({ state: 'detached' })
  const reports = () => relay.record.messages.filter((message) => message.includes('multipart/report'))
  await expect.poll(() => reports().join()).toContain('two@example.net')
  expect(relay.record.messages.length).toBe(reports().length)

  // Tried now, it leaves the list by itself.
  await entry('three@example.net').focus()
  await window.keyboard.press('r')
  await entry('three@example.net').waitFor({ state: 'detached' })
})

test('sending paused from the Overview holds nothing back at the door, and goes on where it stood', async () => {
  const { window, go, send, row, ask } = await startApp({ config: keepingAll() })
  await window.getByRole('button', { name: 'Pause sending' }).click()
  await sees(window.getByRole('main'), 'Sending is paused')
  await send('While paused', 'ann@office.test')
  await expect.poll(async () => (await ask('status.get', {})).waiting).toBe(1)
  await go('Activity')
  await row('While paused').waitFor()
  expect(await row('While paused').innerText()).not.toContain('Delivered')
  await go('Overview')
  await window.getByRole('button', { name: 'Resume sending' }).click()
  await go('Activity')
  await row('While paused').getByText('Delivered').waitFor()
})
