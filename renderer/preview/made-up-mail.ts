import type { ActivityRow, ClientInfo, RowStatus } from '../../main/contract/activity.ts'
import type { FakeMail } from './options.ts'

/** Devices, people and messages of an office that does not exist. Addresses are from the ranges kept for examples. */
export const devices: readonly ClientInfo[] = [
  client('192.168.1.40', 'scanner-reception', null),
  client('192.168.1.41', 'KMBT8A31C0', null, 'TLSv1.2'),
  client('127.0.0.1', 'invoices', 'invoices'),
  client('192.168.1.10', 'nas', 'nas', 'TLSv1.3'),
  client('192.168.1.61', 'alarm-panel', null),
  client('192.168.1.62', 'ups', null),
]
function client(address: string, helo: string, account: string | null, tls: string | null = null): ClientInfo {
  return { address, port: 2525, listener: 'lan', helo, account, tls }
}

interface Letter {
  readonly device: number
  readonly to: string
  readonly subject: string
  readonly route: string
  readonly size: number
  readonly status?: RowStatus
  readonly attempts?: number
}
const letters: readonly Letter[] = [
  {
    device: 0,
    to: 'anna.finch@alderfinch.example',
    subject: 'Scan from reception, 3 pages',
    route: 'm365',
    size: 1_100_000,
    status: 'sending',
    attempts: 0,
  },
  { device: 2, to: 'office@kestrel-joinery.example', subject: 'Invoice 2026-1184', route: 'm365', size: 214_000 },
  { device: 0, to: 'tom.alder@alderfinch.example', subject: 'Scan from reception, 12 pages', route: 'm365', size: 6_300_000 },
  {
    device: 0,
    to: 'claims@northgate-insurance.example',
    subject: 'Scan from reception, 2 pages',
    route: 'm365',
    size: 820_000,
    status: 'waiting',
  },
  {
    device: 2,
    to: 'accounts-receivable.north-and-baltic@nordlicht-immobilienverwaltung.example',
    subject: 'Invoice 2026-1183',
    route: 'm365',
    size: 198_000,
    status: 'waiting',
  },
  {
    device: 1,
    to: 'planning@stadt-musterhausen.example',
    subject: 'Plan 14-B, cover letter',
    route: 'm365',
    size: 5_100_000,
    status: 'waiting',
    attempts: 2,
  },
  { device: 3, to: 'archive@office.lan', subject: 'Hyper Backup: task finished', route: 'local', size: 9000 },
  { device: 1, to: 'bauamt@stadt-musterhausen.example', subject: 'Plan 14-B, revision 3', route: 'smtp2go', size: 8_812_004, attempts: 3 },
  { device: 1, to: 'anna.finch@alderfinch.example', subject: 'Scan A2, 1 page', route: 'm365', size: 2_200_000 },
  { device: 1, to: 'archive@office.lan', subject: 'Scan A2, 1 page', route: 'local', size: 2_200_000 },
  { device: 2, to: 'm.oduya@oduya-roofing.example', subject: 'Invoice 2026-1182', route: 'm365', size: 201_000 },
  { device: 0, to: 'reception@alderfinch.example', subject: 'Scan from reception, 1 page', route: 'm365', size: 410_000 },
  { device: 2, to: 'r.lindqvist@brandt-tax.example', subject: 'Statement October 2026', route: 'm365', size: 167_000, status: 'failed' },
  { device: 0, to: 'tom.alder@alderfinch.example', subject: 'Scan from reception, 4 pages', route: 'm365', size: 1_800_000 },
  {
    device: 1,
    to: 'tenders@port-authority.example',
    subject: 'Tender 0926, drawings',
    route: 'm365',
    size: 22_700_000,
    status: 'held',
    attempts: 0,
  },
  { device: 4, to: 'duty@guardline.example', subject: 'Zone 4 restored', route: 'smtp2go', size: 2000 },
  { device: 4, to: 'duty@guardline.example', subject: 'Zone 4 opened', route: 'smtp2go', size: 2000 },
  { device: 5, to: 'inbox@office.lan', subject: 'Weekly self-test passed', route: 'local', size: 3000 },
]
const hostileLetters: readonly Letter[] = [
  {
    device: 0,
    to: '"<img src=x onerror=alert(1)>"@evil.example',
    subject: '<script>alert(1)</script><b>bold?</b>',
    route: 'm365',
    size: 1000,
    status: 'failed',
  },
  { device: 1, to: '\u202Egnp.exe@evil.example', subject: '\u202Etxet desrever\u202C and on \u2067שלום', route: 'm365', size: 1000 },
  {
    device: 2,
    to: `${'long'.repeat(60)}@${'domain-'.repeat(20)}.example`,
    subject: 'W'.repeat(3000),
    route: 'smtp2go',
    size: 999_999_999_999,
  },
  { device: 3, to: 'zalgo@example.org', subject: 'Z̸̡̛͚a̶l̵g̴o̷ \u0000\u0007 \ufffd\ufffd 😀', route: '<i>route</i>', size: 0, status: 'waiting' },
]

/** Rows of the live log, newest first; for `many` a hundred thousand of them. */
export function madeUpRows(mail: FakeMail, now: number): ActivityRow[] {
  if (mail === 'none' || mail === 'first') return []
  const source = mail === 'hostile' ? [...hostileLetters, ...letters] : letters
  const total = mail === 'many' ? 100_000 : 260
  return Array.from({ length: total }, (_, index) => madeUpRow(source, index, now - 23_000 - index * 137_000 - (index % 7) * 11_000))
}

export function madeUpRow(source: readonly Letter[], index: number, acceptedAt: number, first = source.length): ActivityRow {
  const letter = source[index % source.length] ?? letters[0]
  if (letter === undefined) throw new Error('no letters')
  // Only the newest round holds what is unfinished; the past is delivered.
  const status = (index < first ? letter.status : undefined) ?? 'delivered'
  const attempts = letter.attempts ?? 1
  const entryId = (0x9a000000 - index).toString(36).toUpperCase()
  const waiting = status === 'waiting'
  const lastText = waiting
    ? '451 4.7.500 Server busy. Please try again later'
    : status === 'failed'
      ? '550 5.1.1 <r.lindqvist@brandt-tax.example>: Recipient address rejected: no such user'
      : '250 2.0.0 OK queued as 4F2A81C0'
  return {
    key: `${entryId}/${letter.to}`,
    entryId,
    acceptedAt,
    changedAt: acceptedAt + 2000,
    seq: 1_000_000 - index,
    reversePath: 'scans@alderfinch.example',
    recipient: letter.to,
    subject: letter.subject,
    size: letter.size,
    client: devices[letter.device] ?? client('192.168.1.99', '', null),
    status,
    disposition: status === 'delivered' ? (letter.route === 'local' ? 'delivered' : 'relayed') : status === 'failed' ? 'bounced' : null,
    attempts,
    route: letter.route,
    rule: 3,
    nextAttemptAt: waiting ? acceptedAt + 600_000 : null,
    lastText: status === 'sending' || status === 'held' ? '' : lastText,
    lastStatus: waiting ? '4.7.500' : status === 'failed' ? '5.1.1' : '2.0.0',
    lastCause: 'reply',
    lastHost: letter.route === 'smtp2go' ? 'mail-eu.smtp2go.com' : 'smtp.office365.com',
  }
}
export const freshRow = (number: number, at: number): ActivityRow => ({
  ...madeUpRow(letters, number % letters.length, at, 0),
  key: `N${number}/x`,
  entryId: `N${number}`,
  acceptedAt: at,
})
