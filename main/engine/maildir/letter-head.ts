import libmime from 'libmime'
import { parseAddressHeader } from 'mailparser'
import type { MailPerson } from '../../contract/index.ts'

/** What a list shows of a message. */
export interface LetterHead {
  readonly from: MailPerson | null
  readonly subject: string
  readonly hasAttachments: boolean
}

const NAME_CHARACTERS = 200
const ADDRESS_CHARACTERS = 320
const SUBJECT_CHARACTERS = 300
/** Longer fields are not worth decoding for a row. */
const FIELD_CHARACTERS = 4000

/** @param block the header block (RFC 5322 §2.2), or as much of it as was read */
export function readLetterHead(block: Buffer): LetterHead {
  const fields = fieldsOf(block)
  const type = (fields.get('content-type') ?? '').toLowerCase()
  return {
    from: peopleOf(fields.get('from') ?? '')[0] ?? null,
    subject: cutText(decoded(fields.get('subject') ?? ''), SUBJECT_CHARACTERS),
    // Text, alternatives and reports are for reading; what is of another kind as a whole is a file.
    hasAttachments: /^(multipart\/mixed|(image|audio|video|application|message)\/)/.test(type),
  }
}

/** The first field of each name, unfolded; names in small letters. */
export function fieldsOf(block: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  const text = block.toString('utf8').replace(/\r?\n[ \t]+/g, ' ')
  for (const line of text.split(/\r?\n/)) {
    const found = /^([!-9;-~]{1,100})[ \t]*:/.exec(line)
    if (found === null) continue
    const name = (found[1] ?? '').toLowerCase()
    if (!fields.has(name)) fields.set(name, line.slice(found[0].length, found[0].length + FIELD_CHARACTERS).trim())
  }
  return fields
}

/** The people of an address field, groups opened; broken ones as far as they can be read. */
export function peopleOf(field: string, most = 100): MailPerson[] {
  if (field === '') return []
  return parseAddressHeader(field, { flatten: true, decodePunycode: false })
    .value.slice(0, most)
    .map(({ name, address }) => ({
      name: cutText(name, NAME_CHARACTERS),
      address: cutText(address ?? '', ADDRESS_CHARACTERS),
    }))
    .filter(({ name, address }) => name !== '' || address !== '')
}

function decoded(value: string): string {
  try {
    return libmime.decodeWords(value)
  } catch {
    // A broken encoded word is shown as it came.
    return value
  }
}

export function cutText(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
