import { afterEach, beforeEach, expect, test, vi } from 'vitest'

// Each case searches anew: one search is kept for the whole process otherwise.
beforeEach(() => vi.resetModules())
afterEach(() => vi.unstubAllEnvs())

test('MAILROOM_ELECTRON goes before every other Electron and is given the app folder to run', async () => {
  vi.stubEnv('MAILROOM_ELECTRON', process.execPath)
  const { findElectron } = await import('../../../scripts/electron.ts')
  const { root } = await import('../../../scripts/house.ts')
  expect(await findElectron()).toEqual({ kind: 'override', executable: process.execPath, appArgs: [root], dist: null })
})

test('a MAILROOM_ELECTRON that does not exist is said, not passed over', async () => {
  vi.stubEnv('MAILROOM_ELECTRON', '/nowhere/electron')
  const { findElectron } = await import('../../../scripts/electron.ts')
  await expect(findElectron()).rejects.toThrow('MAILROOM_ELECTRON names /nowhere/electron, which does not exist.')
})
