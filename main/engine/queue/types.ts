import type { QueueEntry } from '../../contract/index.ts'
import type { Entry } from '../spool/index.ts'

export interface Queue {
  /** Takes up what the spool recovered and begins to work. */
  start(entries: readonly Entry[]): void
  /** A message that the spool has just made durable. Its recipients are due at once. */
  add(entry: Entry): void
  list(): QueueEntry[]
  get(id: string): QueueEntry | undefined
  /** Due now; retry numbers stay. Unknown ids are ignored by the `…Many`-less callers' own check: returns false when there is no such entry. */
  retryNow(id: string, by: string): boolean
  retryAll(by: string): void
  hold(id: string, by: string): Promise<boolean>
  release(id: string): Promise<boolean>
  /** Ends every unfinished recipient as cancelled; with `bounce` the sender is told. */
  cancel(id: string, bounce: boolean): Promise<boolean>
  /** Stops new attempts while true; what is accepted waits. */
  setPaused(paused: boolean): void
  /** New settings are in force: schedules and routes are asked anew at the next attempt. */
  readonly waiting: number
  readonly held: number
  /** Finishes or abandons attempts within `graceMs`; all states are durable when it resolves. */
  stop(graceMs: number): Promise<void>
}
