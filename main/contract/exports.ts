import { z } from 'zod'
import { rowFilter } from './activity.ts'
import { savedFile } from './files.ts'

/**
 * Large things written to a file that a person chose: the shell asks where to, the engine writes, and nothing of it passes through the window.
 * The two requests that name a path are for the shell and the command line; a window that asks them is refused.
 */

export const exportFormat = z.enum(['csv', 'json'])
export type ExportFormat = z.infer<typeof exportFormat>

/** `id` is chosen by whoever asks; progress and stopping go by it. */
const rowsExport = z.object({ id: z.string().min(1).max(100), filter: rowFilter, format: exportFormat })

/** `saved` false: the dialog was closed, or the export was stopped; then no file is left. */
export const exported = savedFile.extend({ rows: z.int() })
export type Exported = z.infer<typeof exported>

export const exportRequests = {
  /** The rows of the live log that fit, newest first. Asks where to. Refused with `not-saved` when the disk says no. */
  'activity.export': { args: rowsExport, result: exported },
  'activity.exportTo': { args: rowsExport.extend({ path: z.string() }), result: exported },
  'activity.exportStop': { args: z.object({ id: z.string() }), result: z.void() },
  /** A waiting message, octet for octet, as an .eml file. Asks where to. */
  'queue.saveSource': { args: z.object({ id: z.string() }), result: savedFile },
  'queue.saveSourceTo': { args: z.object({ id: z.string(), path: z.string() }), result: savedFile },
} as const

/** Requests that name a place on the disk: never from a window. */
export const REQUESTS_WITH_PATH: readonly string[] = ['activity.exportTo', 'queue.saveSourceTo'] satisfies (keyof typeof exportRequests)[]

export const exportNotices = {
  /** `day` is the local day whose rows are being written. */
  'activity.exporting': z.object({ id: z.string(), rows: z.int(), day: z.string() }),
} as const
