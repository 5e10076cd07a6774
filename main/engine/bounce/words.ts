import { isReply, statusOf } from './delivery-status.ts'
import { dateTime, oneLine, wrap } from './text.ts'
import type { BuiltReport, ReportedRecipient, ReportRequest } from './types.ts'

type Block = 'success' | 'delay' | 'failure'
const blockOf = ({ action }: ReportedRecipient): Block => (action === 'failed' ? 'failure' : action === 'delayed' ? 'delay' : 'success')

/** What a report is about: one kind, or several at once. */
export function kindOf(recipients: readonly ReportedRecipient[]): BuiltReport['kind'] {
  const kinds = new Set(recipients.map(blockOf))
  const [only] = kinds
  return kinds.size === 1 && only !== undefined ? only : 'mixed'
}

/** The five subjects of routing rules 7.3. */
export function subjectOf(recipients: readonly ReportedRecipient[]): string {
  const kinds = new Set(recipients.map(blockOf))
  if (kinds.size > 1) {
    return kinds.has('success')
      ? 'Partially delivered: some recipients were not reached'
      : 'Delivery trouble: temporary and permanent problems'
  }
  if (kinds.has('success')) return 'Delivery success: your message was delivered'
  return kinds.has('delay') ? 'Delay warning: your message has not been delivered yet' : 'Delivery failure: your message was not delivered'
}

const TITLES: Readonly<Record<Block, string>> = {
  failure: 'Not delivered, and given up',
  delay: 'Not delivered yet',
  success: 'Delivered',
}
const SENTENCES: Readonly<Record<Block, string>> = {
  failure: 'Your message could not be delivered to these recipients. It is not tried again.',
  delay: 'Your message has not been delivered to these recipients yet. You need not send it again: delivery is still being tried.',
  success: 'Your message was delivered to these recipients.',
}

/** The part for people: a sentence and one entry for each recipient; several kinds get a title each, the bad news first. */
export function wordsFor(request: ReportRequest): string {
  const { head } = request.entry
  const subject = oneLine(head.subject)
  const blocks = (['failure', 'delay', 'success'] as const).filter((kind) => request.recipients.some((one) => blockOf(one) === kind))
  const lines = [
    `This is the mail relay ${oneLine(request.reportingMta)}.`,
    '',
    wrap(`It is about the message ${subject === '' ? 'without a subject' : `"${subject}"`} of ${dateTime(head.createdAt)}.`, ''),
  ]
  for (const kind of blocks) {
    if (blocks.length > 1) lines.push('', `--- ${TITLES[kind]} ---`)
    lines.push('', wrap(SENTENCES[kind], ''), '')
    for (const recipient of request.recipients) if (blockOf(recipient) === kind) lines.push(...linesFor(recipient, request.now))
  }
  return `${lines.join('\r\n')}\r\n`
}

function linesFor(recipient: ReportedRecipient, now: number): string[] {
  const { state, action } = recipient
  const lines = [`  <${oneLine(state.address)}>`, wrap(reasonFor(recipient), '    ')]
  if (action === 'delayed' && state.expiry.kind === 'time' && state.expiry.at > now) {
    lines.push(wrap(`It is tried until ${dateTime(state.expiry.at)}.`, '    '))
  }
  if (action === 'failed' && state.mayArriveTwice) {
    lines.push(wrap('An earlier attempt was cut off at its very end: the message may have arrived all the same.', '    '))
  }
  return lines
}

function reasonFor(recipient: ReportedRecipient): string {
  const { state, action, remoteMta } = recipient
  const words = state.lastReply === null ? '' : oneLine(state.lastReply)
  if (action === 'relayed') {
    return `Handed on to ${remoteMta ?? state.lastEntity}, which sends no such reports: whether it arrives in the end is not known here.`
  }
  if (action === 'delivered') return remoteMta === null ? 'Put into the mailbox here.' : `Accepted by ${remoteMta}: ${words}`
  const said = isReply(words)
    ? `${remoteMta ?? 'The mail server'} said: ${words}`
    : words === ''
      ? 'It has not been tried yet.'
      : atHost(words, remoteMta)
  const given = state.disposition === 'expired' ? 'The time for delivery is over. Last time: ' : ''
  return isReply(words) || words === '' ? `${given}${said}` : `${given}${said} (${statusOf(recipient)})`
}

function atHost(words: string, host: string | null): string {
  return host === null || words.includes(host) ? words : `${host}: ${words}`
}
