import libmime from 'libmime'

/** What the listener needs to know of a header section (RFC 5322 §2.2). */
export interface HeaderFacts {
  readonly hasMessageId: boolean
  readonly hasDate: boolean
  /** Received: fields, for noticing loops (RFC 5321 §6.3). */
  readonly received: number
  /** Decoded and cut to 200 characters; '' when there is none. */
  readonly subject: string
  /** With its angle brackets; '' when there is none. */
  readonly messageId: string
  /** The first line is neither a header field nor empty: there is no header section at all. */
  readonly beginsWithText: boolean
}

const SUBJECT_CHARACTERS = 200

/** Offset just behind the empty line that ends the header section; -1 when it is not there yet. Bare LF counts, as devices write it. */
export function headerEnd(data: Buffer): number {
  if (data[0] === 0x0a) return 1
  if (data[0] === 0x0d && data[1] === 0x0a) return 2
  let from = 0
  for (;;) {
    const lf = data.indexOf(0x0a, from)
    if (lf < 0) return -1
    if (data[lf + 1] === 0x0a) return lf + 2
    if (data[lf + 1] === 0x0d && data[lf + 2] === 0x0a) return lf + 3
    from = lf + 1
  }
}

/** @param section the header section, or as much of it as was looked at */
export function readHeaderFacts(section: Buffer): HeaderFacts {
  const lines = section.toString('latin1').split(/\r?\n/)
  let received = 0
  let hasDate = false
  let messageId: string | null = null
  let subject: string | null = null
  for (let i = 0; i < lines.length; i++) {
    const field = /^([!-9;-~]+)[ \t]*:/.exec(lines[i] ?? '')
    if (field === null) continue
    const name = (field[1] ?? '').toLowerCase()
    if (name === 'received') received++
    else if (name === 'date') hasDate = true
    else if (name === 'message-id') messageId ??= unfold(lines, i)
    else if (name === 'subject') subject ??= unfold(lines, i)
  }
  return {
    hasMessageId: messageId !== null,
    hasDate,
    received,
    subject: cut(libmime.decodeWords(subject ?? '')),
    messageId: /<[^<>\s]+>/.exec(messageId ?? '')?.[0] ?? '',
    beginsWithText: (lines[0] ?? '') !== '' && !/^[!-9;-~]+[ \t]*:/.test(lines[0] ?? ''),
  }
}

function unfold(lines: readonly string[], start: number): string {
  let value = (lines[start] ?? '').replace(/^[^:]*:/, '')
  for (let i = start + 1; i < lines.length && /^[ \t]/.test(lines[i] ?? ''); i++) value += lines[i] ?? ''
  return value.trim()
}

/** Control characters would let a subject move the cursor of a terminal; people never need them. */
function cut(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is removed
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  const characters = [...clean]
  return characters.length > SUBJECT_CHARACTERS ? `${characters.slice(0, SUBJECT_CHARACTERS - 1).join('')}…` : clean
}

/** Whether any octet is above 127 (RFC 6152). */
export function has8Bit(chunk: Uint8Array): boolean {
  for (let i = 0; i < chunk.length; i++) if ((chunk[i] ?? 0) > 127) return true
  return false
}
