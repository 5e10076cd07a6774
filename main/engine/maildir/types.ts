import type { Readable } from 'node:stream'

/** A message in a mailbox, as its file name tells it. */
export interface MailboxMessage {
  /** Unique in its mailbox and unchanged by flags. */
  readonly id: string
  /** Bytes on disk; null when the name does not say (written by another program). */
  readonly size: number | null
  /** ms since 1970. */
  readonly receivedAt: number
  readonly unread: boolean
  readonly flags: MessageFlags
}

/** Maildir's flags: seen S, replied R, flagged F, trashed T, draft D, passed P. */
export interface MessageFlags {
  readonly seen: boolean
  readonly replied: boolean
  readonly flagged: boolean
  readonly trashed: boolean
  readonly draft: boolean
  readonly passed: boolean
}

export interface DeliverRequest {
  readonly mailbox: string
  /** Without line end, for example `Return-Path: <ann@example.net>`; put before the message. */
  readonly headerLines: readonly string[]
  readonly message: Readable
  /** Bytes that `message` will give; another number is an error, and nothing is kept. */
  readonly size: number
}

/** The local mailboxes: one Maildir each. Ids of mailboxes are those of the settings; ids of messages come from `list` and `deliver`. */
export interface Maildir {
  /**
   * Stores a message. When it resolves, the message is in `new/` and survives a power cut.
   * @throws disk errors (ENOSPC, …) or the stream's; then nothing is kept
   */
  deliver(request: DeliverRequest): Promise<{ readonly id: string }>
  /** Newest first. Reads names only, so it is quick for large mailboxes; [] for a mailbox that got nothing yet. */
  list(mailbox: string): Promise<readonly MailboxMessage[]>
  /** The message as stored. @throws MessageMissingError */
  read(mailbox: string, id: string): Promise<Readable>
  /** The header block with its empty line, at most `maxBytes`. @throws MessageMissingError */
  readHeaders(mailbox: string, id: string, maxBytes: number): Promise<Buffer>
  /** Bytes of a message whose name does not say. @throws MessageMissingError */
  sizeOf(mailbox: string, id: string): Promise<number>
  /** Changes the flags given, keeps the others; moves the message from `new/` to `cur/`. @throws MessageMissingError */
  setFlags(mailbox: string, id: string, change: Partial<MessageFlags>): Promise<MailboxMessage>
  /** The same for many messages with one sync; those that are gone are left out of the answer. */
  setFlagsOf(mailbox: string, ids: readonly string[], change: Partial<MessageFlags>): Promise<readonly MailboxMessage[]>
  /** Deletes a message for good; one that is gone already is not an error. */
  remove(mailbox: string, id: string): Promise<void>
  /** Ids of the mailboxes whose folders are there; folders that no id stands for are somebody else's. */
  mailboxes(): Promise<readonly string[]>
  /** Another value than before means that a name in the mailbox came, went or changed; reads no names. */
  stamp(mailbox: string): Promise<string>
  /** The folder of a mailbox, for people and other programs. */
  folderOf(mailbox: string): string
}

/** The message was deleted, here or by another program. */
export class MessageMissingError extends Error {
  override readonly name = 'MessageMissingError'
  constructor(mailbox: string, id: string) {
    super(`Mailbox "${mailbox}" has no message ${id} any more.`)
  }
}
