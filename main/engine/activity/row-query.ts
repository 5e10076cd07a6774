import { compareRows, dayOf, matchesFilter, matchesFilterButStatus } from '../../contract/index.ts'
import type { ActivityRow, RowFilter, RowStatus } from '../../contract/index.ts'
import type { RowPosition } from '../../contract/index.ts'
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
    const completeSince = this.#sources.completeSince()
    const inMemory = [...this.#sources.inMemory()].filter((row) => row.acceptedAt > completeSince)
    const found = inMemory.filter((row) => isBehind(row, query) && matchesFilter(row, query.filter)).sort(compareRows)
    if (found.length > query.limit) return { rows: found.slice(0, query.limit), more: true, counts: await this.#counts(query, inMemory) }
    const more = await this.#addFromFiles(query, found, completeSince)
    return { rows: found.slice(0, query.limit), more: more || found.length > query.limit, counts: await this.#counts(query, inMemory) }
  }

  /** Adds what fits from the files. @returns whether there may be more */
  async #addFromFiles(query: RowQuery, found: ActivityRow[], completeSince: number): Promise<boolean> {
    const key = JSON.stringify([query.filter, query.before])
    const start = this.#clock.monotonic()
    const days = await this.#daysBehind(query, completeSince)
    const goOnAt = this.#goOnAt.get(key)
    this.#goOnAt.delete(key)
    for (const day of days) {
      if (goOnAt !== undefined && day > goOnAt) continue
      if (found.length > query.limit) return true
      if (this.#clock.monotonic() - start > BUDGET_MS) {
        if (found.length === 0) this.#remember(key, day)
        return true
      }
      for (const row of await this.#sources.rowsOf(day)) {
        if (row.acceptedAt <= completeSince && isBehind(row, query) && matchesFilter(row, query.filter)) found.push(row)
      }
    }
    return found.length > query.limit
  }

  /** Days that may hold rows behind the query's position and not in memory, newest first. */
  async #daysBehind(query: RowQuery, completeSince: number): Promise<string[]> {
    if (completeSince < 0) return []
    const newest = dayOf(Math.min(completeSince, query.before?.acceptedAt ?? completeSince))
    const days = (await this.#sources.days()).filter((day) => day <= newest && (query.filter.day === null || day === query.filter.day))
    return days.reverse()
  }

  /** By status, of the filter's day, or of the newest rows when it names none. */
  async #counts(query: RowQuery, inMemory: readonly ActivityRow[]): Promise<RowPage['counts']> {
    const counts: Record<RowStatus, number> = { sending: 0, waiting: 0, held: 0, delivered: 0, failed: 0, cancelled: 0 }
    const { day } = query.filter
    const completeSince = this.#sources.completeSince()
    const wholeDayInMemory = day === null || completeSince < 0 || dayOf(completeSince) < day
    const rows = wholeDayInMemory ? inMemory : await this.#sources.rowsOf(day)
    for (const row of rows) if (matchesFilterButStatus(row, query.filter)) counts[row.status]++
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
