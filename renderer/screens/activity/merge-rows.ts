import { compareRows, rowMatcher } from '../../../main/contract/activity-view.ts'
import type { RowPosition } from '../../../main/contract/activity-view.ts'
import type { ActivityRow, RowFilter } from '../../../main/contract/activity.ts'

/** The keys of some rows. */
export const keysOf = (rows: readonly ActivityRow[]): ReadonlySet<string> => new Set(rows.map((row) => row.key))

export interface Loaded {
  /** Newest first. */
  readonly rows: readonly ActivityRow[]
  /** There are older ones that are not loaded. */
  readonly more: boolean
}

/** Where a row stands among rows, newest first, or would stand; by halving, since a row never changes its place. */
export function placeOf(rows: readonly ActivityRow[], row: RowPosition): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = rows[middle]
    if (other !== undefined && compareRows(other, row) < 0) low = middle + 1
    else high = middle
  }
  return low
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
  const matcher = rowMatcher(filter)
  const newest = new Map<string, ActivityRow>()
  for (const row of changed) if ((newest.get(row.key)?.seq ?? -1) <= row.seq) newest.set(row.key, row)
  const oldest = loaded.more ? loaded.rows.at(-1) : undefined
  let rows: ActivityRow[] | null = null
  let leaves = false
  const fresh: ActivityRow[] = []
  for (const row of newest.values()) {
    const place = placeOf(loaded.rows, row)
    const shown = loaded.rows[place]
    if (shown?.key === row.key) {
      if (row.seq < shown.seq) continue
      rows ??= [...loaded.rows]
      rows[place] = row
      leaves ||= following && !matcher.fits(row)
    } else if (matcher.fits(row) && (oldest === undefined || compareRows(row, oldest) < 0)) fresh.push(row)
  }
  fresh.sort(compareRows)
  if (!following) return { rows: rows ?? loaded.rows, fresh }
  const kept = rows ?? loaded.rows
  const staying = leaves ? kept.filter((row) => !newest.has(row.key) || matcher.fits(row)) : kept
  return { rows: joined(fresh, staying), fresh: [] }
}

/** Two lists, newest first, as one. New rows are mostly newer than all the others. */
export function joined(fresh: readonly ActivityRow[], rows: readonly ActivityRow[]): readonly ActivityRow[] {
  const [first] = rows
  const last = fresh.at(-1)
  if (last === undefined) return rows
  if (first === undefined || compareRows(last, first) < 0) return [...fresh, ...rows]
  return [...fresh, ...rows].sort(compareRows)
}
