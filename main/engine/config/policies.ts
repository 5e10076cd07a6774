import ipaddr from 'ipaddr.js'
import type { ConnectionSettings, TlsPolicy, TlsSettings } from '../../contract/index.ts'
import type { Node, Table } from './node.ts'
import type { Problems } from './problems.ts'
import { field, namedTables, optional, readTable } from './reader.ts'
import { boolean, choice, duration, hostName, ipAddress, listOf, text } from './values.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

const connectionKeys = {
  description: field(text, ''),
  'ehlo-hostname': optional(hostName()),
  'source-ips': field(listOf(ipAddress), []),
  'timeout.connect': field(duration, 5 * MINUTE),
  'timeout.greeting': field(duration, 5 * MINUTE),
  'timeout.ehlo': field(duration, 5 * MINUTE),
  'timeout.mail-from': field(duration, 5 * MINUTE),
  'timeout.rcpt-to': field(duration, 5 * MINUTE),
  'timeout.data': field(duration, 10 * MINUTE),
}

/** The `default` connection strategy unless the file defines one: routing rules 5.5 shorten two waits for a computer that people sit at. */
export const SHIPPED_CONNECTION: ConnectionSettings = {
  id: 'default',
  ehloHostname: null,
  sourceIps: [],
  timeoutMs: { connect: 30 * SECOND, greeting: 60 * SECOND, ehlo: 5 * MINUTE, mailFrom: 5 * MINUTE, rcptTo: 5 * MINUTE, data: 10 * MINUTE },
}

/** `queue.connection.<id>` (1.5). `ownAddresses` are those of this computer's interfaces. */
export function readConnections(parent: Table | undefined, ownAddresses: readonly string[], problems: Problems): ConnectionSettings[] {
  return namedTables(parent, 'connection strategy', problems).map(([id, table]) => {
    const { values, node } = readTable(table, connectionKeys, problems)
    warnForeignSource(values['source-ips'], node('source-ips'), ownAddresses, problems)
    return {
      id,
      ehloHostname: values['ehlo-hostname'] ?? null,
      sourceIps: values['source-ips'],
      timeoutMs: {
        connect: values['timeout.connect'],
        greeting: values['timeout.greeting'],
        ehlo: values['timeout.ehlo'],
        mailFrom: values['timeout.mail-from'],
        rcptTo: values['timeout.rcpt-to'],
        data: values['timeout.data'],
      },
    }
  })
}

function warnForeignSource(addresses: readonly string[], node: Node | undefined, own: readonly string[], problems: Problems): void {
  for (const address of addresses) {
    if (own.some((one) => sameAddress(one, address)) || !node) continue
    problems.warning('source-ip-not-here', node, `this computer has no address ${address} at present; deliveries that need it wait`, {
      value: address,
    })
  }
}

/** Whether two spellings mean one address; a zone (`%eth0`) is left aside. */
export function sameAddress(left: string, right: string): boolean {
  const [a, b] = [left, right].map((address) => address.replace(/%.*$/, ''))
  if (a === undefined || b === undefined || !ipaddr.isValid(a) || !ipaddr.isValid(b)) return left === right
  return ipaddr.parse(a).toNormalizedString() === ipaddr.parse(b).toNormalizedString()
}

/** `queue.source-ip.<ip>`: the EHLO name for connections from an address. */
export function readSourceIps(parent: Table | undefined, problems: Problems): [string, { ehloHostname: string }][] {
  const tables = namedTables(parent, 'source address', problems, (id, table) => {
    if (ipAddress.safeParse(id).success) return true
    problems.error('address-invalid', table, `"${id.slice(0, 80)}" is no IP address; write for example [queue.source-ip."192.0.2.1"]`)
    return false
  })
  return tables.flatMap(([address, table]) => {
    const name = readTable(table, { 'ehlo-hostname': optional(hostName()) }, problems).values['ehlo-hostname']
    return name === undefined ? [] : [[address, { ehloHostname: name }] as [string, { ehloHostname: string }]]
  })
}

const policy = choice<TlsPolicy>(['optional', 'require', 'disable'], 'tls-policy-invalid', {
  required: 'require',
  disabled: 'disable',
  none: 'disable',
  false: 'disable',
})
const tlsKeys = {
  description: field(text, ''),
  dane: field(policy, 'optional'),
  'mta-sts': field(policy, 'optional'),
  starttls: field(policy, 'optional'),
  'allow-invalid-certs': field(boolean, false),
  'timeout.tls': field(duration, 3 * MINUTE),
  'timeout.mta-sts': field(duration, 5 * MINUTE),
}

/** `queue.tls.<id>` (1.7). */
export function readTlsStrategies(parent: Table | undefined, problems: Problems): TlsSettings[] {
  return namedTables(parent, 'TLS strategy', problems).map(([id, table]) => {
    const { values, node } = readTable(table, tlsKeys, problems)
    const unavailable = (key: 'dane' | 'mta-sts', why: string): TlsPolicy => {
      if (values[key] !== 'require') return values[key]
      problems.error(`${key}-not-available`, node(key) ?? table, `${key} = "require" cannot be kept: ${why}; write "optional"`, {
        value: 'require',
      })
      return 'require'
    }
    return {
      id,
      dane: unavailable('dane', 'it needs a resolver that checks DNSSEC, which Mailroom does not have yet'),
      mtaSts: unavailable('mta-sts', 'Mailroom does not read MTA-STS policies yet'),
      starttls: values.starttls,
      allowInvalidCertificates: values['allow-invalid-certs'],
      timeoutMs: { tls: values['timeout.tls'], mtaSts: values['timeout.mta-sts'] },
    }
  })
}
