import type { ActivityDraft, ListenerState, Oddity, RefusalReason, Settings } from '../../contract/index.ts'
import type { Clock, Network, Random, ServerIdentity } from '../system/index.ts'
import type { Entry, EntryHead, Spool } from '../spool/index.ts'
import type { Gate, OddityNews } from './gate-types.ts'

/** What the listener needs from the rest of the engine; engine.ts hands it over. */
export interface ListenerDependencies {
  readonly clock: Clock
  readonly network: Network
  readonly random: Random
  /** Who may send. */
  readonly gate: Gate
  readonly spool: Spool
  settings(): Settings
  /** First recipient states for an accepted message: schedules are the queue's business. */
  firstEntry(head: EntryHead): Promise<Entry>
  /** Called after 250 is safe to say and before it is said. */
  accepted(entry: Entry, storedInMs: number, oddities: readonly Oddity[]): void
  /** How a client departs from the rules; each kind once a session. */
  odd(news: OddityNews): void
  refused(event: Omit<Extract<ActivityDraft, { type: 'refused' }>, 'type'> & { reason: RefusalReason }): void
  /** Trouble that no client caused, for example a socket error of the listening side. */
  problem(text: string, where: string): void
  /** What to show to clients now: asked at each handshake. The same object as long as it is the same certificate. */
  certificate(): Promise<ServerIdentity>
}

export interface Listeners {
  /** Opens what the settings name, closes what they no longer name, leaves the rest alone. Never throws: what cannot be opened says why. */
  apply(): Promise<readonly ListenerState[]>
  readonly states: readonly ListenerState[]
  /** No new connections; running transactions get `graceMs` to end. */
  close(graceMs: number): Promise<void>
}
