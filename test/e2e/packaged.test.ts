import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packagedProgram } from '../../scripts/package.ts'
import { startApp } from '../support/app-under-test.ts'
import { listening, relayingTo } from '../support/peers/mailroom.ts'
import { withoutTrace } from '../support/peers/messages.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'

test('the packaged program starts by itself, knows that it is packaged, relays a message and stops cleanly', async () => {
  const relay = await startSmtpHost(onTestFinished)
  const { app, window, data, send, row, go, close } = await startApp({
    config: listening() + relayingTo(relay),
    executable: packagedProgram(),
  })
  expect(await window.title()).toContain('Mailroom')
  expect(await app.evaluate(({ app: main }) => main.isPackaged)).toBe(true)
  await go('Activity')
  await send('From the packaged program', 'ann@example.net')
  await row('From the packaged program').getByText('Delivered').waitFor()
  const [message] = await relay.waitFor(1)
  expect(withoutTrace(message ?? '')).toMatch(/^Message-ID: <scan-[^]*The scanned page\.\r\n$/)

  const ended = new Promise<number | null>((resolve) => app.process().once('exit', resolve))
  await close()
  expect(await ended).toBe(0)
  expect(existsSync(join(data, 'lock'))).toBe(false)
})
