import type { Readable } from 'node:stream'
import type { ConnectionSettings, HostTry, RelayTest, RelayTestResult, Route, TlsSettings, TranscriptLine } from '../../contract/index.ts'
import type { Envelope, EnvelopeRecipient, Outcome } from '../mail/index.ts'
import type { NextHops } from '../routing/index.ts'
import type { Clock, Network, Random } from '../system/index.ts'

/** One group: recipients of one domain on one route, one transaction (routing rules 6.1). */
export interface DeliveryRequest {
  readonly entryId: string
  readonly route: Route
  readonly domain: string
  readonly envelope: Envelope
  /** The group's recipients, a subset of the envelope's. */
  readonly recipients: readonly EnvelopeRecipient[]
  /** Bytes of the message. */
  readonly size: number
  readonly has8Bit: boolean
  /** Opens the message for reading from its first byte; may be called once per transaction. */
  openMessage(): Readable
  /** Called by delivery when it needs hosts; for local routes never. Ends at once, with whatever answer, when `signal` says so. */
  nextHops(signal: AbortSignal): Promise<NextHops>
  /** TLS and connection strategies, already looked up by name; asked before a host is chosen (null) and for each host. */
  tlsFor(host: { readonly mx: string; readonly remoteIp: string; readonly localIp: string } | null): Promise<TlsSettings>
  connectionFor(host: { readonly mx: string; readonly remoteIp: string; readonly localIp: string } | null): Promise<ConnectionSettings>
}

/** What one attempt at one group did: an Outcome for each recipient, in the request's order, and the story of it. */
export interface DeliveryReport {
  readonly outcomes: readonly Outcome[]
  readonly tries: readonly HostTry[]
  readonly transcript: readonly TranscriptLine[]
}

export interface Delivery {
  /** Never throws. `signal` abandons the attempt: recipients without a verdict fail temporarily, class io. */
  deliver(request: DeliveryRequest, signal: AbortSignal): Promise<DeliveryReport>
  /** Closes idle connections; attempts in progress go on. */
  closeIdle(): Promise<void>
  /**
   * Goes as far with a relay host as can be gone without a message: connect, encrypt, EHLO or LHLO, sign in, QUIT. Never throws.
   * `onLine` is told each line of the transcript as it is said.
   * `password` has been looked up when the window left it to the stored one; '' or an empty user name: no sign-in.
   */
  testRelay(
    test: RelayTest & { readonly password: string },
    signal: AbortSignal,
    onLine?: (line: TranscriptLine) => void,
  ): Promise<RelayTestResult>
}

/** What delivery is built from. */
export interface DeliveryParts {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  /** `server.hostname` now in force. */
  hostname(): string
  /** `queue.source-ip.<ip>.ehlo-hostname`; null when there is none. */
  ownEhloFor(sourceIp: string): string | null
  /** Puts the message into a mailbox here, for one recipient of a `local` route. May throw: that is trouble with our disk. */
  deliverLocally(request: DeliveryRequest, recipient: EnvelopeRecipient): Promise<Outcome>
  /** Connections kept for reuse; sensible when absent. */
  readonly pool?: {
    readonly maxTransactions?: number
    readonly idleMs?: number
    readonly maxPerHop?: number
  }
}
