import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What every mail server on the way puts on top of a message and nothing else. */
const TRACE = /^(Received|Return-Path|Delivered-To|X-Original-To|Envelope-to|Delivery-date):/i

/**
 * A message without the trace fields on top of it (RFC 5321 §4.4). What the sender wrote begins with the first field that is none, so what it put
 * there itself must begin with something else.
 * @param message  octets as latin1
 */
export function withoutTrace(message: string): string {
  const lines = message.split(/(?<=\r\n)/)
  let at = 0
  while (at < lines.length && (TRACE.test(lines[at] ?? '') || (at > 0 && /^[ \t]/.test(lines[at] ?? '')))) at++
  return lines.slice(at).join('')
}

/** All messages of a Maildir, oldest first, octets as latin1, line ends as on the wire. A folder that is not there yet has none. */
export async function maildirMessages(folder: string): Promise<string[]> {
  const found: { at: number; text: string }[] = []
  for (const part of ['new', 'cur']) {
    for (const name of await namesIn(join(folder, part))) {
      const path = join(folder, part, name)
      const text = await readFile(path, 'latin1')
      found.push({ at: (await stat(path)).mtimeMs, text: text.replace(/\r?\n/g, '\r\n') })
    }
  }
  return found.sort((a, b) => a.at - b.at).map(({ text }) => text)
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return []
    throw thrown
  }
}

let made = 0

/**
 * A message with everything that goes wrong on the way when somebody is careless: lines that begin with dots, a lone dot, a folded field, blanks at
 * line ends, octets above 127, a long line, an empty last line. CRLF line ends; octets as latin1.
 */
export function trickyMessage(subject: string): string {
  made += 1
  const utf8 = Buffer.from('Grüße aus dem Büro ✓').toString('latin1')
  return [
    `Message-ID: <tricky-${process.pid}-${made}@device.test>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0100',
    'From: Scanner <scanner@device.test>',
    'To: Bob <bob@example.net>',
    `Subject: ${subject}`,
    'X-Folded: first',
    '\tsecond   ',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'From here on it is text.',
    '.',
    '..',
    '.leading dot',
    'trailing blanks   \t',
    utf8,
    '',
    'x'.repeat(990),
    '  indented',
    '',
    '',
  ].join('\r\n')
}

export function messageIdOf(message: string): string {
  return /^Message-ID:\s*(<[^>]*>)/im.exec(message)?.[1] ?? 'no Message-ID'
}
