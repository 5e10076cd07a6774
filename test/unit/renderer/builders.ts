import { vi } from 'vitest'
import type { ActivityEvent, ActivityRow, Alert, ClientInfo, RecipientResult } from '../../../main/contract/activity.ts'
import type { Status } from '../../../main/contract/channels.ts'
import type { QueueEntry } from '../../../main/contract/queue.ts'

// Clock times and dates are written as in Britain, wherever the tests run.
vi.stubGlobal('navigator', { languages: ['en-GB'] })

/** Things as the engine would hand them over, with only what a test cares about to be named. */
export const NOW = new Date('2026-11-23T14:42:00').getTime()
export const MINUTE = 60_000

export const client: ClientInfo = { address: '192.168.1.40', port: 2525, listener: 'lan', helo: 'scanner', account: null, tls: null }

export function row(more: Partial<ActivityRow> = {}): ActivityRow {
  const entryId = more.entryId ?? 'E1'
  const recipient = more.recipient ?? 'bob@example.org'
  return {
    key: `${entryId}/${recipient}`,
    entryId,
    acceptedAt: NOW,
    changedAt: NOW,
    seq: 1,
    reversePath: 'ann@example.net',
    recipient,
    subject: 'Hello',
    size: 1000,
    client,
    status: 'delivered',
    disposition: null,
    attempts: 1,
    route: 'm365',
    rule: null,
    nextAttemptAt: null,
    lastText: '250 OK',
    lastStatus: '2.0.0',
    lastCause: 'reply',
    lastHost: 'smtp.example.net',
    ...more,
  }
}

export function status(more: Partial<Status> = {}): Status {
  return {
    running: true,
    deliveryPaused: 'no',
    hostname: 'mailroom',
    addresses: ['192.168.1.20'],
    listeners: [{ id: 'lan', address: '0.0.0.0', port: 2525, tls: 'optional', auth: 'optional', problem: null }],
    today: { day: '2026-11-23', accepted: 0, delivered: 0, waiting: 0, held: 0, failed: 0 },
    days: [],
    rack: [],
    waiting: 0,
    held: 0,
    lastDeliveredAt: NOW - 30_000,
    alerts: [],
    stalls: [],
    secretsProtected: true,
    ...more,
  }
}

export function alert(kind: Alert['kind'], more: Partial<Alert> = {}): Alert {
  return { key: kind, kind, since: NOW - 22 * MINUTE, subject: 'm365', detail: '', entryId: null, count: 1, ...more }
}

type Waiting = QueueEntry['recipients'][number]
export function waiting(more: Partial<Waiting> = {}): Waiting {
  return {
    address: 'bob@example.org',
    status: 'temp_fail',
    route: 'm365',
    retryNum: 1,
    nextAttemptAt: NOW + 6 * MINUTE,
    expiresAt: NOW + 3 * 24 * 60 * MINUTE,
    lastReply: '451 4.7.500 Server busy',
    lastError: 'unexpected-reply',
    lastCause: '',
    attemptedAt: [],
    disposition: null,
    ...more,
  }
}
export function entry(more: Partial<QueueEntry> = {}): QueueEntry {
  return {
    id: 'E1',
    createdAt: NOW - 4 * MINUTE,
    sender: 'ann@example.net',
    size: 1000,
    held: false,
    subject: 'Hello',
    recipients: [waiting()],
    ...more,
  }
}

export function accepted(recipients: string[], at = NOW): ActivityEvent {
  return {
    seq: 1,
    at,
    entryId: 'E1',
    type: 'accepted',
    reversePath: 'ann@example.net',
    recipients,
    size: 1000,
    subject: 'Hello',
    messageId: '<1@x>',
    source: 'listener',
    client,
    storedInMs: 38,
  }
}
export function result(outcome: RecipientResult['outcome'], more: Partial<RecipientResult> = {}): RecipientResult {
  return {
    address: 'bob@example.org',
    outcome,
    status: '',
    text: outcome === 'completed' ? '250 OK' : '451 busy',
    cause: 'reply',
    errorClass: '',
    nextAttemptAt: null,
    mayArriveTwice: false,
    ...more,
  }
}
export function attempted(
  results: RecipientResult[],
  more: Partial<Extract<ActivityEvent, { type: 'attempted' }>> = {},
): Extract<ActivityEvent, { type: 'attempted' }> {
  return {
    seq: 2,
    at: NOW + 2000,
    entryId: 'E1',
    type: 'attempted',
    route: 'm365',
    routeType: 'relay',
    rule: null,
    trace: [],
    attempt: 1,
    startedAt: NOW + 1000,
    durationMs: 1000,
    tries: [],
    transcript: [],
    results,
    ...more,
  }
}
