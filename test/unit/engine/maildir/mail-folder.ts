import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Mailboxes, createMaildir } from '../../../../main/engine/maildir/index.ts'
import type { Maildir } from '../../../../main/engine/maildir/index.ts'
import type { Disk } from '../../../../main/engine/system/index.ts'
import { createNodeDisk } from '../../../../main/engine/system/node/disk.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import type { HeldClock } from '../../../support/held-clock.ts'
import { seededRandom } from '../../../support/spool-entries.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

export interface MailFolder {
  readonly folder: string
  readonly disk: Disk
  readonly clock: HeldClock
  readonly maildir: Maildir
  readonly mailboxes: Mailboxes
  /** How often a change was told. */
  told(): number
  /** Delivers as the engine does, a second after the last one. */
  deliver(text: string, mailbox?: string): Promise<string>
}

export async function makeMailFolder(given?: { readonly folder: string; readonly clock: HeldClock }): Promise<MailFolder> {
  const folder = given?.folder ?? (await tempFolder())
  const clock = given?.clock ?? createHeldClock()
  const disk = createNodeDisk()
  const maildir = createMaildir({ disk, clock, random: seededRandom(5), hostname: 'pc', processId: 9, folder, platform: 'linux' })
  let told = 0
  const configured = new Map([
    ['inbox', ['*']],
    ['alarms', ['alarms@office.test']],
  ])
  const mailboxes = new Mailboxes({ disk, clock, maildir, folder, configured: () => configured, changed: () => told++ })
  return {
    folder,
    disk,
    clock,
    maildir,
    mailboxes,
    told: () => told,
    async deliver(text, mailbox = 'inbox') {
      await clock.advance(1000)
      const message = Buffer.from(text.replace(/\r?\n/g, '\r\n'))
      const delivered = await maildir.deliver({
        mailbox,
        headerLines: ['Return-Path: <ann@example.net>'],
        message: Readable.from([message]),
        size: message.length,
      })
      mailboxes.delivered(mailbox, delivered)
      return delivered.id
    },
  }
}

/** As another program would: a file in cur/ that we did not write. */
export async function putByHand(folder: string, mailbox: string, name: string, text: string): Promise<void> {
  for (const part of ['tmp', 'new', 'cur']) await mkdir(join(folder, mailbox, part), { recursive: true })
  await writeFile(join(folder, mailbox, 'cur', name), text)
}
