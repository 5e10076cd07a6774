import { z } from 'zod'
import { issue } from './issue.ts'
import { saveResult } from './save-result.ts'

/** The settings file as a thing of its own: what it said before, and how it moves to another computer. No password in any of it. */

/** One key that a change touched. */
export const keyChange = z.object({ path: z.string(), what: z.enum(['added', 'removed', 'changed']) })
export type KeyChange = z.infer<typeof keyChange>

/** One change of the file: the text before it is kept under `id`, until `at` (ms since 1970) it was the file's. */
export const historyEntry = z.object({
  id: z.string(),
  at: z.int(),
  /** Of the text before the change. */
  bytes: z.int(),
  /** Lines that came and went with the change. */
  addedLines: z.int(),
  removedLines: z.int(),
  /** Keys that it touched, in the order of the file; empty when only comments changed or a text is no TOML. */
  changes: z.array(keyChange),
})
export type HistoryEntry = z.infer<typeof historyEntry>

/** A text of the file, passwords replaced by `%{hidden}%`. */
export const historyText = z.object({ before: z.string(), after: z.string() })
export type HistoryText = z.infer<typeof historyText>

/** A password that the imported file refers to and does not bring. */
export const missingSecret = z.object({ name: z.string(), path: z.string() })

export const importPreview = z.discriminatedUnion('kind', [
  /** Sealed: ask for the passphrase. `wrong` when one was given and does not open it. */
  z.object({ kind: z.literal('sealed'), wrong: z.boolean() }),
  /** No settings of Mailroom; `text` says what it is. */
  z.object({ kind: z.literal('unreadable'), text: z.string() }),
  z.object({
    kind: z.literal('settings'),
    /** As they would be written, passwords hidden. */
    text: z.string(),
    /** Problems that stay when every missing password is typed. With an error nothing can be imported. */
    issues: z.array(issue),
    missing: z.array(missingSecret),
    /** How many passwords come with it. */
    secrets: z.int(),
  }),
])
export type ImportPreview = z.infer<typeof importPreview>

const nothing = z.object({})
const MAX_IMPORT_CHARS = 4 * 1024 * 1024
const imported = z.object({ text: z.string().max(MAX_IMPORT_CHARS), passphrase: z.string().max(1000).nullable() })
const change = z.object({ path: z.array(z.string()).min(1), value: z.json() })

export const settingsFileRequests = {
  /** What `config.change` would say to these changes; nothing is written. For values as they are typed. */
  'config.tryChange': { args: z.object({ changes: z.array(change) }), result: z.array(issue) },
  /** Newest first. */
  'config.history': { args: nothing, result: z.array(historyEntry) },
  /** The text before a change and after it. Refused with `no-such-text` when it is not kept any more. */
  'config.historyText': { args: z.object({ id: z.string() }), result: historyText },
  /** Puts the text before a change back, passwords and all. The present one goes into the history. */
  'config.restore': { args: z.object({ id: z.string() }), result: saveResult },
  /** The settings for another computer: without passwords, or with them, sealed. Refused with `broken` when the file is no TOML. */
  'config.export': {
    args: z.object({ passphrase: z.string().min(8).max(1000).nullable() }),
    result: z.object({ text: z.string(), suggestedName: z.string() }),
  },
  /** What an import would do; nothing is written. */
  'config.readImport': { args: imported, result: importPreview },
  /** All or nothing. `secrets` are the missing ones by the names of the preview. */
  'config.import': {
    args: imported.extend({ secrets: z.array(z.object({ name: z.string(), value: z.string() })) }),
    result: saveResult,
  },
} as const
