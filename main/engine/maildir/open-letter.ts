import type { OpenLetter } from '../../contract/index.ts'
import { cutText, fieldsOf, peopleOf, readLetterHead } from './letter-head.ts'
import type { Mailboxes } from './mailboxes.ts'
import { readLetter } from './read-letter.ts'
import type { LetterBody } from './read-letter.ts'
import type { Maildir } from './types.ts'

/** A larger message is saved, not read: taking it apart would hold up the mail that flows meanwhile. */
export const LARGEST_READ = 40 * 1024 * 1024
const HEADER_BYTES = 64 * 1024
const SOURCE_BYTES = 256 * 1024
const NOTHING: LetterBody = { text: null, html: null, images: [], attachments: [], cut: false }

/** A message for reading. What cannot be taken apart is told with its headers. @throws MessageMissingError */
export async function openLetter(mailboxes: Mailboxes, maildir: Maildir, mailbox: string, id: string): Promise<OpenLetter> {
  const message = await mailboxes.message(mailbox, id)
  const size = message.size ?? (await maildir.sizeOf(mailbox, id))
  const block = await maildir.readHeaders(mailbox, id, HEADER_BYTES)
  const fields = fieldsOf(block)
  const people = (name: string): OpenLetter['to'] => peopleOf(fields.get(name) ?? '')
  const { body, read } = await bodyOf(maildir, mailbox, id, size)
  const date = Date.parse(fields.get('date') ?? '')
  return {
    id,
    receivedAt: message.receivedAt,
    size,
    unread: message.unread,
    flagged: message.flags.flagged,
    subject: readLetterHead(block).subject,
    from: people('from'),
    to: people('to'),
    cc: people('cc'),
    replyTo: people('reply-to'),
    date: Number.isNaN(date) ? null : date,
    ...traceOf(fields.get('received') ?? ''),
    text: body.text,
    html: body.html,
    images: [...body.images],
    attachments: [...body.attachments],
    headers: block.toString('utf8'),
    read,
  }
}

async function bodyOf(
  maildir: Maildir,
  mailbox: string,
  id: string,
  size: number,
): Promise<{ readonly body: LetterBody; readonly read: OpenLetter['read'] }> {
  if (size > LARGEST_READ) return { body: NOTHING, read: 'too-large' }
  const message = await maildir.read(mailbox, id)
  try {
    const body = await readLetter(message)
    return { body, read: body.cut ? 'cut' : 'whole' }
  } catch {
    // Whatever the parser stumbled over, the person sees the headers and can have the source.
    return { body: NOTHING, read: 'broken' }
  }
}

/** What our own listener wrote on top: the number in the log, and who came. Another program's line is nobody's proof. */
function traceOf(received: string): { readonly entryId: string | null; readonly client: string | null } {
  const ours = /^from \S+ \(\[(?:IPv6:)?([0-9a-f.:]{2,45})\]\).*? \(Mailroom\) with \S+ id ([\w-]{1,64})(?=[; ])/i.exec(received)
  return { client: ours?.[1] ?? null, entryId: ours?.[2] ?? null }
}

/** The beginning of the message as it lies on the disk. @throws MessageMissingError */
export async function letterSource(
  maildir: Maildir,
  mailbox: string,
  id: string,
): Promise<{ readonly text: string; readonly cut: boolean }> {
  const pieces: Uint8Array[] = []
  let size = 0
  const message = await maildir.read(mailbox, id)
  for await (const piece of message as AsyncIterable<Uint8Array>) {
    pieces.push(piece)
    size += piece.length
    if (size > SOURCE_BYTES) break
  }
  return { text: cutText(Buffer.concat(pieces).subarray(0, SOURCE_BYTES).toString('utf8'), SOURCE_BYTES), cut: size > SOURCE_BYTES }
}
