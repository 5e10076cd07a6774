import type { ActivityEvent, ActivityRow, ClientInfo, Disposition, RecipientResult, RowFilter, RowStatus } from './activity.ts'

/** How the live log's rows come from events and which of them a filter shows: pure, and the same in engine and window. */

type EventOf<T extends ActivityEvent['type']> = Extract<ActivityEvent, { type: T }>

/**
 * The rows that an event changes or makes, as they are after it; the others stay as they are. A recipient is `waiting` without a next attempt until
 * its first attempt has ended.
 * @param rows all rows of the event's message; rows of other messages do no harm
 */
export function foldEvent(rows: readonly ActivityRow[], event: ActivityEvent): readonly ActivityRow[] {
  switch (event.type) {
    case 'accepted':
      return acceptedRows(event)
    case 'attempted':
      return rows.flatMap((row) => afterAttempt(row, event))
    case 'ended':
      return rows.filter((row) => row.key === rowKey(event.entryId, event.recipient)).map((row) => afterEnd(row, event))
    case 'held':
      return changeUnfinished(rows, event, () => ({ status: 'held', nextAttemptAt: null }))
    case 'released':
      return changeUnfinished(rows, event, () => ({ status: 'waiting', nextAttemptAt: event.nextAttemptAt }))
    case 'retried':
      return changeUnfinished(rows, event, (row) => (row.status === 'held' ? null : { nextAttemptAt: event.at }))
    case 'set-aside':
      return changeUnfinished(rows, event, () => ({ status: 'failed', nextAttemptAt: null, lastText: event.text, lastCause: 'storage' }))
    case 'report-sent':
    case 'refused':
    case 'engine':
    case 'config':
    case 'problem':
      return []
  }
}

export function rowKey(entryId: string, recipient: string): string {
  return `${entryId}/${recipient}`
}

/** Nothing changes about this recipient any more. */
export function isRowFinished(row: { readonly status: RowStatus }): boolean {
  return row.status === 'delivered' || row.status === 'failed' || row.status === 'cancelled'
}

/** By what a sender is known in lists, filters and counts: its address. Messages made by Mailroom itself have none. */
export function deviceOf(client: ClientInfo): string {
  return client.address
}

/** Newest first; the key decides between equals, so that pages join without gaps. */
export function compareRows(a: RowPosition, b: RowPosition): number {
  if (a.acceptedAt !== b.acceptedAt) return b.acceptedAt - a.acceptedAt
  return a.key === b.key ? 0 : a.key < b.key ? 1 : -1
}

/** Where a row stands in the list. */
export type RowPosition = Pick<ActivityRow, 'acceptedAt' | 'key'>

/** The local day of a time, `2026-11-23`. */
export function dayOf(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
}

/** A filter made ready for many rows. */
export interface RowMatcher {
  fits(row: ActivityRow): boolean
  /** For counting by status. */
  fitsButStatus(row: ActivityRow): boolean
}

export function rowMatcher(filter: RowFilter): RowMatcher {
  const { status, route, device, day, names = {} } = filter
  const words = wordsOf(filter.text)
  const [from, to] = day === null ? [-Infinity, Infinity] : boundsOfDay(day)
  const fitsButStatus = (row: ActivityRow): boolean =>
    (route === null || row.route === route) &&
    (device === null || deviceOf(row.client) === device) &&
    row.acceptedAt >= from &&
    row.acceptedAt < to &&
    (words.length === 0 || hasWords(searchText(row, names), words))
  return { fitsButStatus, fits: (row) => (status === null || row.status === status) && fitsButStatus(row) }
}

export function matchesFilter(row: ActivityRow, filter: RowFilter): boolean {
  return rowMatcher(filter).fits(row)
}

/** What somebody typed to find something: every word must be there, in any case. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean)
}

export function hasWords(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase()
  return words.every((word) => lower.includes(word))
}

/** The first millisecond of a local day and that of the next; a day has 23 to 25 hours. */
export function boundsOfDay(day: string): readonly [number, number] {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return [new Date(year, month - 1, date).getTime(), new Date(year, month - 1, date + 1).getTime()]
}

function searchText(row: ActivityRow, names: Readonly<Record<string, string>>): string {
  const { address, helo, account } = row.client
  const called = [names[`route/${row.route}`] ?? '', names[`status/${row.status}`] ?? '', dayOf(row.acceptedAt)]
  const parts = [row.reversePath ?? '<>', row.recipient, row.subject, address, helo, account ?? '', row.route, row.status]
  return [...parts, ...called, row.lastHost, row.lastStatus, row.lastText, row.entryId].join('\n')
}

function acceptedRows(event: EventOf<'accepted'>): ActivityRow[] {
  return [...new Set(event.recipients)].map((recipient) => ({
    key: rowKey(event.entryId, recipient),
    entryId: event.entryId,
    acceptedAt: event.at,
    changedAt: event.at,
    seq: event.seq,
    reversePath: event.reversePath,
    recipient,
    subject: event.subject,
    size: event.size,
    client: event.client,
    status: 'waiting',
    disposition: null,
    attempts: 0,
    route: '',
    rule: null,
    nextAttemptAt: null,
    lastText: '',
    lastStatus: '',
    lastCause: '',
    lastHost: '',
  }))
}

function afterAttempt(row: ActivityRow, event: EventOf<'attempted'>): ActivityRow[] {
  if (row.entryId !== event.entryId) return []
  const result = event.results.find((one) => one.address === row.recipient)
  if (result === undefined) return []
  const status = statusAfter(row, result)
  return [
    {
      ...row,
      changedAt: event.at,
      seq: event.seq,
      attempts: row.attempts + 1,
      route: event.route,
      rule: event.rule,
      status,
      nextAttemptAt: status === 'waiting' ? result.nextAttemptAt : null,
      lastText: result.text,
      lastStatus: result.status,
      lastCause: result.cause,
      lastHost: event.tries.at(-1)?.host ?? '',
    },
  ]
}

function statusAfter(row: ActivityRow, result: RecipientResult): RowStatus {
  switch (result.outcome) {
    case 'completed':
      return 'delivered'
    case 'perm_fail':
      return 'failed'
    case 'temp_fail':
      // Held while the attempt was under way: it stays held.
      return isRowFinished(row) || row.status === 'held' ? row.status : 'waiting'
  }
}

const ENDS: Readonly<Record<Disposition, RowStatus>> = {
  delivered: 'delivered',
  relayed: 'delivered',
  bounced: 'failed',
  expired: 'failed',
  cancelled: 'cancelled',
}

function afterEnd(row: ActivityRow, event: EventOf<'ended'>): ActivityRow {
  return {
    ...row,
    changedAt: event.at,
    seq: event.seq,
    status: ENDS[event.disposition],
    disposition: event.disposition,
    nextAttemptAt: null,
    lastText: event.text === '' ? row.lastText : event.text,
  }
}

function changeUnfinished(
  rows: readonly ActivityRow[],
  event: Extract<ActivityEvent, { entryId: string }>,
  change: (row: ActivityRow) => Partial<ActivityRow> | null,
): ActivityRow[] {
  return rows.flatMap((row) => {
    if (row.entryId !== event.entryId || isRowFinished(row)) return []
    const changes = change(row)
    return changes === null ? [] : [{ ...row, ...changes, changedAt: event.at, seq: event.seq }]
  })
}
