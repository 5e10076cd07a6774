import type { ActivityRow, RowFilter, RowStatus } from '../../../main/contract/activity.ts'
import { compareRows } from '../../../main/contract/activity-view.ts'
import { ask, on } from '../../lib/bridge.ts'
import { keysOf, mergeRows } from './merge-rows.ts'

const PAGE = 300
/** While the newest are followed, the tail beyond this many is let go; it is read again when somebody scrolls there. */
const KEPT = 2000
const COUNTS_EVERY_MS = 1000

export const everything: RowFilter = { text: '', status: null, route: null, device: null, day: null }

/** The log as it is shown: pages of rows, newest first, live at the top and still while somebody reads further down. */
export class ActivityView {
  /** Newest first. */
  rows = $state.raw<readonly ActivityRow[]>([])
  /** New ones that came while somebody was reading, newest first. */
  fresh = $state.raw<readonly ActivityRow[]>([])
  /** Keys of the rows that came last, for their passing tint. */
  arrived = $state.raw(keysOf([]))
  counts = $state.raw<Readonly<Partial<Record<RowStatus, number>>>>({})
  more = $state(false)
  /** True until the first page for this filter is here. */
  loading = $state(true)
  /** Older rows are being looked for. */
  searching = $state(false)
  problem = $state<string | null>(null)
  filter = $state.raw<RowFilter>(everything)
  /** A person may stop the log altogether. */
  live = $state(true)
  /** The list stands at its top. */
  atTop = $state(true)
  total = $derived(Object.values(this.counts).reduce((sum, count) => sum + count, 0))

  #asked = 0
  #countsTimer: ReturnType<typeof setTimeout> | undefined

  /** @returns a function that ends the subscription */
  start(): () => void {
    const stop = on('activity.changed', ({ rows }) => this.take(rows))
    return () => {
      stop()
      clearTimeout(this.#countsTimer)
      this.#asked = -1
    }
  }

  /** Begins anew at the top with another filter. */
  async show(filter: RowFilter): Promise<void> {
    this.filter = filter
    const asked = ++this.#asked
    this.searching = false
    const answer = await ask('activity.rows', { filter, before: null, limit: PAGE })
    if (asked !== this.#asked) return
    this.loading = false
    this.problem = answer.ok ? null : answer.problem.text
    if (!answer.ok) return
    this.rows = answer.value.rows
    this.more = answer.value.more
    this.counts = answer.value.counts
    this.fresh = []
    if (this.rows.length === 0) void this.loadMore()
  }

  /**
   * Reads the next older page, once at a time. A long search through the files answers in pieces that may be empty: then it is asked on until
   * something is found or the log is at its end.
   */
  async loadMore(): Promise<void> {
    if (!this.more || this.searching) return
    this.searching = true
    const asked = this.#asked
    let goOn = true
    while (goOn && this.#isCurrent(asked)) goOn = await this.#page(asked)
    if (this.#isCurrent(asked)) this.searching = false
  }
  /** Nobody has asked for something else since. */
  #isCurrent(asked: number): boolean {
    return asked === this.#asked
  }
  /** @returns whether it brought nothing though there is more to look through */
  async #page(asked: number): Promise<boolean> {
    const last = this.rows.at(-1)
    const before = last === undefined ? null : { acceptedAt: last.acceptedAt, key: last.key }
    const answer = await ask('activity.rows', { filter: this.filter, before, limit: PAGE })
    if (!this.#isCurrent(asked)) return false
    this.problem = answer.ok ? null : answer.problem.text
    this.more = answer.ok && answer.value.more
    if (!answer.ok) return false
    const known = keysOf(this.rows)
    const older = answer.value.rows.filter((row) => !known.has(row.key))
    this.rows = [...this.rows, ...older]
    return older.length === 0 && answer.value.more
  }

  /** Changed and new rows, as the engine tells them. */
  take(changed: readonly ActivityRow[]): void {
    if (this.loading) return
    const following = this.live && this.atTop
    const known = keysOf(following ? this.rows : [])
    const merged = mergeRows(this, changed, this.filter, following)
    this.rows = merged.rows
    if (following) {
      this.arrived = keysOf(changed.filter((row) => !known.has(row.key)))
      this.#letGo()
    } else this.#offer(merged.fresh)
    this.#countSoon()
  }

  /** Takes in what waited to be seen. */
  showFresh(): void {
    this.arrived = keysOf(this.fresh)
    this.rows = [...this.fresh, ...this.rows].sort(compareRows)
    this.fresh = []
    this.atTop = true
    this.#letGo()
  }

  #offer(fresh: readonly ActivityRow[]): void {
    if (fresh.length === 0) return
    const keys = keysOf(fresh)
    const all = [...fresh, ...this.fresh.filter((row) => !keys.has(row.key))].sort(compareRows)
    this.fresh = all.slice(0, KEPT)
  }
  #letGo(): void {
    if (this.rows.length <= KEPT) return
    this.rows = this.rows.slice(0, PAGE)
    this.more = true
  }
  #countSoon(): void {
    this.#countsTimer ??= setTimeout(() => {
      this.#countsTimer = undefined
      void this.#count()
    }, COUNTS_EVERY_MS)
  }
  async #count(): Promise<void> {
    const asked = this.#asked
    const answer = await ask('activity.rows', { filter: this.filter, before: null, limit: 1 })
    if (answer.ok && asked === this.#asked) this.counts = answer.value.counts
  }
}
