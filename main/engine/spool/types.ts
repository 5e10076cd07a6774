import type { Readable } from 'node:stream'
import type { Disposition, RecipientStatus } from '../../contract/index.ts'
import type { ClientInfo } from '../../contract/index.ts'
import type { Envelope, ErrorClass, Source } from '../mail/index.ts'

/** What never changes about an accepted message. Written once, before 250. */
export interface EntryHead {
  /** Time-ordered and unique for ever: safe as a file name on every system, in any case. */
  readonly id: string
  /** ms since 1970. */
  readonly createdAt: number
  /** Bytes of the message as stored, trace header included. */
  readonly size: number
  readonly envelope: Envelope
  readonly source: Source
  readonly client: ClientInfo
  /** Decoded Subject, at most 200 characters; '' when there is none. For people, never for decisions. */
  readonly subject: string
  /** Message-ID with its angle brackets. */
  readonly messageId: string
  /** Octets above 127 in the content. */
  readonly has8Bit: boolean
}

/** Where one recipient of one message stands. Changes with every attempt; saved at once. */
export interface RecipientState {
  readonly address: string
  readonly status: RecipientStatus
  /** Temporary failures so far (routing rules 6.2). */
  readonly retryNum: number
  /** When it is due next; meaningless when the status is final. */
  readonly dueAt: number
  /** Delay notices consumed, and when the next one is due (null = never). */
  readonly notifyNum: number
  readonly notifyDueAt: number | null
  /** By time: ms since 1970. By attempts: the number. */
  readonly expiry: { readonly kind: 'time'; readonly at: number } | { readonly kind: 'attempts'; readonly count: number }
  readonly queueName: string
  /** Chosen at the last attempt; null before the first. */
  readonly route: string | null
  readonly rule: number | null
  readonly lastError: ErrorClass | 'none'
  /** Host or name that gave the last answer; '' before the first attempt. */
  readonly lastEntity: string
  /** Enhanced status of the last answer, '' when none. */
  readonly lastStatus: string
  /** Server's words or our sentence, one line; null before the first attempt. */
  readonly lastReply: string | null
  readonly lastAttemptAt: number | null
  /** Why the last attempt failed, more exactly than `lastError`. Absent before the first failure. */
  readonly lastCause?: string
  /** When attempts ended: the first and the latest ones. Absent before the first. */
  readonly attemptedAt?: readonly number[]
  /** The final dot was sent once and no answer came. */
  readonly mayArriveTwice: boolean
  readonly disposition: Disposition | null
  /** When it came to its end (ms). Absent before. */
  readonly endedAt?: number
  /** A report about its end was made, or none is owed. */
  readonly reported: boolean
}

/** A message in the spool with each recipient's state, in envelope order. */
export interface Entry {
  readonly head: EntryHead
  readonly recipients: readonly RecipientState[]
  /** Stopped by a person since (ms); null when not. */
  readonly heldAt: number | null
  /** Milliseconds in which nothing could be tried (held by a person, the machine asleep); its life is longer by that. Absent = 0. */
  readonly lifeStoppedMs?: number
}

/** A message being received. Nothing of it survives unless `commit` resolves. */
export interface IncomingMessage {
  /** In order. Waits when the disk is slow, so memory stays bounded. @throws on a full disk (ENOSPC) */
  write(chunk: Uint8Array): Promise<void>
  /**
   * Makes message and envelope durable. When it resolves, the entry survives a power cut (and only then may 250 be said).
   * @throws on disk trouble; then nothing is kept
   */
  commit(entry: Entry): Promise<void>
  /** Forgets it. Never throws. */
  abandon(): Promise<void>
}

export interface Spool {
  /**
   * Makes the folders, sweeps what was never acknowledged, sets aside what cannot be read, and returns all unfinished entries, oldest first. Those
   * that had come to their end and not left yet are `finished`: the caller's to remove.
   */
  open(): Promise<{
    readonly entries: Entry[]
    readonly finished: Entry[]
    readonly setAside: readonly { readonly file: string; readonly reason: string }[]
  }>
  newId(): string
  receive(id: string): Promise<IncomingMessage>
  /** Saves recipients' states and hold. Resolves when durable; calls in flight share one sync. */
  update(entry: Entry): Promise<void>
  /** Forgets a finished entry. */
  remove(id: string): Promise<void>
  /** The message as stored. `start` and `end` in bytes of the message. */
  read(id: string, start?: number, end?: number): Readable
  /** The header block with its empty line, at most `maxBytes`. */
  readHeaders(id: string, maxBytes: number): Promise<Buffer>
  /** Bytes of all messages in the spool. */
  readonly bytes: number
  freeBytes(): Promise<number>
  close(): Promise<void>
}
