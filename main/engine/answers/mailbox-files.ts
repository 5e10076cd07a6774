import type { Notice } from '../../contract/index.ts'
import { freePath } from '../maildir/index.ts'
import type { LetterSaver, Mailboxes } from '../maildir/index.ts'
import type { Clock, Disk } from '../system/index.ts'

/**
 * What the shell has written where the person said. Not among the requests: nobody but the shell, which got the path from the system's own
 * dialog, may have the engine write outside the data folder.
 */
export interface MailboxFiles extends Pick<LetterSaver, 'saveMessage' | 'saveAttachment'> {
  /** @returns how many messages were saved; null when it was cancelled, and nothing is left of it then */
  exportMailbox(
    what: { readonly mailbox: string; readonly format: 'mbox' | 'eml'; readonly job: string },
    path: string,
  ): Promise<number | null>
}

export interface MailboxExports extends MailboxFiles {
  cancel(job: string): void
}

const TOLD_EVERY_MS = 200

export function createMailboxFiles(parts: {
  readonly disk: Disk
  readonly clock: Clock
  readonly mailboxes: Mailboxes
  readonly saver: LetterSaver
  tell(progress: Notice<'mailbox.exporting'>): void
}): MailboxExports {
  const { disk, clock, mailboxes, saver } = parts
  const running = new Map<string, AbortController>()
  return {
    saveMessage: (mailbox, id, path) => saver.saveMessage(mailbox, id, path),
    saveAttachment: (mailbox, id, index, path) => saver.saveAttachment(mailbox, id, index, path),
    async exportMailbox({ mailbox, format, job }, path) {
      const controller = new AbortController()
      const { signal } = controller
      running.set(job, controller)
      try {
        const { messages } = await mailboxes.messages(mailbox, 'all')
        let toldAt = -TOLD_EVERY_MS
        const progress = (done: number): void => {
          if (clock.monotonic() - toldAt < TOLD_EVERY_MS) return
          toldAt = clock.monotonic()
          parts.tell({ job, done, total: messages.length })
        }
        progress(0)
        const place = format === 'eml' ? await freePath(disk, path) : path
        return await saver.exportMailbox(mailbox, [...messages], format, place, { signal, progress })
      } catch (thrown) {
        if (signal.aborted) return null
        throw thrown
      } finally {
        running.delete(job)
      }
    },
    cancel: (job) => running.get(job)?.abort(),
  }
}
