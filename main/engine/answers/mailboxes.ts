import { MessageMissingError, letterSource, openLetter } from '../maildir/index.ts'
import type { AnswerParts, HandlersOf } from './handlers.ts'
import { Refused } from './refused.ts'

export function mailboxHandlers({ mailboxes, maildir, mailboxFiles }: AnswerParts): HandlersOf<'mailbox'> {
  return {
    'mailbox.list': async ({ look }) => {
      if (look) await mailboxes.look()
      return mailboxes.summaries()
    },
    'mailbox.outline': async ({ mailbox, filter }) => {
      const { revision, messages } = await mailboxes.messages(mailbox, filter)
      return { revision, times: messages.map(({ receivedAt }) => Math.floor(receivedAt / 1000)) }
    },
    'mailbox.letters': ({ mailbox, filter, offset, limit }) => mailboxes.letters(mailbox, filter, offset, limit),
    'mailbox.read': ({ mailbox, id }) => orGone(openLetter(mailboxes, maildir, mailbox, id)),
    'mailbox.source': ({ mailbox, id }) => orGone(letterSource(maildir, mailbox, id)),
    'mailbox.mark': ({ mailbox, ids, unread, flagged }) => mailboxes.mark(mailbox, ids, { unread, flagged }),
    'mailbox.delete': ({ mailbox, ids }) => mailboxes.delete(mailbox, ids),
    'mailbox.restore': ({ mailbox, ids }) => orGone(mailboxes.restore(mailbox, ids)),
    'mailbox.cancelExport': ({ job }) => mailboxFiles.cancel(job),
  }
}

async function orGone<T>(answering: Promise<T>): Promise<T> {
  try {
    return await answering
  } catch (thrown) {
    throw thrown instanceof MessageMissingError ? new Refused('gone', 'This message is not in the mailbox any more.') : thrown
  }
}
