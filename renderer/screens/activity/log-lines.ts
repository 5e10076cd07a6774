import type { ActivityRow } from '../../../main/contract/activity.ts'
import { dayKey, dayTime } from '../../lib/format/time.ts'

/** A line of the log: a message, or the day that begins. */
export type LogLine = { readonly kind: 'row'; readonly row: ActivityRow } | { readonly kind: 'day'; readonly day: string }

/**
 * Puts a heading before each day but today's, which needs none at the top.
 * @param rows   newest first
 * @param today  `2026-11-23`
 */
export function logLines(rows: readonly ActivityRow[], today: string): readonly LogLine[] {
  const lines: LogLine[] = []
  let begins = Infinity
  let previous = today
  for (const row of rows) {
    if (row.acceptedAt < begins) {
      // A new day, or the first row: only then is the calendar asked, so that a hundred thousand rows cost no more than their days.
      const day = dayKey(row.acceptedAt)
      begins = startOf(day)
      if (day !== previous) lines.push({ kind: 'day', day })
      previous = day
    }
    lines.push({ kind: 'row', row })
  }
  return lines
}

function startOf(day: string): number {
  return new Date(dayTime(day)).setHours(0, 0, 0, 0)
}
