import type { ActivityDraft, ActivityEvent, RecipientResult, RowFilter } from '../../main/contract/index.ts'

type Draft<T extends ActivityEvent['type']> = Extract<ActivityDraft, { type: T }>

export const ANY: RowFilter = { text: '', status: null, route: null, device: null, day: null }

export function acceptedDraft(
  entryId: string,
  recipients = ['bob@example.org'],
  subject = 'Scan 17',
  device = '192.168.1.20',
): Draft<'accepted'> {
  return {
    type: 'accepted',
    entryId,
    reversePath: 'ann@example.net',
    recipients,
    size: 4000,
    subject,
    messageId: `<${entryId}@x>`,
    source: 'unauthenticated',
    client: { address: device, port: 2525, listener: 'lan', helo: 'scanner', account: null, tls: null },
    storedInMs: 1,
  }
}

export function resultOf(
  outcome: RecipientResult['outcome'],
  address = 'bob@example.org',
  nextAttemptAt: number | null = null,
): RecipientResult {
  const texts = { completed: '250 2.0.0 Ok: queued as 4XYZ', temp_fail: '451 4.3.0 later', perm_fail: '550 5.1.1 no such user' }
  return {
    address,
    outcome,
    status: { completed: '2.0.0', temp_fail: '4.3.0', perm_fail: '5.1.1' }[outcome],
    text: texts[outcome],
    cause: 'reply',
    errorClass: outcome === 'completed' ? 'none' : 'unexpected-reply',
    nextAttemptAt,
    mayArriveTwice: false,
  }
}

export function attemptedDraft(entryId: string, results: RecipientResult[], route = 'relay'): Draft<'attempted'> {
  return {
    type: 'attempted',
    entryId,
    route,
    routeType: 'relay',
    rule: 0,
    trace: [],
    attempt: 1,
    startedAt: 0,
    durationMs: 20,
    tries: [{ host: 'mail.example.org', address: '192.0.2.1', port: 587, tls: null, problem: null }],
    results,
    transcript: [{ at: 0, by: 'us', text: 'EHLO pc' }],
  }
}

export function endedDraft(
  entryId: string,
  disposition: Draft<'ended'>['disposition'],
  recipient = 'bob@example.org',
  text = '',
): Draft<'ended'> {
  return { type: 'ended', entryId, recipient, disposition, text }
}
