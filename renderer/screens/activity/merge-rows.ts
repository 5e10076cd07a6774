import { compareRows, matchesFilter } from '../../../main/contract/activity-view.ts'
import type { ActivityRow, RowFilter } from '../../../main/contract/activity.ts'

/** The keys of some rows. */
export const keysOf = (rows: readonly ActivityRow[]): ReadonlySet<string> => new Set(rows.map((row) => row.key))

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
    .filter((row) => matchesFilter(row, filter) && (oldest === undefined || compareRows(row, oldest) < 0))
    .sort(compareRows)
  if (!following) return { rows, fresh }
  rows = rows.filter((row) => !changed.some((one) => one.key === row.key) || matchesFilter(row, filter))
  return { rows: fresh.length === 0 ? rows : [...rows, ...fresh].sort(compareRows), fresh: [] }
}
