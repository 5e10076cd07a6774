import { compareRows, dayOf, isRowFinished } from '../../contract/index.ts'
import type { ActivityEvent, ActivityRow } from '../../contract/index.ts'
import type { Clock, Timer } from '../system/index.ts'
import { entryIdOf, parseLine } from './event-log.ts'
import type { EventLog } from './event-log.ts'
import { RowSet } from './row-set.ts'

/** Recipients end within days; a row that is still open after this many further files is shown as it stood. */
const FORWARD_DAYS = 10
const CACHED_DAYS = 2
const CACHE_MS = 60_000

/** Rows of whole days, folded from the files on demand; the last days asked for are kept for a minute and kept up by new events. */
export class History {
  readonly #log: EventLog
  readonly #clock: Clock
  readonly #cached = new Map<string, RowSet>()
  /** Folds under way, and what was recorded meanwhile. */
  readonly #folding = new Map<string, { readonly rows: Promise<RowSet>; readonly missed: ActivityEvent[] }>()
  #timer: Timer | null = null

  constructor(log: EventLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** All rows accepted on a local day, newest first. */
  async rowsOf(day: string): Promise<ActivityRow[]> {
    const rows = this.#cached.get(day) ?? (await this.#load(day))
    this.#keepForAWhile()
    return [...rows.all()].sort(compareRows)
  }

  /** A new event, for the days that are kept. @returns rows that changed */
  fold(event: ActivityEvent): readonly ActivityRow[] {
    for (const { missed } of this.#folding.values()) missed.push(event)
    if (event.type === 'accepted') {
      this.#cached.get(dayOf(event.at))?.fold(event)
      return []
    }
    return [...this.#cached.values()].flatMap((rows) => rows.fold(event))
  }

  forget(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#cached.clear()
  }

  async #load(day: string): Promise<RowSet> {
    const underWay = this.#folding.get(day)
    if (underWay !== undefined) return underWay.rows
    const missed: ActivityEvent[] = []
    const rows = this.#foldDay(day, missed).finally(() => this.#folding.delete(day))
    this.#folding.set(day, { rows, missed })
    return rows
  }

  async #foldDay(day: string, missed: readonly ActivityEvent[]): Promise<RowSet> {
    await this.#log.flush()
    const rows = new RowSet()
    for await (const { text } of this.#log.lines(day)) {
      const event = parseLine(text)
      if (event !== null) rows.fold(event)
    }
    await this.#followOpen(rows, day)
    for (const event of missed) if (event.type !== 'accepted' || dayOf(event.at) === day) rows.fold(event)
    this.#cached.set(day, rows)
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size <= CACHED_DAYS) break
      this.#cached.delete(oldest)
    }
    return rows
  }

  /** What happened on later days to messages that were not finished on their own. */
  async #followOpen(rows: RowSet, day: string): Promise<void> {
    const open = new Set([...rows.all()].filter((row) => !isRowFinished(row)).map((row) => row.entryId))
    const later = (await this.#log.days()).filter((other) => other > day).slice(0, FORWARD_DAYS)
    for (const other of later) {
      if (open.size === 0) return
      for await (const { text } of this.#log.lines(other)) {
        if (!open.has(entryIdOf(text))) continue
        const event = parseLine(text)
        if (event === null || !('entryId' in event)) continue
        rows.fold(event)
        if (rows.ofEntry(event.entryId).every(isRowFinished)) open.delete(event.entryId)
      }
    }
  }

  #keepForAWhile(): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(CACHE_MS, () => this.forget())
  }
}
