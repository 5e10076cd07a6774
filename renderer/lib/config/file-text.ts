import type { Issue } from '../../../main/contract/issue.ts'

/** Where a line and column of a text are, as an offset; columns count characters, from 1. Beyond the end is the end. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return text.length
    start = end + 1
  }
  const end = text.indexOf('\n', start)
  const whole = text.slice(start, end < 0 ? text.length : end)
  return start + [...whole].slice(0, column - 1).join('').length
}

export function lineCount(text: string): number {
  return text.split('\n').length
}

/** Lines with a problem, each with the gravest. */
export function markedLines(issues: readonly Issue[]): ReadonlyMap<number, Issue['severity']> {
  const marks = new Map<number, Issue['severity']>()
  for (const { line, severity } of issues) {
    if (line !== undefined && marks.get(line) !== 'error') marks.set(line, severity)
  }
  return marks
}

/** The first line of a table such as `[queue.schedule.remote]`, or of the first below it; null when there is none. */
export function lineOfTable(text: string, table: string): number | null {
  const at = text.split('\n').findIndex((line) => line.trim().startsWith(`[${table}`))
  return at < 0 ? null : at + 1
}
