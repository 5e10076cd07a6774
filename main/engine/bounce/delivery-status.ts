import { isIP } from 'node:net'
import type { EntryHead } from '../spool/index.ts'
import { asciiAddress, dateTime, decodeXtext, foldField, isPlain, oneLine } from './text.ts'
import type { ReportedRecipient, ReportRequest } from './types.ts'

/**
 * The machine-readable part of a report (RFC 3464 §2): fields about the message, then about each recipient, in blocks with a blank line between.
 * ASCII always; with `utf8` (the sender uses SMTPUTF8) addresses are written as they are (RFC 6533 §3).
 */
export function deliveryStatus(request: ReportRequest, utf8: boolean): string {
  const blocks = [messageFields(request), ...request.recipients.map((recipient) => recipientFields(recipient, request.now, utf8))]
  return blocks.map((fields) => `${fields.join('\r\n')}\r\n`).join('\r\n')
}

function messageFields(request: ReportRequest): string[] {
  const { head } = request.entry
  const envid = head.envelope.parameters.envid
  return [
    foldField('Reporting-MTA', mtaName(request.reportingMta)),
    ...(envid === undefined ? [] : [foldField('Original-Envelope-Id', printable(decodeXtext(envid)))]),
    foldField('Arrival-Date', dateTime(head.createdAt)),
  ]
}

function recipientFields(recipient: ReportedRecipient, now: number, utf8: boolean): string[] {
  const { state, action, orcpt, remoteMta } = recipient
  return [
    ...(orcpt === null ? [] : [foldField('Original-Recipient', originalRecipient(orcpt))]),
    foldField('Final-Recipient', finalRecipient(state.address, utf8)),
    foldField('Action', action),
    foldField('Status', statusOf(recipient)),
    ...(remoteMta === null ? [] : [foldField('Remote-MTA', remoteName(remoteMta))]),
    ...(isReply(state.lastReply) ? [foldField('Diagnostic-Code', `smtp; ${printable(state.lastReply)}`)] : []),
    ...(state.lastAttemptAt === null ? [] : [foldField('Last-Attempt-Date', dateTime(state.lastAttemptAt))]),
    ...willRetryUntil(recipient, now),
  ]
}

/** `dns` wants a name that means something elsewhere; a bare computer name gets its own type (RFC 3464 §2.1.1, §2.2.2). */
function mtaName(host: string): string {
  return host.includes('.') && isIP(host) === 0 ? `dns; ${host}` : `x-local-hostname; ${printable(host)}`
}

function remoteName(host: string): string {
  if (isIP(host) === 4) return `dns; [${host}]`
  return isIP(host) === 6 ? `dns; [IPv6:${host}]` : `dns; ${asciiAddress(host)}`
}

function finalRecipient(address: string, utf8: boolean): string {
  if (isPlain(address)) return `rfc822; ${oneLine(address)}`
  return `utf-8; ${utf8 ? oneLine(address) : asciiAddress(address)}`
}

/** ORCPT for reading: type kept, xtext decoded; characters beyond ASCII in the escaped form. */
function originalRecipient(orcpt: string): string {
  const semicolon = orcpt.indexOf(';')
  if (semicolon < 0) return `unknown; ${printable(decodeXtext(orcpt))}`
  return `${printable(orcpt.slice(0, semicolon))}; ${printable(decodeXtext(orcpt.slice(semicolon + 1)))}`
}

/** The status of the reply, else the general one of its class; never invented from three digits (routing rules 7.3). */
export function statusOf({ state, action }: ReportedRecipient): string {
  const digit = action === 'failed' ? '5' : action === 'delayed' ? '4' : '2'
  const given = /^[245]\.\d{1,3}\.\d{1,3}$/.exec(state.lastStatus)?.[0]
  if (given === undefined) return `${digit}.0.0`
  // A report about success or delay with a status of failure would contradict itself (RFC 3464 §2.3.4).
  return given.startsWith(digit) || action === 'failed' ? given : `${digit}${given.slice(1)}`
}

/** True for a server's words, false for a sentence of ours. */
export function isReply(lastReply: string | null): lastReply is string {
  return lastReply !== null && /^[2-5]\d\d(?:[ -]|$)/.test(lastReply)
}

function willRetryUntil({ state, action }: ReportedRecipient, now: number): string[] {
  if (action !== 'delayed' || state.expiry.kind !== 'time' || state.expiry.at <= now) return []
  return [foldField('Will-Retry-Until', dateTime(state.expiry.at))]
}

/** Free text in ASCII. */
function printable(text: string): string {
  return asciiAddress(text)
}

/** Whether the sender can read UTF-8 in headers and fields (RFC 6533 §4). */
export function usesUtf8(head: EntryHead): boolean {
  return head.envelope.parameters.smtputf8 === true
}
