import type { ConnectionSettings, TlsPolicy } from '../../contract/index.ts'
import type { Clock, Network } from '../system/index.ts'
import type { Credentials } from './auth.ts'
import type { Transcript } from './transcript.ts'

/** Everything that makes one connection what it is. Two with the same values are interchangeable. */
export interface SessionOptions {
  /** Name for certificates and for people. */
  readonly host: string
  readonly address: string
  readonly port: number
  readonly localAddress: string | undefined
  readonly protocol: 'smtp' | 'lmtp'
  readonly ehloName: string
  readonly implicitTls: boolean
  readonly starttls: TlsPolicy
  /** Without encryption nothing may be sent (routing rules 5.3, "strict"). */
  readonly tlsRequired: boolean
  readonly allowInvalidCertificates: boolean
  readonly tlsTimeoutMs: number
  readonly timeoutMs: ConnectionSettings['timeoutMs']
  readonly credentials: (Credentials & { readonly allowCleartext: boolean }) | null
}

/** What a session needs from its surroundings to be opened. */
export interface SessionWorld {
  readonly network: Network
  readonly clock: Clock
  readonly transcript: Transcript
  /** Abandons the opening. */
  readonly signal: AbortSignal
  /** Hears of a QUIT that nobody waits for, so that the end of everything can. */
  readonly leaving?: (goodbye: Promise<void>) => void
}
