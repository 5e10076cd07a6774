import { z } from 'zod'

/** Files that a person keeps: always at a place chosen in the system's own dialog, which only the shell can show. */

/** `saved` false: the person closed the dialog. `name` is the file's name without its folder, '' when nothing was saved. */
export const savedFile = z.object({ saved: z.boolean(), name: z.string() })
export type SavedFile = z.infer<typeof savedFile>

/** What the dialog suggests; the shell makes it safe for every file system. */
const suggestedName = z.string().min(1).max(1000)

export const fileRequests = {
  /** Asks where to, and writes what is given: text (as UTF-8) or bytes. Refused with `not-saved` when the disk says no. */
  'file.save': {
    args: z.union([z.strictObject({ suggestedName, text: z.string() }), z.strictObject({ suggestedName, base64: z.base64() })]),
    result: savedFile,
  },
  /** Opens an address in the person's browser or mail program; http, https and mailto alone. The window asks the person first. */
  'link.open': { args: z.object({ url: z.string().max(8192) }), result: z.void() },
} as const
