import type { ActivityRow, RowFilter, RowStatus } from '../../../main/contract/activity.ts'
import { boundsOfDay, compareRows } from '../../../main/contract/activity-view.ts'
import { ask, on } from '../../lib/bridge.ts'
import { joined, keysOf, mergeRows } from './merge-rows.ts'

const PAGE = 300
/** While the newest are followed, the tail beyond this many is let go; it is read again when somebody scrolls there. */
const KEPT = 2000
const COUNTS_EVERY_MS = 1000
/** More changes than this before the window could draw them (it was hidden): the list is asked for anew. */
const MOST_PENDING = 2000
/** So many new rows a second come with a tint; a stream of them would only flicker. */
const MOST_TINTED = 4

export const everything: RowFilter = { text: '', status: null, route: null, device: null, day: null }

/** The log as it is shown: pages of rows, newest first, live at the top and still while somebody reads. */
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
  /** The day that the search through the files has come to; null when none is read. */
  reading = $state<string | null>(null)
  /** A person has stopped the search. */
  stopped = $state(false)
  problem = $state<string | null>(null)
  filter = $state.raw<RowFilter>(everything)
  /** The newest day shown; null when the log begins with now. */
  from = $state<string | null>(null)
  /** A person may stop the log altogether. */
  live = $state(true)
  /** The list stands at its top. */
  atTop = $state(true)
  /** A message is open or a row is in hand: nothing may move under the eye. */
  busy = $state(false)
  total = $derived(Object.values(this.counts).reduce((sum, count) => sum + count, 0))
  following = $derived(this.live && this.atTop && !this.busy && this.from === null)

  #asked = 0
  #pending: ActivityRow[] = []
  #drawing = false
  /** When the last rows came. */
  #arrivals: readonly number[] = []
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

  /**
   * Begins anew at the top with another filter.
   * @param from  a local day to begin with, older ones below it; null for now
   */
  async show(filter: RowFilter, from: string | null = null): Promise<void> {
    this.filter = filter
    this.from = from
    const asked = ++this.#asked
    this.searching = false
    this.stopped = false
    const answer = await ask('activity.rows', { filter, before: beginOf(from), limit: PAGE })
    if (asked !== this.#asked) return
    this.loading = false
    this.problem = answer.ok ? null : answer.problem.text
    if (!answer.ok) return
    this.rows = answer.value.rows
    this.more = answer.value.more
    this.counts = answer.value.counts
    this.reading = answer.value.reading
    this.fresh = []
    this.#pending = []
    if (this.rows.length === 0) void this.loadMore()
  }

  /**
   * Reads the next older page, once at a time. A long search through the files answers in pieces that may be empty: then it is asked on until
   * something is found, the log is at its end, or a person stops it.
   */
  async loadMore(): Promise<void> {
    if (!this.more || this.searching || this.stopped) return
    this.searching = true
    const asked = this.#asked
    let goOn = true
    while (goOn && this.#isCurrent(asked)) goOn = (await this.#page(asked)) && !this.stopped
    if (this.#isCurrent(asked)) this.searching = false
  }
  /** What was found stays; `goOn` takes the search up again. */
  stop(): void {
    this.stopped = true
  }
  goOn(): void {
    this.stopped = false
    void this.loadMore()
  }
  /** Nobody has asked for something else since. */
  #isCurrent(asked: number): boolean {
    return asked === this.#asked
  }
  /** @returns whether it brought nothing though there is more to look through */
  async #page(asked: number): Promise<boolean> {
    const last = this.rows.at(-1)
    const before = last === undefined ? beginOf(this.from) : { acceptedAt: last.acceptedAt, key: last.key }
    const answer = await ask('activity.rows', { filter: this.filter, before, limit: PAGE })
    if (!this.#isCurrent(asked)) return false
    this.problem = answer.ok ? null : answer.problem.text
    this.more = answer.ok && answer.value.more
    this.reading = answer.ok ? answer.value.reading : null
    if (!answer.ok) return false
    const end = this.rows.at(-1)
    const older = end === undefined ? answer.value.rows : answer.value.rows.filter((row) => compareRows(row, end) > 0)
    if (older.length > 0) this.rows = [...this.rows, ...older]
    if (this.total === 0 && answer.value.reading === null) this.counts = answer.value.counts
    return older.length === 0 && answer.value.more
  }

  /** Changed and new rows, as the engine tells them; drawn with the next frame, however many come before it. */
  take(changed: readonly ActivityRow[]): void {
    if (this.loading) return
    for (const row of changed) this.#pending.push(row)
    this.#countSoon()
    if (this.#drawing) return
    this.#drawing = true
    nextFrame(() => {
      this.#drawing = false
      this.#draw()
    })
  }

  /** Takes in what waited to be seen. */
  showFresh(): void {
    this.#tint(this.fresh)
    this.rows = joined(this.fresh, this.rows)
    this.fresh = []
    this.atTop = true
    this.#letGo()
  }

  #draw(): void {
    const changed = this.#pending
    this.#pending = []
    if (this.#asked < 0) return
    if (changed.length > MOST_PENDING && this.following) {
      void this.show(this.filter, this.from)
      return
    }
    const { following } = this
    const length = this.rows.length
    const merged = mergeRows(this, changed, this.filter, following)
    if (merged.rows !== this.rows) {
      const known = this.rows[0]
      this.rows = merged.rows
      if (following && merged.rows.length > length)
        this.#tint(known === undefined ? changed : changed.filter((row) => compareRows(row, known) < 0))
    }
    if (following) this.#letGo()
    else this.#offer(merged.fresh)
  }
  #tint(rows: readonly ActivityRow[]): void {
    const now = Date.now()
    this.#arrivals = [...this.#arrivals.filter((at) => now - at < 1000), ...rows.map(() => now)].slice(-MOST_TINTED - 1)
    if (this.#arrivals.length <= MOST_TINTED) this.arrived = keysOf(rows)
    else if (this.arrived.size > 0) this.arrived = keysOf([])
  }
  #offer(fresh: readonly ActivityRow[]): void {
    if (fresh.length === 0) return
    const keys = keysOf(fresh)
    this.fresh = joined(
      fresh,
      this.fresh.filter((row) => !keys.has(row.key)),
    ).slice(0, KEPT)
  }
  #letGo(): void {
    if (this.rows.length <= KEPT) return
    this.rows = this.rows.slice(0, PAGE)
    this.more = true
  }
  #countSoon(): void {
    this.#countsTimer ??= setTimeout(() => {
      this.#countsTimer = undefined
      if (isHidden()) this.#countSoon()
      else void this.#count()
    }, COUNTS_EVERY_MS)
  }
  async #count(): Promise<void> {
    const asked = this.#asked
    const answer = await ask('activity.rows', { filter: this.filter, before: null, limit: 1 })
    if (answer.ok && asked === this.#asked && answer.value.reading === null) this.counts = answer.value.counts
  }
}

/** The place behind which a day's newest row stands. */
function beginOf(day: string | null): { acceptedAt: number; key: string } | null {
  return day === null ? null : { acceptedAt: boundsOfDay(day)[1], key: '' }
}

function isHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden
}

/** Nothing is drawn while the window is hidden; then it waits. */
function nextFrame(draw: () => void): void {
  if (typeof requestAnimationFrame === 'undefined') draw()
  else requestAnimationFrame(draw)
}
