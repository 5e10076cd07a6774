import type { BrowserWindow } from 'electron'
import type { Answer, Args, Result, SavedFile } from '../contract/index.ts'
import type { Engine } from '../engine/engine.ts'
import { saveAs } from './files.ts'

/** What leaves a mailbox: the dialog is shown here, the engine writes, and the page neither names nor learns a path. */
interface MailboxFileHandlers {
  'mailbox.saveAttachment': (args: Args<'mailbox.saveAttachment'>) => Promise<Answer<SavedFile>>
  'mailbox.saveMessage': (args: Args<'mailbox.saveMessage'>) => Promise<Answer<SavedFile>>
  'mailbox.export': (args: Args<'mailbox.export'>) => Promise<Answer<Result<'mailbox.export'>>>
}

export function mailboxFileHandlers({ mailboxFiles }: Engine, window: () => BrowserWindow | null): MailboxFileHandlers {
  return {
    'mailbox.saveAttachment': ({ mailbox, id, index, suggestedName }) =>
      saveAs(window(), suggestedName, (path) => mailboxFiles.saveAttachment(mailbox, id, index, path)),
    'mailbox.saveMessage': ({ mailbox, id, suggestedName }) =>
      saveAs(window(), suggestedName, (path) => mailboxFiles.saveMessage(mailbox, id, path)),
    'mailbox.export': async (what) => {
      // A folder takes its name from the same dialog: there a person can name what is not there yet.
      const name = what.format === 'mbox' ? `${what.mailbox}.mbox` : what.mailbox
      const told: { messages: number | null } = { messages: null }
      const answer = await saveAs(window(), name, async (path) => {
        told.messages = await mailboxFiles.exportMailbox(what, path)
      })
      if (!answer.ok) return answer
      const { messages } = told
      return { ok: true, value: messages === null ? { saved: false, name: '', messages: 0 } : { ...answer.value, messages } }
    },
  }
}
