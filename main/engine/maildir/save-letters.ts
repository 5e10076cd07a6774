import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { safeFileName } from '../../contract/index.ts'
import type { Disk, DiskFile } from '../system/index.ts'
import { fieldsOf, readLetterHead } from './letter-head.ts'
import { fromLine, mboxBody } from './mbox.ts'
import { readAttachment } from './read-letter.ts'
import { MessageMissingError } from './types.ts'
import type { MailboxMessage, Maildir } from './types.ts'

/** What leaves a mailbox for a place that a person chose. Paths come from the shell's dialog alone. */
export interface LetterSaver {
  /** @throws MessageMissingError, system errors; then nothing is left at the path */
  saveMessage(mailbox: string, id: string, path: string): Promise<void>
  /** @throws MessageMissingError also when the message has no such attachment */
  saveAttachment(mailbox: string, id: string, index: number, path: string): Promise<void>
  exportMailbox(mailbox: string, messages: readonly MailboxMessage[], format: 'mbox' | 'eml', path: string, run: ExportRun): Promise<number>
}

/** An export under way. */
export interface ExportRun {
  readonly signal: AbortSignal
  progress(done: number): void
}

/** @throws the signal's reason when it was cancelled; then nothing is left */
export function createLetterSaver(disk: Disk, maildir: Maildir): LetterSaver {
  return {
    saveMessage: async (mailbox, id, path) => writeStream(disk, path, await maildir.read(mailbox, id)),
    async saveAttachment(mailbox, id, index, path) {
      const found = await readAttachment(await maildir.read(mailbox, id), index, (content) => writeStream(disk, path, content))
      if (!found) throw new MessageMissingError(mailbox, id)
    },
    exportMailbox: (mailbox, messages, format, path, run) =>
      format === 'mbox' ? toMbox(disk, maildir, mailbox, messages, path, run) : toFolder(disk, maildir, mailbox, messages, path, run),
  }
}

function writeStream(disk: Disk, path: string, content: Readable): Promise<void> {
  return writeBeside(disk, path, async (file) => {
    for await (const piece of content as AsyncIterable<Uint8Array>) await file.writeAll([piece])
  })
}

/** Beside the place first, then renamed: what is at the path is always whole. */
async function writeBeside(disk: Disk, path: string, write: (file: DiskFile) => Promise<void>): Promise<void> {
  const beside = `${path}.part`
  await disk.remove(beside)
  const file = await disk.create(beside)
  try {
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await disk.rename(beside, path)
  } catch (thrown) {
    await disk.remove(beside)
    throw thrown
  }
}

async function toMbox(
  disk: Disk,
  maildir: Maildir,
  mailbox: string,
  messages: readonly MailboxMessage[],
  path: string,
  run: ExportRun,
): Promise<number> {
  let count = 0
  await writeBeside(disk, path, async (file) => {
    await eachMessage(messages, run, async ({ id, receivedAt }) => {
      const fields = fieldsOf(await maildir.readHeaders(mailbox, id, 4096))
      const sender = /<([^<>]*)>/.exec(fields.get('return-path') ?? '')?.[1] ?? ''
      const message = await maildir.read(mailbox, id)
      await file.write(fromLine(sender, receivedAt))
      for await (const piece of mboxBody(message)) await file.writeAll([piece])
      count++
    })
  })
  return count
}

/** A folder beside others of the same name, never into one that is there. */
async function toFolder(
  disk: Disk,
  maildir: Maildir,
  mailbox: string,
  messages: readonly MailboxMessage[],
  path: string,
  run: ExportRun,
): Promise<number> {
  let count = 0
  await disk.makeFolder(path)
  const made: string[] = []
  try {
    await eachMessage(messages, run, async ({ id, receivedAt }) => {
      const { subject } = readLetterHead(await maildir.readHeaders(mailbox, id, 4096))
      const number = String(count + 1).padStart(String(messages.length).length, '0')
      const day = new Date(receivedAt).toISOString().slice(0, 10)
      const title = subject.slice(0, 60).replace(/[/\\]/g, '_')
      const file = join(path, `${safeFileName(`${number} ${day} ${title}`, number)}.eml`)
      const message = await maildir.read(mailbox, id)
      made.push(file)
      await writeStream(disk, file, message)
      count++
    })
  } catch (thrown) {
    for (const file of made) await disk.remove(file)
    await disk.removeFolder(path)
    throw thrown
  }
  return count
}

/** Oldest first; messages that another program removed meanwhile are passed over. */
async function eachMessage(
  messages: readonly MailboxMessage[],
  run: ExportRun,
  save: (message: MailboxMessage) => Promise<void>,
): Promise<void> {
  let done = 0
  for (const message of [...messages].reverse()) {
    run.signal.throwIfAborted()
    try {
      await save(message)
    } catch (thrown) {
      if (!(thrown instanceof MessageMissingError)) throw thrown
    }
    run.progress(++done)
  }
}

/** A name in a folder that nothing has yet: `archive`, `archive 2`, … */
export async function freePath(disk: Disk, path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const tried = number === 1 ? path : join(dirname(path), `${basename(path)} ${number}`)
    if ((await disk.stat(tried)) === null) return tried
  }
}
