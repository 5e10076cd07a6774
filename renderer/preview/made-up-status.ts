import type { ActivityRow, Alert } from '../../main/contract/activity.ts'
import type { DayCounts, Status } from '../../main/contract/channels.ts'
import type { QueueEntry } from '../../main/contract/queue.ts'
import { dayKey } from '../lib/format/time.ts'
import type { FakeOptions } from './options.ts'

const day = 86_400_000
const perDay = [171, 184, 166, 149, 31, 28, 178, 190, 169, 175, 158, 30, 27]

/** The status that goes with the made-up mail. */
export function madeUpStatus({ mail, now }: FakeOptions, rows: readonly ActivityRow[]): Status {
  const none = mail === 'none' || mail === 'first'
  const today: DayCounts = { day: dayKey(now), accepted: 163, delivered: 157, waiting: 4, held: 1, failed: 1 }
  const empty = (at: number): DayCounts => ({ day: dayKey(at), accepted: 0, delivered: 0, waiting: 0, held: 0, failed: 0 })
  const past = perDay.map((count, index): DayCounts => {
    const failed = index === 7 ? 3 : index === 9 ? 1 : 0
    return { ...empty(now - (perDay.length - index) * day), accepted: count + failed, delivered: count, failed }
  })
  const waiting = rows.filter((row) => row.status === 'waiting').length
  const held = rows.filter((row) => row.status === 'held').length
  return {
    running: true,
    deliveryPaused: 'no',
    hostname: 'mailroom.office.lan',
    addresses: ['192.168.1.20'],
    listeners: [{ id: 'lan', address: '0.0.0.0', port: 2525, tls: 'optional', auth: 'optional', problem: null }],
    today: none ? empty(now) : today,
    days: none ? [...past.map((one) => empty(now - (past.length - past.indexOf(one)) * day)), empty(now)] : [...past, today],
    rack: none ? [] : rack(now),
    waiting,
    held,
    lastDeliveredAt: none ? null : now - 30_000,
    stalls: [],
    alerts: none ? [] : alerts(mail === 'trouble', now, rows),
    secretsProtected: true,
  }
}

function rack(now: number): Status['rack'] {
  const cell = (
    device: string,
    route: string,
    delivered: number,
    [waiting, held, failed]: [number, number, number],
    minutes: number,
  ): Status['rack'][number] => ({
    device,
    route,
    delivered,
    waiting,
    held,
    failed,
    lastAt: now - minutes * 60_000,
  })
  return [
    cell('192.168.1.40', 'local', 4, [0, 0, 0], 1),
    cell('192.168.1.40', 'm365', 56, [2, 0, 0], 1),
    cell('192.168.1.40', 'smtp2go', 3, [0, 0, 0], 70),
    cell('192.168.1.41', 'local', 2, [0, 0, 0], 6),
    cell('192.168.1.41', 'm365', 39, [1, 1, 0], 6),
    cell('192.168.1.41', 'smtp2go', 2, [0, 0, 0], 10),
    cell('127.0.0.1', 'm365', 26, [1, 0, 1], 1),
    cell('192.168.1.10', 'local', 11, [0, 0, 0], 6),
    cell('192.168.1.10', 'm365', 3, [0, 0, 0], 6),
    cell('192.168.1.61', 'smtp2go', 9, [0, 0, 0], 160),
    cell('192.168.1.62', 'local', 2, [0, 0, 0], 520),
  ]
}

function alerts(trouble: boolean, now: number, rows: readonly ActivityRow[]): Alert[] {
  const failed = rows.find((row) => row.status === 'failed')
  const list: Alert[] = [
    {
      key: 'delivery-failed/1',
      kind: 'delivery-failed',
      since: now - 2_640_000,
      subject: failed?.recipient ?? 'r.lindqvist@brandt-tax.example',
      detail: '550 5.1.1 <r.lindqvist@brandt-tax.example>: Recipient address rejected: no such user',
      entryId: failed?.entryId ?? null,
      count: 1,
    },
  ]
  const more = (kind: Alert['kind'], subject: string, detail: string, count = 1): void => {
    list.push({ key: `${kind}/${subject}`, kind, since: now - 1_320_000, subject, detail, entryId: null, count })
  }
  if (!trouble) return list
  more('auth-rejected', 'm365', '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.', 12)
  more('relay-unreachable', 'smtp2go', 'connect ETIMEDOUT 203.0.113.24:2525', 3)
  more('config-refused', 'config.toml', 'line 41, column 10: “10” has no unit. Write "10m" for ten minutes.')
  more('disk-low', '/home', '212 MB free')
  return list
}

/** The queue that goes with the rows. */
export function madeUpQueue(rows: readonly ActivityRow[]): QueueEntry[] {
  return rows
    .filter((row) => row.status === 'waiting' || row.status === 'held' || row.status === 'sending')
    .map((row) => ({
      id: row.entryId,
      createdAt: row.acceptedAt,
      sender: row.reversePath ?? '',
      size: row.size,
      held: row.status === 'held',
      subject: row.subject,
      recipients: [
        {
          address: row.recipient,
          status: row.attempts === 0 || row.status !== 'waiting' ? 'scheduled' : 'temp_fail',
          route: row.attempts === 0 ? null : row.route,
          retryNum: row.attempts,
          nextAttemptAt: row.status === 'held' ? null : (row.nextAttemptAt ?? row.acceptedAt),
          expiresAt: row.acceptedAt + 3 * day,
          lastReply: row.lastText === '' ? null : row.lastText,
          lastError: row.lastText === '' ? 'none' : 'unexpected-reply',
          lastCause: row.lastText === '' ? '' : row.lastCause,
          attemptedAt: Array.from({ length: row.attempts }, (_, at) => row.acceptedAt + 2000 + at * 180_000),
          disposition: null,
        },
      ],
    }))
}
