import type { Entry, RecipientState } from '../../../../main/engine/spool/index.ts'
import type { ReportedRecipient, ReportRequest } from '../../../../main/engine/bounce/index.ts'
import { firstState } from '../../../../main/engine/queue/schedule.ts'
import type { HeadOptions } from '../queue/support.ts'
import { DAY, headOf, HOUR, schedule } from '../queue/support.ts'

export const CREATED = Date.UTC(2026, 10, 23, 12)
export const NOW = CREATED + HOUR

/** A recipient as it stands after something has happened to it. */
export function stateOf(address: string, change: Partial<RecipientState> = {}): RecipientState {
  return {
    ...firstState(address, schedule({ expiry: { kind: 'time', afterMs: 3 * DAY } }), { createdAt: CREATED, stoppedMs: 0 }),
    ...change,
  }
}
const tried = { route: 'mx', rule: 0, lastAttemptAt: NOW - 1000, lastEntity: 'a.d.test' } as const
export const bounced: Partial<RecipientState> = {
  ...tried,
  status: 'perm_fail',
  disposition: 'bounced',
  lastError: 'unexpected-reply',
  lastStatus: '5.1.1',
  lastReply: '550 5.1.1 No such user',
}
export const waiting: Partial<RecipientState> = {
  ...tried,
  status: 'temp_fail',
  retryNum: 3,
  lastError: 'connection',
  lastStatus: '4.4.1',
  lastReply: 'The server did not answer within 30 seconds',
  notifyDueAt: NOW,
}
export const relayed: Partial<RecipientState> = {
  ...tried,
  status: 'completed',
  disposition: 'relayed',
  lastStatus: '2.0.0',
  lastReply: '250 2.0.0 Ok: queued as 4XyZ',
}
export const delivered: Partial<RecipientState> = {
  ...relayed,
  route: 'local',
  disposition: 'delivered',
  lastEntity: 'localhost',
  lastReply: '250 2.1.5 Ok',
}

export function entryOf(recipients: readonly RecipientState[], more: Partial<HeadOptions> = {}): Entry {
  const to = recipients.map(({ address }) => address)
  return { head: headOf({ id: 'm0001', createdAt: CREATED, to, ...more }), recipients, heldAt: null }
}

export function requestOf(entry: Entry, recipients: readonly ReportedRecipient[], more: Partial<ReportRequest> = {}): ReportRequest {
  return {
    entry,
    recipients,
    original: ORIGINAL.subarray(0, ORIGINAL.indexOf('\r\n\r\n') + 4),
    full: false,
    now: NOW,
    from: { name: 'Mail Delivery Subsystem', address: 'MAILER-DAEMON@office.test' },
    reportingMta: 'mailroom.office.test',
    id: 'r0001',
    ...more,
  }
}

export const ORIGINAL = Buffer.from(
  [
    'Received: from scanner (scanner [192.168.1.23]) by mailroom.office.test with ESMTP id m0001;',
    ' Mon, 23 Nov 2026 12:00:00 +0000',
    'From: Alice <alice@example.org>',
    'To: x@d.test',
    'Subject: A scan',
    'Message-ID: <scan@example.org>',
    '',
    'Page one.',
    '.',
    'Page two.',
    '',
  ].join('\r\n'),
)
