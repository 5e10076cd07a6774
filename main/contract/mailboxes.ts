import { z } from 'zod'
import { savedFile } from './files.ts'

/** The local mailboxes as the window shows them. Everything in a message was written by others: it is material, never markup of ours. */

export const mailboxSummary = z.object({
  id: z.string(),
  /** `name@domain`, `@domain` or `*`; empty for a folder that the settings do not name any more. */
  addresses: z.array(z.string()),
  /** False: the folder is there, but nothing new arrives in it. */
  configured: z.boolean(),
  unread: z.int(),
  total: z.int(),
  /** Bytes on disk, as far as the file names tell them. */
  bytes: z.int(),
  /** When the newest message arrived; null when there is none. */
  lastAt: z.int().nullable(),
  /** Another number means: other messages, or other marks on them. */
  revision: z.int(),
})
export type MailboxSummary = z.infer<typeof mailboxSummary>

export const letterFilter = z.enum(['all', 'unread', 'flagged'])
export type LetterFilter = z.infer<typeof letterFilter>

export const mailPerson = z.object({ name: z.string(), address: z.string() })
export type MailPerson = z.infer<typeof mailPerson>

/** A message in the list. */
export const letter = z.object({
  id: z.string(),
  receivedAt: z.int(),
  /** null when the file's name does not say. */
  size: z.int().nullable(),
  unread: z.boolean(),
  flagged: z.boolean(),
  from: mailPerson.nullable(),
  subject: z.string(),
  /** Judged by the kind of the whole message; not exact. */
  hasAttachments: z.boolean(),
})
export type Letter = z.infer<typeof letter>

export const attachment = z.object({
  /** Its place among the attachments of the message. */
  index: z.int(),
  /** As the message says; '' when it says nothing. */
  name: z.string(),
  type: z.string(),
  size: z.int(),
})
export type Attachment = z.infer<typeof attachment>

/** A message opened. */
export const openLetter = z.object({
  id: z.string(),
  receivedAt: z.int(),
  size: z.int(),
  unread: z.boolean(),
  flagged: z.boolean(),
  subject: z.string(),
  from: z.array(mailPerson),
  to: z.array(mailPerson),
  cc: z.array(mailPerson),
  replyTo: z.array(mailPerson),
  /** What the sender says; null when it says nothing that can be read. */
  date: z.int().nullable(),
  /** The entry in the activity log, and who handed the message in, from the trace line that Mailroom wrote. */
  entryId: z.string().nullable(),
  client: z.string().nullable(),
  text: z.string().nullable(),
  html: z.string().nullable(),
  /** Small pictures inside the message, by Content-ID, as `data:` addresses. */
  images: z.array(z.object({ cid: z.string(), url: z.string() })),
  attachments: z.array(attachment),
  /** The header block, at most 64 KiB. */
  headers: z.string(),
  /** `whole`; `cut`: text, pictures or attachments beyond a limit are left out; `too-large` or `broken`: only the headers were read. */
  read: z.enum(['whole', 'cut', 'too-large', 'broken']),
})
export type OpenLetter = z.infer<typeof openLetter>

export const LETTERS_PER_PAGE = 200

const one = z.object({ mailbox: z.string(), id: z.string() })
const some = z.object({ mailbox: z.string(), ids: z.array(z.string()).max(10_000) })

export const mailboxRequests = {
  /** @see mailboxSummary. `look` reads the folders anew: other programs may have changed them. */
  'mailbox.list': { args: z.object({ look: z.boolean() }), result: z.array(mailboxSummary) },
  /** When each message of a mailbox arrived, in seconds since 1970, newest first: the shape of the list before anything is read. */
  'mailbox.outline': {
    args: z.object({ mailbox: z.string(), filter: letterFilter }),
    result: z.object({ revision: z.int(), times: z.array(z.int()) }),
  },
  /** A stretch of that list. */
  'mailbox.letters': {
    args: z.object({
      mailbox: z.string(),
      filter: letterFilter,
      offset: z.int().min(0),
      limit: z.int().min(1).max(LETTERS_PER_PAGE),
    }),
    result: z.object({ revision: z.int(), letters: z.array(letter) }),
  },
  'mailbox.read': { args: one, result: openLetter },
  /** The message as it lies on the disk, at most 256 KiB of it. */
  'mailbox.source': { args: one, result: z.object({ text: z.string(), cut: z.boolean() }) },
  /** `ids` null: every message of the mailbox. */
  'mailbox.mark': {
    args: some.extend({ ids: some.shape.ids.nullable(), unread: z.boolean().optional(), flagged: z.boolean().optional() }),
    result: z.void(),
  },
  /** Hidden at once, gone for good a day later. */
  'mailbox.delete': { args: some, result: z.void() },
  'mailbox.restore': { args: some, result: z.void() },
  'mailbox.cancelExport': { args: z.object({ job: z.string() }), result: z.void() },
  // The shell asks the person where to; the engine writes there. The page never names a path.
  'mailbox.saveAttachment': { args: one.extend({ index: z.int().min(0), suggestedName: z.string().min(1).max(1000) }), result: savedFile },
  'mailbox.saveMessage': { args: one.extend({ suggestedName: z.string().min(1).max(1000) }), result: savedFile },
  /** A whole mailbox as one mbox file, or as a folder of .eml files. `saved` false also when it was cancelled. */
  'mailbox.export': {
    args: z.object({ mailbox: z.string(), format: z.enum(['mbox', 'eml']), job: z.string().max(100) }),
    result: savedFile.extend({ messages: z.int() }),
  },
} as const

export const mailboxNotices = {
  'mailboxes.changed': z.array(mailboxSummary),
  'mailbox.exporting': z.object({ job: z.string(), done: z.int(), total: z.int() }),
} as const
