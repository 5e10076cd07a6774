import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { launchApp } from '../support/electron-app.ts'

test('the app opens its window, with its name in the title and no way to Node from the page', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'mailroom-e2e-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const { app, window, close } = await launchApp({ dataDir })
  onTestFinished(close)
  expect(await window.title()).toContain('Mailroom')
  expect(await window.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined')
  expect(await app.evaluate(({ app: main }) => main.isPackaged)).toBe(false)
})
