import type { ClientInfo } from '../../contract/index.ts'

/** What the Received: field of one transaction says (RFC 5321 §4.4). */
export interface TraceFacts {
  readonly client: ClientInfo
  /** ESMTP, ESMTPS, ESMTPSA, … (RFC 3848). */
  readonly protocol: string
  readonly cipher: string | null
  /** Our name. */
  readonly hostname: string
  readonly entryId: string
  /** Named only when there is one: recipients must not learn of each other (RFC 5321 §7.2). */
  readonly onlyRecipient: string | null
  /** ms since 1970. */
  readonly at: number
}

/** The Received: field for the top of the message, CRLF at its end. */
export function receivedField(facts: TraceFacts): string {
  const { client } = facts
  const literal = client.address.includes(':') ? `[IPv6:${client.address}]` : `[${client.address}]`
  const tls = client.tls === null ? '' : `\r\n\t(using ${client.tls}${facts.cipher === null ? '' : ` with cipher ${safe(facts.cipher)}`})`
  const recipient = facts.onlyRecipient === null ? '' : `\r\n\tfor <${safe(facts.onlyRecipient)}>`
  return (
    `Received: from ${heloName(client.helo)} (${literal})${tls}\r\n` +
    `\tby ${facts.hostname} (Mailroom) with ${facts.protocol} id ${facts.entryId}${recipient};\r\n` +
    `\t${dateTime(facts.at)}\r\n`
  )
}

/** What a client calls itself is its own word: only characters a name may have get into the header. */
function heloName(helo: string): string {
  const clean = helo.replace(/[^A-Za-z0-9._:[\]-]/g, '?').slice(0, 255)
  return clean === '' ? 'unknown' : clean
}

function safe(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?')
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** RFC 5322 §3.3 date-time in UTC. */
export function dateTime(at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${DAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
}
