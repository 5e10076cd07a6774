import type { Entry } from './types.ts'

/** Where a message's bytes are: in a journal segment, or (null) in a file of its own. */
export type BodyPlace = { readonly segment: number; readonly at: number } | null

/** What the spool keeps in memory about an entry. */
export interface Kept {
  /** As last handed in; on disk, or on its way there. */
  entry: Entry
  /** Segment of its newest record that is durable; 0 when only its own file tells. */
  stateIn: number
  body: BodyPlace
  /** There is a file of its own, which must go with the entry; perhaps beside `body`, while it moves. */
  hasFile: boolean
  /** The message's CRC-32 where it is in a file and that is known already. */
  crc?: number
}

/** Which entries there are and where; and the newest small messages themselves, since most are sent on at once. */
export class Shelf {
  readonly #kept = new Map<string, Kept>()
  readonly #recent = new Map<string, Uint8Array>()
  readonly #recentLimit: number
  #recentBytes = 0
  #bytes = 0

  constructor(recentLimit: number) {
    this.#recentLimit = recentLimit
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#kept.size
  }

  get(id: string): Kept | undefined {
    return this.#kept.get(id)
  }

  all(): IterableIterator<Kept> {
    return this.#kept.values()
  }

  put(kept: Kept): void {
    this.#kept.set(kept.entry.head.id, kept)
    this.#bytes += kept.entry.head.size
  }

  take(id: string): Kept | undefined {
    const kept = this.#kept.get(id)
    if (kept === undefined) return undefined
    this.#kept.delete(id)
    this.#bytes -= kept.entry.head.size
    this.#forget(id)
    return kept
  }

  remember(id: string, message: Uint8Array): void {
    this.#recent.set(id, message)
    this.#recentBytes += message.length
    for (const oldest of this.#recent.keys()) {
      if (this.#recentBytes <= this.#recentLimit) break
      this.#forget(oldest)
    }
  }

  recent(id: string): Uint8Array | undefined {
    return this.#recent.get(id)
  }

  #forget(id: string): void {
    this.#recentBytes -= this.#recent.get(id)?.length ?? 0
    this.#recent.delete(id)
  }
}
