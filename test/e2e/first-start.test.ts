import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { FIRST_CONFIG } from '../../main/engine/config/first-config.ts'
import { messageFor, sees, startApp } from '../support/app-under-test.ts'
import { swaks } from '../support/peers/devices.ts'
import { maildirMessages, withoutTrace } from '../support/peers/messages.ts'
import { until } from '../support/peers/processes.ts'

/** Port 2525 of this computer may be in use by something else; then the first start tells so and the rest cannot be shown. */
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

test('a first start in an empty folder writes the commented settings, says what to type into a device, and takes its mail', async () => {
  expect(await firstPortIsFree(), 'another program uses port 2525').toBe(true)
  const begun = performance.now()
  const { window, data, configText, go, row } = await startApp({ config: null })
  await sees(window, 'Who sends your office’s mail?')
  process.stderr.write(`from the start to a window with content: ${Math.round(performance.now() - begun)} ms\n`)
  expect(await configText()).toBe(FIRST_CONFIG)

  await window.getByRole('button', { name: 'Set up later' }).click()
  await sees(window, 'Nothing has come yet')
  const plate = window.getByRole('region', { name: 'Type this into a device' })
  expect(await plate.innerText()).toMatch(
    /Server\s+\d+\.\d+\.\d+\.\d+[^]*Port\s+2525[^]*Security\s+None, or STARTTLS[^]*Sign-in\s+Not needed/,
  )

  await go('Activity')
  await sees(window, 'No mail has come yet')
  const message = messageFor('First page', 'anybody@example.net')
  const handed = await swaks(onTestFinished, { port: 2525, from: 'scanner@office.test', to: ['anybody@example.net'], message })
  expect(handed, handed.said).toMatchObject({ ok: true })

  await row('First page').getByText('Delivered').waitFor()
  await row('First page').getByText('Mailboxes here').waitFor()
  const kept = await until('it lies in the Maildir', async () => {
    const found = await maildirMessages(join(data, 'mail', 'inbox'))
    return found.length > 0 && found
  })
  expect(kept.map(withoutTrace)).toEqual([message])
  await row('First page').click()
  await sees(window.getByRole('complementary', { name: 'The message in hand' }), 'In the mailbox here after')
  expect(await readFile(join(data, 'activity', `${today()}.jsonl`), 'utf8')).toContain('First page')
})

function today(): string {
  const now = new Date()
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}
