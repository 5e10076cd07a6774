import { join } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../system/index.ts'
import type { Disk } from '../system/index.ts'
import { tallyRecord } from './tally.ts'

const summaryRecord = z.object({
  version: z.literal(1),
  /** Number of the newest event that is counted. */
  seq: z.int(),
  /** Up to where the files are counted. */
  counted: z.object({ day: z.string(), bytes: z.int() }),
  tally: tallyRecord,
})
export type Summary = z.infer<typeof summaryRecord>

/** What the counts were when they were saved last, so that a start reads only what came after. null: none, or not readable; then the files tell. */
export async function readSummary(disk: Disk, folder: string): Promise<Summary | null> {
  try {
    const parsed = summaryRecord.safeParse(JSON.parse((await disk.readFile(summaryPath(folder))).toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

export async function writeSummary(disk: Disk, folder: string, summary: Summary): Promise<void> {
  await disk.writeFileDurably(summaryPath(folder), JSON.stringify(summary))
}

function summaryPath(folder: string): string {
  return join(folder, 'counts.json')
}
