import type { ActivityEvent } from '../../contract/index.ts'
import { parseLine } from './event-log.ts'
import type { EventLog } from './event-log.ts'

/**
 * Events after a number from the files, oldest first. Numbers rise from file to file; where the clock was set back over midnight, what was
 * written into an earlier day's file meanwhile may be passed over.
 */
export async function eventsAfter(log: EventLog, seq: number, limit: number): Promise<ActivityEvent[]> {
  await log.flush()
  const days = await log.days()
  let from = days.length - 1
  while (from > 0 && (await firstSeqOf(log, days[from] ?? '')) > seq + 1) from--
  const found: ActivityEvent[] = []
  for (const day of days.slice(Math.max(from, 0))) {
    for await (const { text } of log.lines(day)) {
      if (seqOf(text) <= seq) continue
      const event = parseLine(text)
      if (event !== null) found.push(event)
      if (found.length === limit) return found
    }
  }
  return found
}

/** Infinity for a file without a readable number: whoever looks for a beginning looks further back. */
async function firstSeqOf(log: EventLog, day: string): Promise<number> {
  for await (const { text } of log.lines(day)) {
    const seq = seqOf(text)
    if (seq > 0) return seq
  }
  return Infinity
}

/** The number of an event in its line, without reading all of it; 0 when there is none. */
function seqOf(text: string): number {
  return Number(/^\{"seq":(\d+)/.exec(text)?.[1] ?? 0)
}
