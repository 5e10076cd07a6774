import { compareRows, dayOf, rowMatcher } from '../../contract/index.ts'
import type { ActivityRow, RowFilter, RowMatcher, RowPosition, RowStatus } from '../../contract/index.ts'
import type { Clock } from '../system/index.ts'

/** A query that has read this long answers with what it has; `more` says that there is more to ask for. */
const BUDGET_MS = 400
const REMEMBERED = 16

export interface RowQuery {
  readonly filter: RowFilter
  readonly before: { readonly acceptedAt: number; readonly key: string } | null
  readonly limit: number
}

export interface RowPage {
  readonly rows: readonly ActivityRow[]
  readonly more: boolean
  readonly counts: Readonly<Record<RowStatus, number>>
  /** The day whose file was still being read when time ran out; null when nothing is missing. */
  readonly reading: string | null
}

export interface RowSources {
  /** Rows in memory: all of those accepted after `completeSince`, and perhaps older ones. */
  inMemory(): Iterable<ActivityRow>
  completeSince(): number
  /** Days with files, oldest first. */
  days(): Promise<string[]>
  rowsOf(day: string): Promise<readonly ActivityRow[]>
}

/** Pages through the rows, newest first: memory, then the files day by day. */
export class RowPager {
  readonly #sources: RowSources
  readonly #clock: Clock
  /** Queries that ran out of time before they found anything, and the day to go on with. */
  readonly #goOnAt = new Map<string, string>()

  constructor(sources: RowSources, clock: Clock) {
    this.#sources = sources
    this.#clock = clock
  }

  async page(query: RowQuery): Promise<RowPage> {
    const until = this.#clock.monotonic() + BUDGET_MS
    const matcher = rowMatcher(query.filter)
    const completeSince = this.#sources.completeSince()
    const inMemory = [...this.#sources.inMemory()].filter((row) => row.acceptedAt > completeSince)
    const found = inMemory.filter((row) => isBehind(row, query) && matcher.fits(row)).sort(compareRows)
    let more = found.length > query.limit
    let reading: string | null = null
    if (!more) ({ more, reading } = await this.#addFromFiles(query, matcher, found, until))
    const counts = await this.#counts(query, matcher, inMemory, until)
    return { rows: found.slice(0, query.limit), more, counts, reading }
  }

  /** Adds what fits from the files. @returns whether there may be more, and the day that was not read to its end */
  async #addFromFiles(
    query: RowQuery,
    matcher: RowMatcher,
    found: ActivityRow[],
    until: number,
  ): Promise<{ more: boolean; reading: string | null }> {
    const key = JSON.stringify([query.filter, query.before])
    const completeSince = this.#sources.completeSince()
    const days = await this.#daysBehind(query, completeSince)
    const goOnAt = this.#goOnAt.get(key)
    this.#goOnAt.delete(key)
    for (const day of days) {
      if (goOnAt !== undefined && day > goOnAt) continue
      if (found.length > query.limit) return { more: true, reading: null }
      const rows = await this.#rowsInTime(day, until)
      if (rows === null) {
        if (found.length === 0) this.#remember(key, day)
        return { more: true, reading: day }
      }
      for (const row of rows) if (row.acceptedAt <= completeSince && isBehind(row, query) && matcher.fits(row)) found.push(row)
    }
    return { more: found.length > query.limit, reading: null }
  }

  /** Days that may hold rows behind the query's position and not in memory, newest first. */
  async #daysBehind(query: RowQuery, completeSince: number): Promise<string[]> {
    if (completeSince < 0) return []
    const newest = dayOf(Math.min(completeSince, query.before?.acceptedAt ?? completeSince))
    const days = (await this.#sources.days()).filter((day) => day <= newest && (query.filter.day === null || day === query.filter.day))
    return days.reverse()
  }

  /**
   * The rows of a day; null when reading it takes longer than until then. It is read on all the same: whoever asks again finds it done, or
   * further on.
   */
  async #rowsInTime(day: string, until: number): Promise<readonly ActivityRow[] | null> {
    const left = until - this.#clock.monotonic()
    if (left <= 0) return null
    let giveUp: (nothing: null) => void = () => undefined
    const late = new Promise<null>((resolve) => (giveUp = resolve))
    const timer = this.#clock.after(left, () => giveUp(null))
    try {
      return await Promise.race([this.#sources.rowsOf(day), late])
    } finally {
      timer.cancel()
    }
  }

  /** By status, of the filter's day, or of the newest rows when it names none. */
  async #counts(query: RowQuery, matcher: RowMatcher, inMemory: readonly ActivityRow[], until: number): Promise<RowPage['counts']> {
    const counts: Record<RowStatus, number> = { sending: 0, waiting: 0, held: 0, delivered: 0, failed: 0, cancelled: 0 }
    const { day } = query.filter
    const completeSince = this.#sources.completeSince()
    const wholeDayInMemory = day === null || completeSince < 0 || dayOf(completeSince) < day
    const rows = wholeDayInMemory ? inMemory : ((await this.#rowsInTime(day, until)) ?? inMemory)
    for (const row of rows) if (matcher.fitsButStatus(row)) counts[row.status]++
    return counts
  }

  #remember(key: string, day: string): void {
    this.#goOnAt.set(key, day)
    for (const oldest of this.#goOnAt.keys()) {
      if (this.#goOnAt.size <= REMEMBERED) break
      this.#goOnAt.delete(oldest)
    }
  }
}

function isBehind(row: RowPosition, query: RowQuery): boolean {
  return query.before === null || compareRows(row, query.before) > 0
}
