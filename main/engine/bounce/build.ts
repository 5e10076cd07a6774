import { createHash } from 'node:crypto'
import { deliveryStatus, usesUtf8 } from './delivery-status.ts'
import { asciiAddress, dateTime, encodeHeaderText, encodeName, foldField, isPlain, oneLine, quotedPrintable } from './text.ts'
import type { BuiltReport, ReportRequest } from './types.ts'
import { kindOf, subjectOf, wordsFor } from './words.ts'

/** A header block beyond this is cut at a line end (routing rules 7.3). */
export const MOST_HEADER_BYTES = 64 * 1024
/** A whole message beyond this is not sent back; its header is. */
export const MOST_MESSAGE_BYTES = 1024 * 1024

/**
 * Writes a delivery status notification: `multipart/report` (RFC 6522) of words for people, `message/delivery-status` (RFC 3464) and the
 * original's header, or all of it when `request.full`. Seven-bit throughout, except for senders that use SMTPUTF8 (RFC 6533). The same request
 * gives the same octets.
 * @throws RangeError when there is no recipient, or nobody to tell (null reverse-path)
 */
export function buildReport(request: ReportRequest): BuiltReport {
  const to = request.entry.head.envelope.reversePath
  if (to === null || to === '') throw new RangeError(`message ${request.entry.head.id} has a null reverse-path: nobody can be told`)
  if (request.recipients.length === 0) throw new RangeError(`a report about message ${request.entry.head.id} needs a recipient`)
  const utf8 = usesUtf8(request.entry.head)
  const subject = subjectOf(request.recipients)
  const messageId = `<${request.id}@${request.reportingMta}>`
  // Derived, so that golden files hold; unique enough, as it is made of the report's own id.
  const boundary = `=_${createHash('sha256').update(request.id).digest('hex').slice(0, 32)}`
  const header = [
    foldField('From', `${encodeName(request.from.name)} <${request.from.address}>`),
    foldField('To', `<${utf8 ? octets(oneLine(to)) : asciiAddress(to)}>`),
    foldField('Date', dateTime(request.now)),
    foldField('Message-ID', messageId),
    foldField('Subject', encodeHeaderText(subject)),
    foldField('Auto-Submitted', 'auto-replied'),
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${utf8 ? 'global-delivery-status' : 'delivery-status'};\r\n boundary="${boundary}"`,
  ]
  const parts = [wordsPart(request), statusPart(request, utf8), originalPart(request, utf8)]
  const body = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')
  const text = `${header.join('\r\n')}\r\n\r\n${body}--${boundary}--\r\n`
  return { to, subject, kind: kindOf(request.recipients), messageId, message: Buffer.from(text, 'latin1') }
}

/** Parts are latin1 strings, one character for each octet, so that octets beyond ASCII pass through untouched. */
const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

function part(type: string, encoding: '7bit' | '8bit' | 'quoted-printable', content: string): string {
  const transfer = encoding === '7bit' ? '' : `Content-Transfer-Encoding: ${encoding}\r\n`
  return `Content-Type: ${type}\r\n${transfer}\r\n${content}`
}

function wordsPart(request: ReportRequest): string {
  const words = wordsFor(request)
  const type = 'text/plain; charset=utf-8'
  return isSevenBit(words) ? part(type, '7bit', words) : part(type, 'quoted-printable', quotedPrintable(Buffer.from(words)))
}

function statusPart(request: ReportRequest, utf8: boolean): string {
  const status = deliveryStatus(request, utf8)
  if (!utf8) return part('message/delivery-status', '7bit', status)
  return part('message/global-delivery-status', isPlain(status) ? '7bit' : '8bit', octets(status))
}

function originalPart(request: ReportRequest, utf8: boolean): string {
  const whole = withCrlf(request.original)
  if (request.full && whole.length <= MOST_MESSAGE_BYTES) {
    if (isSevenBit(whole)) return part('message/rfc822', '7bit', whole)
    if (utf8) return part('message/global', '8bit', whole)
    // message/rfc822 must not be re-encoded (RFC 2046 §5.2.1), and the way back may not take 8 bits: the header is safe.
  }
  const header = headerOf(whole)
  if (isSevenBit(header)) return part('text/rfc822-headers', '7bit', header)
  if (utf8) return part('message/global-headers', '8bit', header)
  return part('text/rfc822-headers', 'quoted-printable', quotedPrintable(Buffer.from(header, 'latin1')))
}

/** The header block with the end of its last line, cut to what a report carries. */
function headerOf(message: string): string {
  const end = message.startsWith('\r\n') ? 0 : message.indexOf('\r\n\r\n')
  const block = end < 0 ? message : message.slice(0, end + 2)
  if (block.length <= MOST_HEADER_BYTES) return block.endsWith('\r\n') || block === '' ? block : `${block}\r\n`
  const cut = block.lastIndexOf('\r\n', MOST_HEADER_BYTES - 2)
  return cut < 0 ? `${block.slice(0, 900)}\r\n` : block.slice(0, cut + 2)
}

function withCrlf(content: Buffer): string {
  return content.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n')
}

/** ASCII without NUL, in lines that every server takes (RFC 5321 §4.5.3.1.6). */
function isSevenBit(text: string): boolean {
  return !/\P{ASCII}/u.test(text) && !text.includes('\0') && !/[^\r\n]{999}/.test(text)
}
