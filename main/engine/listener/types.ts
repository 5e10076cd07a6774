import type { ActivityDraft, ListenerState, Settings } from '../../contract/index.ts'
import type { Clock } from '../system/index.ts'
import type { Entry, EntryHead, Spool } from '../spool/index.ts'
import type { RefusalReason } from './edge.ts'

/** What the listener needs from the rest of the engine; engine.ts hands it over. */
export interface ListenerDependencies {
  readonly clock: Clock
  readonly spool: Spool
  settings(): Settings
  /** First recipient states for an accepted message: schedules are the queue's business. */
  firstEntry(head: EntryHead): Promise<Entry>
  /** Called after 250 is safe to say and before it is said. */
  accepted(entry: Entry, storedInMs: number): void
  refused(event: Omit<Extract<ActivityDraft, { type: 'refused' }>, 'type'> & { reason: RefusalReason }): void
  /** Trouble that no client caused, for example a socket error of the listening side. */
  problem(text: string, where: string): void
  /** Certificate and key in PEM, made on first use. */
  certificate(): Promise<{ readonly cert: string; readonly key: string }>
}

export interface Listeners {
  /** Opens what the settings name, closes what they no longer name, leaves the rest alone. Never throws: what cannot be opened says why. */
  apply(): Promise<readonly ListenerState[]>
  readonly states: readonly ListenerState[]
  /** No new connections; running transactions get `graceMs` to end. */
  close(graceMs: number): Promise<void>
}
