import type {
  ActivityDraft,
  ActivityEvent,
  ActivityRow,
  Alert,
  Args,
  Counts,
  DayCounts,
  RowFilter,
  RowStatus,
  Status,
} from '../../contract/index.ts'

export interface Activity {
  /** Reads what the last days left, so numbers go on where they stopped. */
  open(): Promise<void>
  /** Numbers it, keeps it, writes it soon after. Never throws and never waits: a full disk loses log lines, not mail. */
  record(draft: ActivityDraft): ActivityEvent
  /** Events after `seq` that are still in memory, oldest first. */
  since(seq: number): readonly ActivityEvent[]
  /** At most `limit` events after `seq`, oldest first: from memory when it reaches back so far, else from the files. */
  after(seq: number, limit: number): Promise<readonly ActivityEvent[]>
  /** Everything about one message, oldest first; memory first, then disk. */
  ofEntry(entryId: string): Promise<readonly ActivityEvent[]>
  rows(query: { filter: RowFilter; before: { acceptedAt: number; key: string } | null; limit: number }): Promise<{
    readonly rows: readonly ActivityRow[]
    readonly more: boolean
    readonly counts: Readonly<Record<RowStatus, number>>
    /** The day of the log that was being read when time ran out (it is read on); null when nothing is missing. */
    readonly reading: string | null
  }>
  /** Events from the files, oldest first, for the command line. */
  read(query: { sinceAt: number | null }): AsyncIterable<ActivityEvent>
  counts(): {
    readonly today: DayCounts
    readonly days: readonly DayCounts[]
    readonly rack: Status['rack']
    readonly lastDeliveredAt: number | null
    readonly stalls: Status['stalls']
  }
  /** Counts over time, at most the last 14 days. */
  countsSince(query: Args<'activity.counts'>): Counts
  onRecord(handler: (event: ActivityEvent, changed: readonly ActivityRow[]) => void): () => void

  /** What needs a person. The same key again only counts up. */
  raise(alert: Omit<Alert, 'since' | 'count'>): void
  /** It is over, or a person has seen it. */
  clear(key: string): void
  readonly alerts: readonly Alert[]
  onAlerts(handler: (alerts: readonly Alert[]) => void): () => void
  /** Resolves when all that was recorded so far survives a power cut, with the next write; or cannot be written. Never rejects. */
  settled(): Promise<void>
  /** Writes at once what is pending. Never rejects. */
  flush(): Promise<void>
  /** Writes what is pending, ends. */
  close(): Promise<void>
}
