/** Ids that a person has picked. */
export const NONE: ReadonlySet<string> = new Set()

export function picking(picked: ReadonlySet<string>, ids: readonly string[], on: boolean): ReadonlySet<string> {
  const changed = new Set(picked)
  for (const id of ids) {
    if (on) changed.add(id)
    else changed.delete(id)
  }
  return changed
}

/** All between two ids, both included, in the order they are seen; only the second when the first is not there. */
export function rangeOf(ids: readonly string[], from: string, to: string): readonly string[] {
  const end = ids.indexOf(to)
  if (end < 0) return []
  const begin = ids.includes(from) ? ids.indexOf(from) : end
  return ids.slice(Math.min(begin, end), Math.max(begin, end) + 1)
}

/** Those of `ids` that are not among the others. */
export function without(ids: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others)
  return ids.filter((id) => !known.has(id))
}
