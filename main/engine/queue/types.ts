import type { Entry } from '../spool/index.ts'
import type { QueueEntry, QueueFilter, QueuePage, QueueSort } from '../../contract/index.ts'

export interface Queue {
  /** Takes up what the spool recovered and begins to work. */
  start(entries: readonly Entry[]): void
  /** A message that the spool has just made durable. Its recipients are due at once. */
  add(entry: Entry): void
  list(): QueueEntry[]
  /** The first `limit` of those that fit, and how many there are. */
  page(filter: QueueFilter, sort: QueueSort, limit: number): QueuePage
  /** All that fit, the longest waiting first. */
  ids(filter: QueueFilter): string[]
  get(id: string): QueueEntry | undefined
  /**
   * Due now; retry numbers stay. An attempt that is running is not repeated; a held message stays held and is due when released; a route that
   * rests lets one message through.
   * @returns false when there is no such entry
   */
  retryNow(id: string, by: string): boolean
  retryAll(by: string): void
  /** No more attempts until released; one that is running ends first. The time does not count towards expiry. @returns false when there is no such entry (any more) */
  hold(id: string, by: string): Promise<boolean>
  release(id: string): Promise<boolean>
  /** Ends every unfinished recipient as cancelled; an attempt that is running ends first and its verdict stands. With `bounce` the sender is told. */
  cancel(id: string, bounce: boolean): Promise<boolean>
  /** Stops new attempts while true; what is accepted waits, and the time does not count towards expiry. */
  setPaused(paused: boolean): void
  /** New settings are in force: schedules and routes are asked anew at the next attempt; routes that rested may be mended, so they are tried. */
  settingsChanged(): void
  /** The machine woke up or the network came back: look at the clock now rather than at the next timer. */
  wake(): void
  /** Unfinished messages that are not held. */
  readonly waiting: number
  readonly held: number
  /** Finishes or abandons attempts within `graceMs`; all states are durable when it resolves. */
  stop(graceMs: number): Promise<void>
}
