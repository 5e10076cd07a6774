import { expect } from 'vitest'
import { readConfig } from '../../../../main/engine/config/read-config.ts'

/** What the engine reads in a text; it must be without errors. */
export async function settingsOf(text: string) {
  const sources = { environment: () => undefined, file: async () => ({ problem: 'there is none' }), secret: () => 's3cret' }
  const loaded = await readConfig(text, { sources, hostname: 'office', ownAddresses: [] })
  expect(loaded.issues.filter((issue) => issue.severity === 'error')).toEqual([])
  return loaded.view
}
