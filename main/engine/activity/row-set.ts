import { foldEvent } from '../../contract/index.ts'
import type { ActivityEvent, ActivityRow } from '../../contract/index.ts'

/** Rows by key, in the order in which their messages were accepted, kept up by events. */
export class RowSet {
  readonly #rows = new Map<string, ActivityRow>()
  readonly #keysOfEntry = new Map<string, string[]>()

  get size(): number {
    return this.#rows.size
  }

  all(): IterableIterator<ActivityRow> {
    return this.#rows.values()
  }

  has(entryId: string): boolean {
    return this.#keysOfEntry.has(entryId)
  }

  ofEntry(entryId: string): ActivityRow[] {
    return (this.#keysOfEntry.get(entryId) ?? []).flatMap((key) => this.#rows.get(key) ?? [])
  }

  /** @returns the rows that changed. An event that was folded already changes nothing. */
  fold(event: ActivityEvent): readonly ActivityRow[] {
    if (!('entryId' in event)) return []
    const before = this.ofEntry(event.entryId)
    if (before.some((row) => row.seq >= event.seq)) return []
    const changed = foldEvent(before, event)
    for (const row of changed) this.#rows.set(row.key, row)
    if (event.type === 'accepted') {
      const keys = changed.map((row) => row.key)
      this.#keysOfEntry.set(event.entryId, keys)
    }
    return changed
  }

  /** Takes out the oldest message. @returns when it was accepted */
  dropOldest(): number {
    for (const [entryId, keys] of this.#keysOfEntry) {
      const acceptedAt = this.#rows.get(keys[0] ?? '')?.acceptedAt ?? 0
      for (const key of keys) this.#rows.delete(key)
      this.#keysOfEntry.delete(entryId)
      return acceptedAt
    }
    return 0
  }
}
