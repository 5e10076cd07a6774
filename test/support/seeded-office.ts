import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dayOf } from '../../main/contract/index.ts'
import type { ActivityDraft, ActivityEvent, Alert, ClientInfo, RecipientResult } from '../../main/contract/index.ts'
import { createFileCipher, createSecretStore } from '../../main/engine/secrets/index.ts'
import { createSpool } from '../../main/engine/spool/index.ts'
import type { Spool } from '../../main/engine/spool/index.ts'
import { createNodeSystem } from '../../main/engine/system/node/index.ts'
import { newRecipient } from './spool-entries.ts'

/** The settings of an office that has been at work for a while: two relays, one of them for the third try and for the alarm panel. */
export const OFFICE_CONFIG = `# Alder & Finch, set up in May. Questions: Anna.
[server]
hostname = "mailroom.office.lan"

[server.listener.lan]
bind = ["127.0.0.1:0"]
tls = "optional"
auth = "optional"

[access]
networks = ["private"]

[access.account.invoices]
secret = "%{secret:account-invoices}%"

[directory.default]
domains = ["office.lan"]

[directory.default.mailbox.inbox]
addresses = ["@office.lan"]

# Microsoft has the sign-in of the mailbox "scans".
[queue.route.m365]
type = "relay"
description = "Microsoft 365"
address = "smtp.office365.com"
port = 587
tls.implicit = false
auth.username = "scans@alderfinch.example"
auth.secret = "%{secret:route-m365}%"

[queue.route.smtp2go]
type = "relay"
description = "SMTP2GO"
address = "mail-eu.smtp2go.com"
port = 2525
tls.implicit = false
auth.username = "alderfinch"
auth.secret = "%{secret:route-smtp2go}%"

[queue.schedule.remote]
retry = ["2m", "5m", "10m", "30m", "1h", "2h"]
expire = "3d"

[queue.tls.required]
starttls = "require"

[queue.strategy]
tls = [
  { if = "mx == 'smtp.office365.com'", then = "'required'" },
  { if = "mx == 'mail-eu.smtp2go.com'", then = "'required'" },
  { else = "'default'" },
]
schedule = "'remote'"
route = [
  { if = "is_local_domain('', rcpt_domain)", then = "'local'" },
  { if = "received_from_ip == '192.168.1.61'", then = "'smtp2go'" },
  { if = "retry_num > 1", then = "'smtp2go'" },
  { else = "'m365'" },
]
`

const MINUTE = 60_000
const DAY = 86_400_000

const DEVICES: readonly ClientInfo[] = [
  client('192.168.1.40', 'scanner-reception', null),
  client('192.168.1.41', 'KMBT8A31C0', null, 'TLSv1.2'),
  client('127.0.0.1', 'invoices', 'invoices'),
  client('192.168.1.10', 'nas', null, 'TLSv1.3'),
  client('192.168.1.61', 'alarm-panel', null),
  client('192.168.1.62', 'ups', null),
]

function client(address: string, helo: string, account: string | null, tls: string | null = null): ClientInfo {
  return { address, port: 2525, listener: 'lan', helo, account, tls }
}

type End = 'delivered' | 'failed' | 'waiting' | 'held'
interface Letter {
  readonly device: number
  readonly to: string
  readonly subject: string
  readonly route: 'm365' | 'smtp2go' | 'local'
  readonly size: number
  readonly end?: End
  /** Tries, the last of them included. */
  readonly tries?: number
}

const LETTERS: readonly Letter[] = [
  { device: 0, to: 'anna.finch@alderfinch.example', subject: 'Scan from reception, 3 pages', route: 'm365', size: 1_100_000 },
  { device: 2, to: 'office@kestrel-joinery.example', subject: 'Invoice 2026-1184', route: 'm365', size: 214_000 },
  {
    device: 0,
    to: 'claims@northgate-insurance.example',
    subject: 'Scan from reception, 2 pages',
    route: 'm365',
    size: 820_000,
    end: 'waiting',
    tries: 2,
  },
  { device: 0, to: 'tom.alder@alderfinch.example', subject: 'Scan from reception, 12 pages', route: 'm365', size: 6_300_000 },
  {
    device: 1,
    to: 'planning@stadt-musterhausen.example',
    subject: 'Plan 14-B, cover letter',
    route: 'm365',
    size: 5_100_000,
    end: 'waiting',
    tries: 1,
  },
  { device: 3, to: 'archive@office.lan', subject: 'Hyper Backup: task finished', route: 'local', size: 9_000 },
  { device: 1, to: 'bauamt@stadt-musterhausen.example', subject: 'Plan 14-B, revision 3', route: 'smtp2go', size: 8_812_004, tries: 3 },
  { device: 1, to: 'anna.finch@alderfinch.example', subject: 'Scan A2, 1 page', route: 'm365', size: 2_200_000 },
  { device: 2, to: 'm.oduya@oduya-roofing.example', subject: 'Invoice 2026-1182', route: 'm365', size: 201_000 },
  { device: 2, to: 'r.lindqvist@brandt-tax.example', subject: 'Statement October 2026', route: 'm365', size: 167_000, end: 'failed' },
  {
    device: 1,
    to: 'tenders@port-authority.example',
    subject: 'Tender 0926, drawings',
    route: 'm365',
    size: 22_700_000,
    end: 'held',
    tries: 0,
  },
  { device: 4, to: 'duty@guardline.example', subject: 'Zone 4 restored', route: 'smtp2go', size: 2_000 },
  { device: 0, to: 'reception@alderfinch.example', subject: 'Scan from reception, 1 page', route: 'm365', size: 410_000 },
  { device: 4, to: 'duty@guardline.example', subject: 'Zone 4 opened', route: 'smtp2go', size: 2_000 },
  { device: 5, to: 'inbox@office.lan', subject: 'Weekly self-test passed', route: 'local', size: 3_000 },
]

const HOSTS = { m365: ['smtp.office365.com', '52.98.243.2', 587], smtp2go: ['mail-eu.smtp2go.com', '176.58.103.10', 2525] } as const
const RULES = { local: 0, smtp2go: 2, m365: null } as const
const REPLIES = {
  delivered: '250 2.0.0 OK <scan@scanner> [Hostname=DB9PR04MB8123.eurprd04.prod.outlook.com]',
  waiting: '451 4.7.500 Server busy. Please try again later',
  failed: '550 5.1.1 <r.lindqvist@brandt-tax.example>: Recipient address rejected: no such user',
} as const

/** Fills a data folder as if the office had been at work for two weeks: the log, what waits now, and one thing that needs a person. */
export async function seedOffice(data: string): Promise<void> {
  const log = new SeededLog()
  const now = Date.now()
  for (let day = 13; day >= 1; day--) quietDay(log, now - day * DAY)
  const system = createNodeSystem()
  const cipher = createFileCipher(system.disk, system.random, join(data, 'secrets.key'))
  const secrets = createSecretStore(system.disk, join(data, 'secrets.json'), [cipher])
  await secrets.open()
  for (const name of ['account-invoices', 'route-m365', 'route-smtp2go']) await secrets.set(name, 'not a real one')
  const spool = createSpool({ ...system, folder: join(data, 'spool') })
  await spool.open()
  for (let index = 100; index >= 0; index--) {
    const letter = LETTERS[index % LETTERS.length]
    if (letter === undefined) continue
    const at = now - (2 + index * 4) * MINUTE
    const end = index < LETTERS.length ? (letter.end ?? 'delivered') : 'delivered'
    if (end === 'waiting' || end === 'held') await waitingLetter(log, spool, letter, end, at)
    else log.letter(log.newId(), letter, end, at)
  }
  await spool.close()
  await log.write(join(data, 'activity'))
}

/** Fewer at the weekend; now and then one that failed. */
function quietDay(log: SeededLog, noon: number): void {
  const weekend = [0, 6].includes(new Date(noon).getDay())
  const count = weekend ? 14 : 90 + ((Math.floor(noon / DAY) * 37) % 60)
  for (let index = 0; index < count; index++) {
    const letter = LETTERS[(index * 7) % LETTERS.length]
    if (letter !== undefined)
      log.letter(log.newId(), letter, letter.end === 'failed' && index % 4 === 0 ? 'failed' : 'delivered', noon + index * 1_000)
  }
}

async function waitingLetter(log: SeededLog, spool: Spool, letter: Letter, end: 'waiting' | 'held', at: number): Promise<void> {
  const id = spool.newId()
  const device = DEVICES[letter.device] ?? client('192.168.1.99', '', null)
  const message = `Subject: ${letter.subject}\r\nFrom: Scans <scans@alderfinch.example>\r\nTo: ${letter.to}\r\nMessage-ID: <${id}@${device.helo}>\r\n\r\nA scan.\r\n`
  const incoming = await spool.receive(id)
  await incoming.write(Buffer.from(message))
  const tries = letter.tries ?? 1
  await incoming.commit({
    head: {
      id,
      createdAt: at,
      size: message.length,
      envelope: { reversePath: 'scans@alderfinch.example', parameters: {}, recipients: [{ address: letter.to }] },
      source: 'unauthenticated',
      client: device,
      subject: letter.subject,
      messageId: `<${id}@${device.helo}>`,
      has8Bit: false,
    },
    recipients: [
      {
        ...newRecipient(letter.to),
        status: tries > 0 ? 'temp_fail' : 'scheduled',
        retryNum: tries,
        dueAt: Date.now() + 25 * MINUTE,
        expiry: { kind: 'time', at: at + 3 * DAY },
        queueName: 'remote',
        route: 'm365',
        lastError: tries > 0 ? 'unexpected-reply' : 'none',
        lastEntity: tries > 0 ? HOSTS.m365[0] : '',
        lastStatus: tries > 0 ? '4.7.500' : '',
        lastReply: tries > 0 ? REPLIES.waiting : null,
        lastAttemptAt: tries > 0 ? at + MINUTE : null,
      },
    ],
    heldAt: end === 'held' ? at + MINUTE : null,
  })
  log.letter(id, letter, end, at)
}

/** Events as the engine would have written them. */
class SeededLog {
  readonly #events: ActivityEvent[] = []
  readonly #alerts: Alert[] = []
  #ids = 0

  newId(): string {
    this.#ids += 1
    return `0seed${this.#ids.toString(36).padStart(8, '0')}`
  }

  letter(entryId: string, letter: Letter, end: End, at: number): void {
    const { to, subject, size, route } = letter
    const device = DEVICES[letter.device] ?? client('192.168.1.99', '', null)
    const messageId = `<${entryId}@${device.helo}>`
    const common = { entryId, reversePath: 'scans@alderfinch.example', recipients: [to], size, subject, messageId, client: device }
    this.#add(at, { type: 'accepted', ...common, source: device.account === null ? 'unauthenticated' : 'authenticated', storedInMs: 9 })
    const tries = end === 'delivered' ? Math.max(1, letter.tries ?? 1) : (letter.tries ?? 1)
    for (let attempt = 1; attempt <= tries; attempt++) {
      const last = attempt === tries && end !== 'waiting'
      const through = route === 'smtp2go' && letter.device !== 4 && !last ? 'm365' : route
      this.#attempt(
        entryId,
        letter,
        through,
        attempt,
        last ? (end === 'failed' ? 'failed' : 'delivered') : 'waiting',
        at + 800 + (attempt - 1) * 2 * MINUTE,
      )
    }
    if (end === 'held') this.#add(at + MINUTE, { type: 'held', entryId, by: 'person' })
    if (end === 'delivered') {
      this.#add(at + 1_900 + (tries - 1) * 2 * MINUTE, {
        type: 'ended',
        entryId,
        recipient: to,
        disposition: route === 'local' ? 'delivered' : 'relayed',
        text: '',
      })
    }
    if (end !== 'failed') return
    this.#add(at + 2_000, { type: 'ended', entryId, recipient: to, disposition: 'bounced', text: '' })
    if (Date.now() - at < 3 * 60 * MINUTE)
      this.#alerts.push({
        key: `delivery-failed:${entryId}`,
        kind: 'delivery-failed',
        since: at,
        subject: to,
        detail: REPLIES.failed,
        entryId,
        count: 1,
      })
  }

  #attempt(
    entryId: string,
    { to, tries = 1 }: Letter,
    route: Letter['route'],
    attempt: number,
    how: keyof typeof REPLIES,
    at: number,
  ): void {
    const result: RecipientResult = {
      address: to,
      outcome: how === 'delivered' ? 'completed' : how === 'failed' ? 'perm_fail' : 'temp_fail',
      status: how === 'delivered' ? '2.0.0' : how === 'failed' ? '5.1.1' : '4.7.500',
      text: route === 'local' ? '' : REPLIES[how],
      cause: 'reply',
      errorClass: how === 'delivered' ? 'none' : 'unexpected-reply',
      nextAttemptAt: how !== 'waiting' ? null : attempt === tries ? Date.now() + 25 * MINUTE : at + 2 * MINUTE,
      mayArriveTwice: false,
    }
    const host = route === 'local' ? null : HOSTS[route]
    this.#add(at, {
      type: 'attempted',
      entryId,
      route,
      routeType: route === 'local' ? 'local' : 'relay',
      rule: RULES[route],
      trace: route === 'local' ? [] : [{ rule: 2, if: 'retry_num > 1', result: attempt > 2 ? 1 : 0 }],
      attempt,
      startedAt: at - 640,
      durationMs: 640,
      tries:
        host === null
          ? []
          : [
              {
                host: host[0],
                address: host[1],
                port: host[2],
                tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', authorized: true },
                problem: null,
              },
            ],
      results: [result],
      transcript: host === null ? [] : transcript(to, REPLIES[how]),
    })
  }

  #add(at: number, draft: ActivityDraft): void {
    this.#events.push({ ...draft, at, seq: 0 })
  }

  async write(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true })
    const days = new Map<string, string[]>()
    this.#events
      .sort((a, b) => a.at - b.at)
      .forEach((event, index) => {
        const day = dayOf(event.at)
        days.set(day, [...(days.get(day) ?? []), JSON.stringify({ ...event, seq: index + 1 })])
      })
    for (const [day, lines] of days) await writeFile(join(folder, `${day}.jsonl`), `${lines.join('\n')}\n`)
    await writeFile(join(folder, 'alerts.json'), JSON.stringify(this.#alerts))
  }
}

function transcript(to: string, reply: string): Extract<ActivityDraft, { type: 'attempted' }>['transcript'] {
  const us = (at: number, text: string) => ({ at, by: 'us' as const, text })
  const them = (at: number, text: string) => ({ at, by: 'them' as const, text })
  return [
    { at: 0, by: 'note', text: 'Connecting to smtp.office365.com [52.98.243.2]:587' },
    them(48, '220 DU2PR04CA0123.outlook.office365.com Microsoft ESMTP MAIL Service ready'),
    us(49, 'EHLO mailroom.office.lan'),
    them(81, '250-STARTTLS'),
    us(82, 'STARTTLS'),
    them(112, '220 2.0.0 SMTP server ready'),
    { at: 164, by: 'note', text: 'Encrypted with TLSv1.3' },
    us(198, 'AUTH LOGIN hidden'),
    them(331, '235 2.7.0 Authentication successful'),
    us(332, 'MAIL FROM:<scans@alderfinch.example>'),
    them(402, '250 2.1.0 Sender OK'),
    us(403, `RCPT TO:<${to}>`),
    them(610, reply),
  ]
}
