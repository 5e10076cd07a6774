import { dayOf } from '../../contract/index.ts'
import type { ActivityDraft, ActivityEvent, ActivityRow, Alert } from '../../contract/index.ts'
import type { Clock, Disk } from '../system/index.ts'
import { AlertList } from './alert-list.ts'
import { boundDraft } from './bounded.ts'
import { entryIdOf, EventLog, parseLine } from './event-log.ts'
import { eventsAfter } from './events-after.ts'
import { History } from './history.ts'
import { RowPager } from './row-query.ts'
import type { RowPage, RowQuery } from './row-query.ts'
import { RowSet } from './row-set.ts'
import { readSummary, writeSummary } from './summary.ts'
import { Tally } from './tally.ts'
import type { Activity } from './types.ts'

export interface ActivityOptions {
  readonly disk: Disk
  readonly clock: Clock
  /** `activity/` of the data folder. */
  readonly folder: string
  /** How long day files are kept, in ms; asked anew each day. */
  keepMs(): number
  /** The log could not be written; told once until it works again. */
  onTrouble?(error: unknown): void
  /** For tests. */
  readonly sizes?: Partial<ActivitySizes>
}

export interface ActivitySizes {
  /** Recipients kept in memory. */
  readonly rows: number
  /** Events kept in memory. */
  readonly events: number
  /** Bytes of the newest files read at start, for the rows. */
  readonly startBytes: number
  /** Counts are saved after this many events. */
  readonly saveEvery: number
}

const SIZES: ActivitySizes = { rows: 20_000, events: 4_000, startBytes: 4 * 1024 * 1024, saveEvery: 20_000 }
const DAYS_COUNTED = 14

/** The activity log in `folder`; `open` comes first. Files and their order are told in docs/storage.md. */
export function createActivity(options: ActivityOptions): Activity {
  return new DiskActivity(options)
}

type RecordHandler = (event: ActivityEvent, changed: readonly ActivityRow[]) => void

class DiskActivity implements Activity {
  readonly #options: ActivityOptions
  readonly #sizes: ActivitySizes
  readonly #log: EventLog
  readonly #tally = new Tally()
  readonly #rows = new RowSet()
  readonly #history: History
  readonly #pager: RowPager
  readonly #alerts: AlertList
  readonly #handlers = new Set<RecordHandler>()
  #events: ActivityEvent[] = []
  #seq = 0
  /** Memory holds every row accepted after this; -1 when it holds all there are. */
  #completeSince = -1
  #sinceSaved = 0
  #countedTo = { day: '', bytes: 0 }
  #saving: Promise<void> | null = null
  #keptOn = ''

  constructor(options: ActivityOptions) {
    const { disk, clock, folder } = options
    this.#options = options
    this.#sizes = { ...SIZES, ...options.sizes }
    this.#log = new EventLog({ disk, clock, folder })
    this.#log.onTrouble = (error) => options.onTrouble?.(error)
    this.#log.onWritten = (day, bytes) => this.#onWritten(day, bytes)
    this.#history = new History(this.#log, clock)
    this.#alerts = new AlertList({ disk, clock, folder })
    const sources = {
      inMemory: (): Iterable<ActivityRow> => this.#rows.all(),
      completeSince: (): number => this.#completeSince,
      days: (): Promise<string[]> => this.#log.days(),
      rowsOf: (day: string): Promise<ActivityRow[]> => this.#history.rowsOf(day),
    }
    this.#pager = new RowPager(sources, clock)
  }

  get alerts(): readonly Alert[] {
    return this.#alerts.alerts
  }

  async open(): Promise<void> {
    await this.#options.disk.makeFolder(this.#options.folder, { mode: 0o700 })
    await this.#alerts.open()
    await this.#countFiles()
    await this.#readNewestRows()
    await this.#deleteOld()
  }

  record(draft: ActivityDraft): ActivityEvent {
    const event: ActivityEvent = { seq: ++this.#seq, at: Math.floor(this.#options.clock.now()), ...boundDraft(draft) }
    this.#events.push(event)
    // Cut in blocks: shifting one for each would move the whole list every time.
    if (this.#events.length > this.#sizes.events * 1.25) this.#events = this.#events.slice(-this.#sizes.events)
    this.#sinceSaved++
    this.#tally.apply(event)
    const changed = this.#foldRows(event)
    this.#log.add(event)
    for (const handler of this.#handlers) this.#tell(handler, event, changed)
    return event
  }

  since(seq: number): readonly ActivityEvent[] {
    return this.#events.filter((event) => event.seq > seq)
  }

  settled(): Promise<void> {
    return this.#log.settled()
  }

  flush(): Promise<void> {
    return this.#log.flush()
  }

  async after(seq: number, limit: number): Promise<readonly ActivityEvent[]> {
    const first = this.#events[0]?.seq ?? this.#seq + 1
    return first <= seq + 1 ? this.since(seq).slice(0, limit) : eventsAfter(this.#log, seq, limit)
  }

  async ofEntry(entryId: string): Promise<readonly ActivityEvent[]> {
    const inMemory = this.#events.filter((event) => 'entryId' in event && event.entryId === entryId)
    if (inMemory[0]?.type === 'accepted') return inMemory
    await this.#log.flush()
    const found = new Map<number, ActivityEvent>()
    for (const day of await this.#daysOfEntry(entryId)) for (const event of await this.#ofEntryOn(day, entryId)) found.set(event.seq, event)
    // Lines that a full disk swallowed are still in memory.
    for (const event of inMemory) found.set(event.seq, event)
    return [...found.values()].sort((a, b) => a.seq - b.seq)
  }

  rows(query: RowQuery): Promise<RowPage> {
    return this.#pager.page(query)
  }

  async *read({ sinceAt }: { sinceAt: number | null }): AsyncGenerator<ActivityEvent> {
    await this.#log.flush()
    const from = sinceAt === null ? '' : dayOf(sinceAt)
    for (const day of await this.#log.days()) {
      if (day < from) continue
      for await (const { text } of this.#log.lines(day)) {
        const event = parseLine(text)
        if (event !== null && (sinceAt === null || event.at >= sinceAt)) yield event
      }
    }
  }

  counts(): ReturnType<Activity['counts']> {
    const today = dayOf(this.#options.clock.now())
    const days = this.#tally.days(today)
    const last = days.at(-1) ?? { day: today, accepted: 0, delivered: 0, waiting: 0, held: 0, failed: 0 }
    return { today: last, days, rack: this.#tally.rack(today), lastDeliveredAt: this.#tally.lastDeliveredAt, stalls: this.#tally.stalls }
  }

  countsSince(query: Parameters<Activity['countsSince']>[0]): ReturnType<Activity['countsSince']> {
    return this.#tally.countsSince(query)
  }

  onRecord(handler: RecordHandler): () => void {
    this.#handlers.add(handler)
    return () => void this.#handlers.delete(handler)
  }

  raise(alert: Omit<Alert, 'since' | 'count'>): void {
    this.#alerts.raise(alert)
  }

  clear(key: string): void {
    this.#alerts.clear(key)
  }

  onAlerts(handler: (alerts: readonly Alert[]) => void): () => void {
    return this.#alerts.onChange(handler)
  }

  async close(): Promise<void> {
    this.#history.forget()
    await this.#log.close()
    await this.#saving
    // Once more, so that the next start has nothing to count.
    if (this.#sinceSaved > 0) await this.#saveCounts()
    await this.#alerts.close()
  }

  /** A listener's mistake must not reach the mail that is being recorded. */
  #tell(handler: RecordHandler, event: ActivityEvent, changed: readonly ActivityRow[]): void {
    try {
      handler(event, changed)
    } catch (error) {
      this.#options.onTrouble?.(error)
    }
  }

  #foldRows(event: ActivityEvent): readonly ActivityRow[] {
    const changed = this.#rows.fold(event)
    while (this.#rows.size > this.#sizes.rows) this.#completeSince = Math.max(this.#completeSince, this.#rows.dropOldest())
    const older = this.#history.fold(event)
    return changed.length > 0 ? changed : older
  }

  /** What was counted when the counts were saved, and then the lines behind it. */
  async #countFiles(): Promise<void> {
    const summary = await readSummary(this.#options.disk, this.#options.folder)
    const oldest = dayOf(this.#options.clock.now() - DAYS_COUNTED * 86_400_000)
    if (summary !== null) {
      this.#tally.load(summary.tally)
      this.#seq = summary.seq
    }
    const from = summary?.counted ?? { day: oldest, bytes: 0 }
    for (const day of await this.#log.days()) {
      if (day < from.day) continue
      // A power cut may have made the file shorter than it was when it was counted.
      const start = day === from.day && from.bytes <= (await this.#log.bytesOf(day)) ? from.bytes : 0
      for await (const { text } of this.#log.lines(day, start)) {
        const event = parseLine(text)
        // With the clock set back, lines stand in earlier files than those counted before; their numbers tell.
        if (event === null || event.seq <= (summary?.seq ?? 0)) continue
        this.#tally.apply(event)
        this.#seq = Math.max(this.#seq, event.seq)
        this.#sinceSaved++
      }
      this.#countedTo = { day, bytes: await this.#log.bytesOf(day) }
    }
  }

  /** Rows of the newest files, as much of them as a quick start allows; older ones are read when somebody asks. */
  async #readNewestRows(): Promise<void> {
    const parts: { day: string; start: number }[] = []
    let room = this.#sizes.startBytes
    const now = Math.floor(this.#options.clock.now())
    for (const day of (await this.#log.days()).reverse()) {
      if (room <= 0) {
        this.#completeSince = now
        break
      }
      const bytes = await this.#log.bytesOf(day)
      parts.unshift({ day, start: Math.max(0, bytes - room) })
      if (bytes > room) this.#completeSince = now
      room -= bytes
    }
    // Only rows behind the first event read are sure to be complete.
    let first = this.#completeSince === now
    for (const { day, start } of parts) {
      for await (const { text } of this.#log.lines(day, start)) {
        const event = parseLine(text)
        if (event === null) continue
        if (first) this.#completeSince = event.at
        first = false
        this.#foldRows(event)
        this.#seq = Math.max(this.#seq, event.seq)
      }
    }
  }

  /** The files that can hold an entry's events, oldest first: from the one that accepted it on, when that is known. */
  async #daysOfEntry(entryId: string): Promise<string[]> {
    const row = this.#rows.ofEntry(entryId)[0]
    const days = await this.#log.days()
    if (row !== undefined) return days.filter((day) => day >= dayOf(row.acceptedAt))
    const seen: string[] = []
    for (const day of days.reverse()) {
      seen.unshift(day)
      const events = await this.#ofEntryOn(day, entryId)
      if (events[0]?.type === 'accepted') break
    }
    return seen
  }

  async #ofEntryOn(day: string, entryId: string): Promise<ActivityEvent[]> {
    const events: ActivityEvent[] = []
    for await (const { text } of this.#log.lines(day)) {
      if (entryIdOf(text) !== entryId) continue
      const event = parseLine(text)
      if (event !== null) events.push(event)
    }
    return events
  }

  #onWritten(day: string, bytes: number): void {
    const today = dayOf(this.#options.clock.now())
    if (today !== this.#keptOn) void this.#deleteOld()
    this.#countedTo = { day, bytes }
    if (this.#sinceSaved >= this.#sizes.saveEvery && this.#saving === null) void this.#saveCounts()
  }

  /** Only when nothing is pending: the counts and the position in the files belong together. */
  #saveCounts(): Promise<void> {
    this.#sinceSaved = 0
    const summary = { version: 1 as const, seq: this.#seq, counted: this.#countedTo, tally: this.#tally.save() }
    this.#saving = writeSummary(this.#options.disk, this.#options.folder, summary)
      // Without it the next start counts more lines, nothing else.
      .catch((error: unknown) => this.#options.onTrouble?.(error))
      .finally(() => {
        this.#saving = null
      })
    return this.#saving
  }

  async #deleteOld(): Promise<void> {
    const now = this.#options.clock.now()
    this.#keptOn = dayOf(now)
    try {
      await this.#log.deleteBefore(dayOf(now - this.#options.keepMs()))
    } catch (error) {
      this.#options.onTrouble?.(error)
    }
  }
}
