import type { ActivityRow, RowFilter } from '../../../main/contract/activity.ts'
import { dayKey } from '../../lib/format/time.ts'
import { deviceKey } from '../../lib/format/device.ts'

/** Whether a row fits what is looked for, as the engine decides it for older rows: every word somewhere in it. */
export function matches(row: ActivityRow, filter: RowFilter): boolean {
  if (filter.status !== null && row.status !== filter.status) return false
  if (filter.route !== null && row.route !== filter.route) return false
  if (filter.device !== null && deviceKey(row.client) !== filter.device) return false
  if (filter.day !== null && dayKey(row.acceptedAt) !== filter.day) return false
  if (filter.text.trim() === '') return true
  const { client } = row
  const all = [
    row.recipient,
    row.reversePath ?? '',
    row.subject,
    client.address,
    client.helo,
    client.account ?? '',
    row.route,
    row.status,
    row.lastText,
    row.entryId,
  ]
  const text = all.join('\n').toLowerCase()
  return filter.text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** The keys of some rows. */
export const keysOf = (rows: readonly ActivityRow[]): ReadonlySet<string> => new Set(rows.map((row) => row.key))

/** Newest first; two of one moment by key, so that the order is always the same. */
export function newerFirst(a: ActivityRow, b: ActivityRow): number {
  return b.acceptedAt - a.acceptedAt || (a.key < b.key ? 1 : a.key > b.key ? -1 : 0)
}

export interface Loaded {
  /** Newest first. */
  readonly rows: readonly ActivityRow[]
  /** There are older ones that are not loaded. */
  readonly more: boolean
}

/**
 * Takes changed and new rows into what is shown.
 * @param following  at the top and live: rows come in at their place and leave when they no longer fit. Otherwise nothing may move: what is
 *                   shown is updated where it stands, and what is new comes back in `fresh`, to be offered.
 */
export function mergeRows(
  loaded: Loaded,
  changed: readonly ActivityRow[],
  filter: RowFilter,
  following: boolean,
): { readonly rows: readonly ActivityRow[]; readonly fresh: readonly ActivityRow[] } {
  const updates = new Map(changed.map((row) => [row.key, row]))
  let rows = loaded.rows.map((row) => {
    const update = updates.get(row.key)
    if (update === undefined) return row
    updates.delete(row.key)
    return update.seq >= row.seq ? update : row
  })
  const oldest = loaded.more ? loaded.rows.at(-1) : undefined
  const fresh = [...updates.values()]
    .filter((row) => matches(row, filter) && (oldest === undefined || newerFirst(row, oldest) < 0))
    .sort(newerFirst)
  if (!following) return { rows, fresh }
  rows = rows.filter((row) => !changed.some((one) => one.key === row.key) || matches(row, filter))
  return { rows: fresh.length === 0 ? rows : [...rows, ...fresh].sort(newerFirst), fresh: [] }
}
