import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { errorCode } from '../system/index.ts'
import type { Clock, Disk, Random } from '../system/index.ts'
import { mailboxFolderName, mailboxOfFolder } from './folder-name.ts'
import { flagLetters, infoSeparator, makeMessageName, messageId, otherLetters, parseMessageName } from './message-name.ts'
import { MessageMissingError } from './types.ts'
import type { DeliverRequest, MailboxMessage, Maildir, MessageFlags } from './types.ts'

export interface MaildirOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly hostname: string
  readonly processId: number
  /** `mail/` of the data folder. */
  readonly folder: string
  /** `process.platform`: decides the separator before the flags. */
  readonly platform: string
}

/** What lies in tmp/ this long was left by somebody who died (the Maildir specification's 36 hours). */
const STALE_MS = 36 * 60 * 60 * 1000
const WRITE_BYTES = 256 * 1024
const FOLDERS = ['tmp', 'new', 'cur'] as const

/**
 * The Maildirs under `folder`. Messages are stored as they came, with CRLF: Dovecot and mutt read that, and nothing is lost to a conversion of
 * line ends (a saved .eml and a DKIM signature stay what they were).
 */
export function createMaildir(options: MaildirOptions): Maildir {
  return new DiskMaildir(options)
}

class DiskMaildir implements Maildir {
  readonly #options: MaildirOptions
  /** Mailboxes whose folders were seen to be there. */
  readonly #ready = new Map<string, Promise<void>>()
  /** File names by message id, as of the last look; a miss looks again. */
  readonly #names = new Map<string, Map<string, string>>()
  #count = 0

  constructor(options: MaildirOptions) {
    this.#options = options
  }

  folderOf(mailbox: string): string {
    return join(this.#options.folder, mailboxFolderName(mailbox))
  }

  async deliver({ mailbox, headerLines, message, size }: DeliverRequest): Promise<{ readonly id: string }> {
    const folder = this.folderOf(mailbox)
    try {
      await this.#prepare(mailbox)
      const head = Buffer.from(headerLines.map((line) => `${line}\r\n`).join(''), 'utf8')
      const name = this.#newName(head.length + size)
      await this.#write(join(folder, 'tmp', name), head, message, size)
      await this.#moveToNew(folder, name)
      return { id: name }
    } catch (error) {
      message.destroy()
      // Somebody may have deleted the mailbox's folder; the next delivery makes it anew.
      this.#ready.delete(mailbox)
      throw error
    }
  }

  async list(mailbox: string): Promise<readonly MailboxMessage[]> {
    const names = await this.#look(mailbox)
    const messages = [...names.values()].map((place) => parseMessageName(place.slice(4), place.startsWith('new')))
    return messages.sort((a, b) => b.receivedAt - a.receivedAt || (a.id < b.id ? 1 : -1))
  }

  async read(mailbox: string, id: string): Promise<Readable> {
    return this.#options.disk.readStream(await this.#find(mailbox, id))
  }

  async readHeaders(mailbox: string, id: string, maxBytes: number): Promise<Buffer> {
    const path = await this.#find(mailbox, id)
    const pieces: Uint8Array[] = []
    for await (const piece of this.#options.disk.readStream(path, 0, maxBytes) as AsyncIterable<Uint8Array>) pieces.push(piece)
    const bytes = Buffer.concat(pieces)
    const end = /\r?\n\r?\n/.exec(bytes.toString('latin1'))
    return end === null ? bytes : bytes.subarray(0, end.index + end[0].length)
  }

  async sizeOf(mailbox: string, id: string): Promise<number> {
    const stat = await this.#options.disk.stat(await this.#find(mailbox, id))
    if (stat === null) throw new MessageMissingError(mailbox, id)
    return stat.bytes
  }

  async setFlags(mailbox: string, id: string, change: Partial<MessageFlags>): Promise<MailboxMessage> {
    const { message, moved } = await this.#rename(mailbox, id, change)
    if (moved) await this.#options.disk.syncFolder(join(this.folderOf(mailbox), 'cur'))
    return message
  }

  async setFlagsOf(mailbox: string, ids: readonly string[], change: Partial<MessageFlags>): Promise<readonly MailboxMessage[]> {
    const messages: MailboxMessage[] = []
    for (const id of ids) {
      try {
        messages.push((await this.#rename(mailbox, id, change)).message)
      } catch (error) {
        if (!(error instanceof MessageMissingError)) throw error
      }
    }
    if (messages.length > 0) await this.#options.disk.syncFolder(join(this.folderOf(mailbox), 'cur'))
    return messages
  }

  async #rename(
    mailbox: string,
    id: string,
    change: Partial<MessageFlags>,
  ): Promise<{ readonly message: MailboxMessage; readonly moved: boolean }> {
    const { disk, platform } = this.#options
    const from = await this.#find(mailbox, id)
    const folder = this.folderOf(mailbox)
    const oldName = from.slice(join(folder, 'new').length + 1)
    const flags = { ...parseMessageName(oldName, false).flags, ...change }
    const name = `${id}${infoSeparator(platform)}2,${flagLetters(flags, otherLetters(oldName))}`
    const to = join(folder, 'cur', name)
    if (to !== from) {
      try {
        await disk.rename(from, to)
      } catch (error) {
        throw errorCode(error) === 'ENOENT' ? new MessageMissingError(mailbox, id) : error
      }
    }
    this.#names.get(mailbox)?.set(id, `cur/${name}`)
    return { message: parseMessageName(name, false), moved: to !== from }
  }

  async mailboxes(): Promise<readonly string[]> {
    const { disk, folder } = this.#options
    const ids: string[] = []
    for (const name of await disk.list(folder)) {
      const id = mailboxOfFolder(name)
      if (id !== null && (await disk.stat(join(folder, name, 'cur')))?.isFolder === true) ids.push(id)
    }
    return ids
  }

  async stamp(mailbox: string): Promise<string> {
    const folder = this.folderOf(mailbox)
    const stats = await Promise.all(['new', 'cur'].map((part) => this.#options.disk.stat(join(folder, part))))
    return stats.map((stat) => stat?.modifiedAt ?? '').join('/')
  }

  async remove(mailbox: string, id: string): Promise<void> {
    try {
      await this.#options.disk.remove(await this.#find(mailbox, id))
    } catch (error) {
      if (!(error instanceof MessageMissingError)) throw error
    }
    this.#names.get(mailbox)?.delete(id)
  }

  #newName(size: number): string {
    const { clock, processId, random, hostname } = this.#options
    const chance = random.bytes(6).toString('hex')
    return makeMessageName({ now: clock.now(), processId, count: this.#count++, chance, hostname, size })
  }

  async #write(path: string, head: Buffer, message: Readable, size: number): Promise<void> {
    const { disk } = this.#options
    const file = await disk.create(path)
    try {
      try {
        let pieces: Uint8Array[] = [head]
        let gathered = 0
        let total = 0
        for await (const piece of message as AsyncIterable<Uint8Array>) {
          pieces.push(piece)
          gathered += piece.length
          total += piece.length
          if (gathered < WRITE_BYTES) continue
          await file.writeAll(pieces)
          pieces = []
          gathered = 0
        }
        if (total !== size) throw new Error(`the message has ${total} bytes instead of ${size}`)
        await file.writeAll(pieces)
        await file.sync()
      } finally {
        await file.close()
      }
    } catch (error) {
      await disk.remove(path).catch(() => undefined)
      throw error
    }
  }

  /** A name that may not survive is taken back: the caller hears an error and will deliver again. */
  async #moveToNew(folder: string, name: string): Promise<void> {
    const { disk } = this.#options
    const [from, to] = [join(folder, 'tmp', name), join(folder, 'new', name)]
    try {
      await disk.rename(from, to)
      await disk.syncFolder(join(folder, 'new'))
    } catch (error) {
      // Only one of the two is there; what cannot be removed from tmp/ goes when it is old.
      await disk.remove(from).catch(() => undefined)
      await disk.remove(to).catch(() => undefined)
      throw error
    }
  }

  async #prepare(mailbox: string): Promise<void> {
    const known = this.#ready.get(mailbox)
    if (known !== undefined) return known
    const preparing = this.#makeFolders(mailbox)
    this.#ready.set(mailbox, preparing)
    await preparing
  }

  async #makeFolders(mailbox: string): Promise<void> {
    const { disk, clock, folder: root } = this.#options
    const folder = this.folderOf(mailbox)
    for (const name of FOLDERS) await disk.makeFolder(join(folder, name), { mode: 0o700 })
    await disk.syncFolder(folder)
    await disk.syncFolder(root)
    for (const name of await disk.list(join(folder, 'tmp'))) {
      const path = join(folder, 'tmp', name)
      const stat = await disk.stat(path)
      if (stat !== null && !stat.isFolder && stat.modifiedAt < clock.now() - STALE_MS) await disk.remove(path)
    }
  }

  /** Reads the names of new/ and cur/. @returns by message id, `new/NAME` or `cur/NAME` */
  async #look(mailbox: string): Promise<ReadonlyMap<string, string>> {
    const folder = this.folderOf(mailbox)
    const names = new Map<string, string>()
    // new/ first: a message that another program moves to cur/ meanwhile is then seen twice rather than not at all.
    for (const part of ['new', 'cur'] as const) {
      for (const name of await this.#options.disk.list(join(folder, part))) {
        // Dot files are other programs' business (dovecot.index and kin stand beside, .DS_Store inside).
        if (!name.startsWith('.') && name.toLowerCase() !== 'desktop.ini') names.set(messageId(name), `${part}/${name}`)
      }
    }
    this.#names.set(mailbox, names)
    return names
  }

  /** The path of a message; other programs may have renamed it since the last look. */
  async #find(mailbox: string, id: string): Promise<string> {
    const folder = this.folderOf(mailbox)
    const known = this.#names.get(mailbox)?.get(id)
    if (known !== undefined) {
      const path = join(folder, known)
      if ((await this.#options.disk.stat(path)) !== null) return path
    }
    const found = (await this.#look(mailbox)).get(id)
    if (found === undefined) throw new MessageMissingError(mailbox, id)
    return join(folder, found)
  }
}
