import type { Letter, LetterFilter, MailboxSummary } from '../../contract/index.ts'
import type { Clock, Disk, Timer } from '../system/index.ts'
import { DeletedLetters } from './deleted-letters.ts'
import { readLetterHead } from './letter-head.ts'
import type { LetterHead } from './letter-head.ts'
import { MailboxIndex, newestFirst } from './mailbox-index.ts'
import { parseMessageName } from './message-name.ts'
import { MessageMissingError } from './types.ts'
import type { Maildir, MailboxMessage } from './types.ts'

export interface MailboxesOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly maildir: Maildir
  /** `mail/` of the data folder. */
  readonly folder: string
  /** The addresses of each mailbox of the settings. */
  configured(): ReadonlyMap<string, readonly string[]>
  changed(): void
}

/** Enough for the fields of a row; what comes later in a longer header block is not looked at. */
const HEAD_BYTES = 32 * 1024
const HEADS_KEPT = 5000
const READ_AT_ONCE = 16
/** How long a deleted message can still be brought back. */
const KEPT_DELETED_MS = 24 * 60 * 60 * 1000

/**
 * The mailboxes as a person leafs through them: names only for the whole, headers for what is looked at. Costs nothing until somebody asks, and
 * from then on knows of each delivery at once.
 */
export class Mailboxes {
  readonly #options: MailboxesOptions
  readonly #deleted: DeletedLetters
  readonly #indexes = new Map<string, MailboxIndex>()
  /** Folders as they were when their names were last read. */
  readonly #stamps = new Map<string, string>()
  readonly #heads = new Map<string, LetterHead>()
  /** What happened to a mailbox while its names were being read. */
  readonly #meanwhile = new Map<string, MailboxMessage[]>()
  #looking: Promise<void> | null = null
  /** A look has begun: from here on every change counts. */
  #looked = false
  /** The first look has ended. */
  #ready = false
  #purge: Timer | null = null

  constructor(options: MailboxesOptions) {
    this.#options = options
    this.#deleted = new DeletedLetters(options.disk, options.folder)
  }

  /** Removes for good what was deleted a day ago, now and as long as the engine runs. */
  async start(): Promise<void> {
    const { clock, maildir } = this.#options
    for (const mailbox of new Set((await this.#due()).map((one) => one.mailbox))) {
      const ids = new Set((await this.#due()).filter((one) => one.mailbox === mailbox).map(({ id }) => id))
      for (const id of ids) await maildir.remove(mailbox, id)
      await this.#deleted.drop(mailbox, ids)
    }
    const oldest = await this.#deleted.oldestAt()
    this.#purge?.cancel()
    this.#purge = oldest === null ? null : clock.after(Math.max(1000, oldest + KEPT_DELETED_MS - clock.now()), () => this.#purgeAgain())
  }

  stop(): void {
    this.#purge?.cancel()
    this.#purge = null
  }

  /** What is known now; empty until `look` was called. */
  summaries(): MailboxSummary[] {
    const configured = this.#options.configured()
    const ids = [...configured.keys(), ...[...this.#indexes.keys()].filter((id) => !configured.has(id)).sort()]
    return ids.map((id) => (this.#indexes.get(id) ?? new MailboxIndex()).summary(id, configured.get(id)))
  }

  /** Reads the folders whose names have changed since the last look; once at a time. */
  async look(): Promise<void> {
    this.#looked = true
    this.#looking ??= this.#lookAll().finally(() => (this.#looking = null))
    await this.#looking
  }

  /** A message was just delivered. */
  delivered(mailbox: string, { id }: { readonly id: string }): void {
    if (!this.#looked) return
    const message = parseMessageName(id, true)
    this.#index(mailbox).add(message)
    this.#meanwhile.get(mailbox)?.push(message)
    this.#options.changed()
  }

  async messages(
    mailbox: string,
    filter: LetterFilter,
  ): Promise<{ readonly revision: number; readonly messages: readonly MailboxMessage[] }> {
    if (!this.#ready) await this.look()
    const index = this.#indexes.get(mailbox) ?? new MailboxIndex()
    return { revision: index.revision, messages: index.filtered(filter) }
  }

  /** The rows of a stretch of the list, their headers read where they are not known yet. */
  async letters(
    mailbox: string,
    filter: LetterFilter,
    offset: number,
    limit: number,
  ): Promise<{ readonly revision: number; readonly letters: Letter[] }> {
    const { revision, messages } = await this.messages(mailbox, filter)
    const page = messages.slice(offset, offset + limit)
    const letters: Letter[] = []
    for (let at = 0; at < page.length; at += READ_AT_ONCE) {
      letters.push(...(await Promise.all(page.slice(at, at + READ_AT_ONCE).map((message) => this.#letter(mailbox, message)))))
    }
    return { revision, letters }
  }

  /** @throws MessageMissingError */
  async message(mailbox: string, id: string): Promise<MailboxMessage> {
    const { messages } = await this.messages(mailbox, 'all')
    const found = messages.find((message) => message.id === id)
    if (found === undefined) throw new MessageMissingError(mailbox, id)
    return found
  }

  /** @param ids null for all. Messages that are gone are passed over */
  async mark(
    mailbox: string,
    ids: readonly string[] | null,
    change: { readonly unread?: boolean | undefined; readonly flagged?: boolean | undefined },
  ): Promise<void> {
    const { messages } = await this.messages(mailbox, 'all')
    const different = messages.filter(
      ({ unread, flags }) => unread !== (change.unread ?? unread) || flags.flagged !== (change.flagged ?? flags.flagged),
    )
    const wanted = ids === null ? null : new Set(ids)
    const found = different.map(({ id }) => id).filter((id) => wanted === null || wanted.has(id))
    await this.#setFlags(mailbox, found, {
      ...(change.unread === undefined ? {} : { seen: !change.unread }),
      ...(change.flagged === undefined ? {} : { flagged: change.flagged }),
    })
  }

  async delete(mailbox: string, ids: readonly string[]): Promise<void> {
    const at = this.#options.clock.now()
    // Known as ours before the flag is there: a crash in between leaves a message that is still shown, not one that is never removed.
    await this.#deleted.add(ids.map((id) => ({ mailbox, id, at })))
    await this.#setFlags(mailbox, ids, { trashed: true })
    if (this.#purge === null) await this.start()
  }

  /** Brings deleted messages back. @throws MessageMissingError when none of them is there any more */
  async restore(mailbox: string, ids: readonly string[]): Promise<void> {
    const back = await this.#setFlags(mailbox, ids, { trashed: false })
    await this.#deleted.drop(mailbox, new Set(ids))
    if (back === 0 && ids[0] !== undefined) throw new MessageMissingError(mailbox, ids[0])
  }

  async #setFlags(mailbox: string, ids: readonly string[], change: Parameters<Maildir['setFlagsOf']>[2]): Promise<number> {
    if (ids.length === 0) return 0
    const changed = await this.#options.maildir.setFlagsOf(mailbox, ids, change)
    if (!this.#looked) return changed.length
    this.#index(mailbox).put(changed)
    this.#meanwhile.get(mailbox)?.push(...changed)
    this.#options.changed()
    return changed.length
  }

  #index(mailbox: string): MailboxIndex {
    const known = this.#indexes.get(mailbox)
    if (known !== undefined) return known
    const made = new MailboxIndex()
    this.#indexes.set(mailbox, made)
    return made
  }

  async #lookAll(): Promise<void> {
    const { maildir } = this.#options
    const there = new Set([...this.#options.configured().keys(), ...(await maildir.mailboxes())])
    let different = false
    for (const id of there) different = (await this.#lookAt(id)) || different
    for (const id of this.#indexes.keys()) {
      if (there.has(id)) continue
      different = true
      this.#indexes.delete(id)
      this.#stamps.delete(id)
    }
    this.#ready = true
    if (different) this.#options.changed()
  }

  async #lookAt(mailbox: string): Promise<boolean> {
    const { maildir } = this.#options
    const stamp = await maildir.stamp(mailbox)
    if (this.#indexes.has(mailbox) && this.#stamps.get(mailbox) === stamp) return false
    const index = this.#index(mailbox)
    const meanwhile: MailboxMessage[] = []
    this.#meanwhile.set(mailbox, meanwhile)
    try {
      const messages = await maildir.list(mailbox)
      const different = index.replace([...messages].sort(newestFirst))
      if (meanwhile.length > 0) index.put(meanwhile)
      this.#stamps.set(mailbox, stamp)
      return different || meanwhile.length > 0
    } finally {
      this.#meanwhile.delete(mailbox)
    }
  }

  async #letter(mailbox: string, { id, receivedAt, size, unread, flags }: MailboxMessage): Promise<Letter> {
    return { id, receivedAt, size, unread, flagged: flags.flagged, ...(await this.#head(mailbox, id)) }
  }

  async #head(mailbox: string, id: string): Promise<LetterHead> {
    const key = `${mailbox}/${id}`
    let head = this.#heads.get(key)
    // The one used last is the last to go.
    this.#heads.delete(key)
    head ??= await this.#readHead(mailbox, id)
    this.#heads.set(key, head)
    const [oldest] = this.#heads.keys()
    if (this.#heads.size > HEADS_KEPT && oldest !== undefined) this.#heads.delete(oldest)
    return head
  }

  async #readHead(mailbox: string, id: string): Promise<LetterHead> {
    try {
      return readLetterHead(await this.#options.maildir.readHeaders(mailbox, id, HEAD_BYTES))
    } catch (thrown) {
      // Deleted by another program since the names were read: the next look takes the row away.
      if (thrown instanceof MessageMissingError) return { from: null, subject: '', hasAttachments: false }
      throw thrown
    }
  }

  #due(): ReturnType<DeletedLetters['before']> {
    return this.#deleted.before(this.#options.clock.now() - KEPT_DELETED_MS)
  }

  /** What could not be removed today is tried again with the next deletion or start. */
  #purgeAgain(): void {
    this.#purge = null
    this.start().catch(() => undefined)
  }
}
