import { isAscii } from 'node:buffer'
import libmime from 'libmime'

/** What the listener needs to know of a header section (RFC 5322 §2.2). */
export interface HeaderFacts {
  readonly hasMessageId: boolean
  readonly hasDate: boolean
  readonly hasFrom: boolean
  /** Received: fields, for noticing loops (RFC 5321 §6.3), and how many of them this computer wrote. */
  readonly received: number
  readonly ownTraces: number
  /** Decoded and cut to 200 characters; '' when there is none. */
  readonly subject: string
  /** With its angle brackets; '' when there is none. */
  readonly messageId: string
  /** The first line is neither a header field nor empty: there is no header section at all. */
  readonly beginsWithText: boolean
  /** Date, From or Message-ID are there and cannot be read. */
  readonly broken: boolean
  /** Octets above 127: right only with SMTPUTF8 (RFC 6532). */
  readonly has8Bit: boolean
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

/**
 * @param section   the header section, or as much of it as was looked at
 * @param hostname  our name, to know our own traces by; '' when nobody asks
 */
export function readHeaderFacts(section: Buffer, hostname = ''): HeaderFacts {
  const lines = section.toString('latin1').split(/\r?\n/)
  const ownTrace = `by ${hostname} (Mailroom) `
  let received = 0
  let ownTraces = 0
  let date: string | null = null
  let from: string | null = null
  let messageId: string | null = null
  let subject: string | null = null
  for (let i = 0; i < lines.length; i++) {
    const field = /^([!-9;-~]+)[ \t]*:/.exec(lines[i] ?? '')
    if (field === null) continue
    const name = (field[1] ?? '').toLowerCase()
    if (name === 'received') {
      received++
      if (hostname !== '' && unfold(lines, i).includes(ownTrace)) ownTraces++
    } else if (name === 'date') date ??= unfold(lines, i)
    else if (name === 'from') from ??= unfold(lines, i)
    else if (name === 'message-id') messageId ??= unfold(lines, i)
    else if (name === 'subject') subject ??= unfold(lines, i)
  }
  return {
    hasMessageId: messageId !== null,
    hasDate: date !== null,
    hasFrom: from !== null,
    received,
    ownTraces,
    subject: cut(libmime.decodeWords(subject ?? '')),
    messageId: MESSAGE_ID.exec(messageId ?? '')?.[0] ?? '',
    beginsWithText: (lines[0] ?? '') !== '' && !/^[!-9;-~]+[ \t]*:/.test(lines[0] ?? ''),
    broken:
      (date !== null && !isDate(date)) || (from !== null && !from.includes('@')) || (messageId !== null && !MESSAGE_ID.test(messageId)),
    has8Bit: has8Bit(section),
  }
}

const MESSAGE_ID = /<[^<>\s]+>/

/** Blanks without end would keep the pattern busy for minutes. */
const MAX_DATE_CHARACTERS = 200
const DATE =
  /^\s*(?:[A-Za-z]{3},?\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?\s+(?:[+-]\d{4}|[A-Za-z]{1,5})\s*(?:\(.*\))?\s*$/

/** RFC 5322 §3.3, obsolete forms and comments included; whether there is such a day is the writer's business. */
function isDate(value: string): boolean {
  return value.length <= MAX_DATE_CHARACTERS && DATE.test(value)
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
  return !isAscii(chunk)
}
