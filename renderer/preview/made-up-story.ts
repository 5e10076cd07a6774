import type { ActivityEvent, ActivityRow, RecipientResult, TranscriptLine } from '../../main/contract/activity.ts'

type Attempt = Extract<ActivityEvent, { type: 'attempted' }>

/** Everything that happened to one made-up message, oldest first. */
export function madeUpStory(row: ActivityRow): ActivityEvent[] {
  const base = { entryId: row.entryId }
  let seq = 1
  const events: ActivityEvent[] = [
    {
      ...base,
      seq: seq++,
      at: row.acceptedAt,
      type: 'accepted',
      reversePath: row.reversePath,
      recipients: [row.recipient],
      size: row.size,
      subject: row.subject,
      messageId: `<${row.entryId}@alderfinch.example>`,
      source: 'listener',
      client: row.client,
      storedInMs: 38,
    },
  ]
  for (let attempt = 1; attempt <= row.attempts; attempt++) events.push(attempted(row, attempt, seq++))
  const last = row.acceptedAt + row.attempts * 152_000
  if (row.status === 'held') events.push({ ...base, seq: seq++, at: row.acceptedAt + 120_000, type: 'held', by: 'Tom' })
  if (row.disposition !== null) {
    events.push({
      ...base,
      seq: seq++,
      at: last,
      type: 'ended',
      recipient: row.recipient,
      disposition: row.disposition,
      text: row.lastText,
    })
  }
  if (row.disposition === 'bounced') {
    events.push({ ...base, seq, at: last + 500, type: 'report-sent', reportEntryId: 'R1', kind: 'failure', to: row.reversePath ?? '' })
  }
  return events
}

function attempted(row: ActivityRow, attempt: number, seq: number): Attempt {
  const final = attempt === row.attempts && row.status !== 'waiting' && row.status !== 'sending'
  const viaFirst = attempt < 3 && row.attempts >= 3
  const unanswered = attempt === 2
  const startedAt = row.acceptedAt + (attempt - 1) * 152_000 + 1000
  const result: RecipientResult = {
    address: row.recipient,
    outcome: final ? (row.status === 'failed' ? 'perm_fail' : 'completed') : 'temp_fail',
    status: final ? row.lastStatus : unanswered ? '4.4.1' : '4.7.500',
    text: final ? row.lastText : unanswered ? 'no answer in 30 seconds' : '451 4.7.500 Server busy. Please try again later',
    cause: unanswered && !final ? 'timeout' : 'reply',
    errorClass: unanswered && !final ? 'connection' : 'unexpected-reply',
    nextAttemptAt: final ? null : startedAt + 151_000,
    mayArriveTwice: false,
  }
  const local = row.route === 'local'
  const host = viaFirst ? 'smtp.office365.com' : row.lastHost
  return {
    entryId: row.entryId,
    seq,
    at: startedAt + 2060,
    type: 'attempted',
    route: viaFirst ? 'm365' : row.route,
    routeType: local ? 'local' : 'relay',
    rule: viaFirst ? null : attempt >= 3 ? 2 : null,
    trace: [
      { rule: 0, if: "is_local_domain('', rcpt_domain)", result: 0 },
      { rule: 1, if: "received_from_ip == '192.168.1.61'", result: 0 },
      { rule: 2, if: 'retry_num > 1', result: attempt >= 3 ? 1 : 0 },
    ],
    attempt,
    startedAt,
    durationMs: 2060,
    tries: local
      ? []
      : [
          {
            host,
            address: attempt === 3 ? '203.0.113.24' : '192.0.2.178',
            port: attempt === 3 ? 2525 : 587,
            tls: unanswered ? null : { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', authorized: true },
            problem: unanswered && !final ? 'no answer in 30 seconds' : null,
          },
        ],
    results: [result],
    transcript: local ? [] : transcript(host, row, result),
  }
}

function transcript(host: string, row: ActivityRow, result: RecipientResult): TranscriptLine[] {
  if (result.cause === 'timeout') return [{ at: 0, by: 'note', text: `Connecting to ${host}, 192.0.2.9, port 587` }]
  const lines: [number, TranscriptLine['by'], string][] = [
    [0, 'note', `Connecting to ${host}, 203.0.113.24, port 2525`],
    [40, 'them', `220 ${host} ESMTP ready`],
    [41, 'us', 'EHLO mailroom.office.lan'],
    [70, 'them', `250-${host} Hello\n250-SIZE 52428800\n250-8BITMIME\n250-STARTTLS\n250 HELP`],
    [71, 'us', 'STARTTLS'],
    [100, 'them', '220 TLS go ahead'],
    [150, 'note', 'Encrypted: TLS 1.3, AES-256-GCM, certificate checked'],
    [151, 'us', 'EHLO mailroom.office.lan'],
    [180, 'them', '250-SIZE 52428800\n250-8BITMIME\n250 AUTH PLAIN LOGIN'],
    [181, 'us', 'AUTH PLAIN hidden'],
    [240, 'them', '235 Authentication succeeded'],
    [241, 'us', `MAIL FROM:<${row.reversePath ?? ''}> SIZE=${row.size}`],
    [270, 'them', '250 OK'],
    [271, 'us', `RCPT TO:<${row.recipient}>`],
    [310, 'them', result.outcome === 'completed' ? '250 Accepted' : result.text],
  ]
  if (result.outcome === 'completed') {
    lines.push(
      [311, 'us', 'DATA'],
      [340, 'them', '354 Enter message, ending with "." on a line by itself'],
      [1920, 'note', `Message sent, ${row.size} bytes`],
    )
    lines.push([2060, 'them', result.text])
  }
  lines.push([2061, 'us', 'QUIT'], [2090, 'them', '221 Bye'])
  return lines.map(([at, by, text]) => ({ at, by, text }))
}
