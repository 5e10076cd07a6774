import { activityEvent } from '../../main/contract/index.ts'
import type { ActivityEvent } from '../../main/contract/index.ts'

export type Event = ActivityEvent

/** An event from a line of the log as it lies on the disk; null for a line that was torn. */
export function parseLine(line: string): Event | null {
  if (!line.startsWith('{') || !line.endsWith('}')) return null
  try {
    const parsed = activityEvent.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    // Cut off by a power cut and overwritten: the reader of the product skips it too.
    return null
  }
}
