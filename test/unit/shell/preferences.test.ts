import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PreferencesFile } from '../../../main/shell/preferences.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const USUAL = { language: 'system', theme: 'system', notifications: 'notify', keepRunning: true, keepAwake: false }
const fileWith = async (text: string | null): Promise<string> => {
  const path = join(await tempFolder(), 'preferences.json')
  if (text !== null) await writeFile(path, text)
  return path
}

test('a first start has the usual preferences and writes nothing', async () => {
  const path = await fileWith(null)
  const preferences = new PreferencesFile(path)
  expect(preferences.now).toEqual(USUAL)
  expect(preferences.existed).toBe(false)
  await expect(readFile(path)).rejects.toThrow('ENOENT')
})

test('what is set outlives a restart, and is told', async () => {
  const path = await fileWith(null)
  const preferences = new PreferencesFile(path)
  const told: string[] = []
  preferences.onChange(({ language, theme }) => told.push(`${language} ${theme}`))
  preferences.set({ language: 'de' })
  preferences.set({ theme: 'dark', language: undefined })
  expect(told).toEqual(['de system', 'de dark'])
  const again = new PreferencesFile(path)
  expect(again.now).toEqual({ ...USUAL, language: 'de', theme: 'dark' })
  expect(again.existed).toBe(true)
})

test.each([
  ['half a file', '{"language":', USUAL],
  ['no object', '[]', USUAL],
  ['a value of another version', '{"language":"fr","theme":"dark"}', { ...USUAL, theme: 'dark' }],
])('%s costs no more than what cannot be read', async (_what, text, now) => {
  expect(new PreferencesFile(await fileWith(text)).now).toEqual(now)
})

test('what cannot be written has not changed', async () => {
  const preferences = new PreferencesFile(join(await tempFolder(), 'no such folder', 'preferences.json'))
  expect(() => preferences.set({ language: 'de' })).toThrow('ENOENT')
  expect(preferences.now.language).toBe('system')
})
