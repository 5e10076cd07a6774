import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { preferences as schema } from '../contract/index.ts'
import type { Preferences } from '../contract/index.ts'

const USUAL: Preferences = { language: 'system', theme: 'system', notifications: 'notify', keepRunning: true, keepAwake: false }

/** What is stored; a value that a newer or older version knows otherwise counts as not given, the others stay. */
const { language, theme, notifications, keepRunning, keepAwake } = schema.shape
const stored = schema.extend({
  language: language.catch(USUAL.language),
  theme: theme.catch(USUAL.theme),
  notifications: notifications.catch(USUAL.notifications),
  keepRunning: keepRunning.catch(USUAL.keepRunning),
  keepAwake: keepAwake.catch(USUAL.keepAwake),
})

/** How this person wants the window, kept in `preferences.json` of the data folder; config.toml is the relay's alone. */
export class PreferencesFile {
  readonly #path: string
  readonly #handlers: ((now: Preferences) => void)[] = []
  #now: Preferences
  /** There was a file: this is not the first start. */
  readonly existed: boolean

  constructor(path: string) {
    this.#path = path
    const read = readJson(path)
    this.existed = read !== undefined
    const parsed = stored.safeParse(read ?? {})
    this.#now = parsed.success ? parsed.data : USUAL
  }

  get now(): Preferences {
    return this.#now
  }

  /** @throws when the file cannot be written; then nothing has changed */
  set(changes: { readonly [K in keyof Preferences]?: Preferences[K] | undefined }): void {
    const given = Object.entries(changes).filter(([, value]) => value !== undefined)
    const next = schema.parse({ ...this.#now, ...Object.fromEntries(given) })
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(next, null, 2)}\n`)
    renameSync(`${this.#path}.new`, this.#path)
    this.#now = next
    for (const handler of this.#handlers) handler(next)
  }

  onChange(handler: (now: Preferences) => void): void {
    this.#handlers.push(handler)
  }
}

/** @returns undefined when there is nothing that can be read: the usual preferences then */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // Missing on the first start; what is in a damaged one can be set again in the window.
    return undefined
  }
}
