import type { ActivityEvent, Ban, Certificate, ClientInfo, DevicesView, Oddity, Settings } from '../../contract/index.ts'
import type { Clock, Disk, InterfaceAddress } from '../system/index.ts'

/** What the room looks at; engine.ts hands it over. */
export interface DevicesParts {
  readonly clock: Clock
  readonly disk: Disk
  /** What is kept between two starts. */
  readonly file: string
  settings(this: void): Settings
  interfaces(this: void): readonly InterfaceAddress[]
  /** Whether the networks of the settings let this address send without signing in. */
  allowed(this: void, address: string): boolean
  bans(this: void): readonly Ban[]
  certificate(this: void): Certificate | null
  /** What happened since (ms since 1970), oldest first: what the file does not know yet. */
  history(this: void, sinceAt: number): AsyncIterable<ActivityEvent>
  /** The file could not be read or written; nothing but this list is the worse for it. */
  onTrouble(this: void, error: unknown): void
}

/** Who sent lately and who knocked. Bounded in memory, whatever strangers do. */
export interface Devices {
  /** Reads what was kept, and what happened after that. Never fails: without it the list begins anew. */
  open(): Promise<void>
  /** To be told of every event of the log. */
  record(event: ActivityEvent): void
  /** A client departed from the rules; it counts for devices that have sent something. */
  odd(news: { readonly client: ClientInfo; readonly kinds: readonly Oddity[] }): void
  dismissKnock(key: string): void
  view(): DevicesView
  /** Called after every change of what `view` tells from here. */
  onChange(handler: () => void): void
  /** Writes what is pending. */
  close(): Promise<void>
}
