import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packagedProgram } from '../../scripts/package.ts'
import { launchApp } from '../support/electron-app.ts'

test('the packaged program starts by itself and knows that it is packaged', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'mailroom-packaged-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const { app, window, close } = await launchApp({ dataDir, executable: packagedProgram() })
  onTestFinished(close)
  expect(await window.title()).toContain('Mailroom')
  expect(await app.evaluate(({ app: main }) => main.isPackaged)).toBe(true)
})
