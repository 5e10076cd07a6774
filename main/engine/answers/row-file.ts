import type { ActivityRow, ExportFormat } from '../../contract/index.ts'

/** The live log as a file for other programs: one row for each recipient of each message. */
export interface RowFile {
  readonly head: string
  row(row: ActivityRow, isFirst: boolean): string
  readonly tail: string
}

export function rowFile(format: ExportFormat): RowFile {
  return format === 'csv' ? csv : json
}

type Cell = string | number | null

/** Name and value of each column, in order: the same in both formats. Times are ISO 8601 in UTC. */
const COLUMNS: readonly (readonly [string, (row: ActivityRow) => Cell])[] = [
  ['accepted_at', (row) => time(row.acceptedAt)],
  ['status', (row) => row.status],
  ['disposition', (row) => row.disposition],
  ['sender', (row) => row.reversePath ?? ''],
  ['recipient', (row) => row.recipient],
  ['subject', (row) => row.subject],
  ['size_bytes', (row) => row.size],
  ['device_address', (row) => row.client.address],
  ['device_name', (row) => row.client.helo],
  ['device_login', (row) => row.client.account],
  ['route', (row) => row.route],
  ['attempts', (row) => row.attempts],
  ['next_attempt_at', (row) => (row.nextAttemptAt === null ? null : time(row.nextAttemptAt))],
  ['changed_at', (row) => time(row.changedAt)],
  ['host', (row) => row.lastHost],
  ['enhanced_status', (row) => row.lastStatus],
  ['reply', (row) => row.lastText],
  ['cause', (row) => row.lastCause],
  ['message_id', (row) => row.entryId],
]

const json: RowFile = {
  head: '[\n',
  row: (row, isFirst) => `${isFirst ? '' : ',\n'}${JSON.stringify(Object.fromEntries(COLUMNS.map(([name, value]) => [name, value(row)])))}`,
  tail: '\n]\n',
}

/** RFC 4180 with the mark by which spreadsheets know UTF-8. */
const csv: RowFile = {
  head: `\ufeff${COLUMNS.map(([name]) => name).join(',')}\r\n`,
  row: (row) => `${COLUMNS.map(([, value]) => csvCell(value(row))).join(',')}\r\n`,
  tail: '',
}

function time(at: number): string {
  return new Date(at).toISOString()
}

/** What a spreadsheet would take for a formula, also behind spaces and in full-width forms. */
const FORMULA = /^[\s\u0000]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/ // eslint-disable-line no-control-regex -- NUL hides the sign from a reader, not from a program

/**
 * A value as one cell. Subjects and replies are written by strangers: one that a spreadsheet would run as a formula gets an apostrophe in front,
 * which says "text" there; every text stands in quotes, so that a separator of another locale cuts nothing.
 */
export function csvCell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return `"${text.replaceAll('"', '""')}"`
}
