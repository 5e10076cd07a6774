import type { Account, Limits, ListenerSettings, Settings } from '../../contract/index.ts'
import type { Table } from './node.ts'
import { missingKey } from './problems.ts'
import type { Problems } from './problems.ts'
import { field, namedTables, optional, readTable, subTable } from './reader.ts'
import { bindAddress, choice, hostName, integer, listOf, network, refuse, shown, size, text, value } from './values.ts'

const MIB = 1024 * 1024

const DEFAULT_LISTENER: ListenerSettings = {
  id: 'lan',
  bind: [
    { address: '0.0.0.0', port: 2525 },
    { address: '::', port: 2525 },
  ],
  tls: 'optional',
  auth: 'optional',
}

const listenerKeys = {
  bind: optional(listOf(bindAddress)),
  tls: field(choice(['none', 'optional', 'required', 'implicit'], 'listener-tls-invalid'), 'optional'),
  auth: field(choice(['none', 'optional', 'required'], 'listener-auth-invalid'), 'optional'),
  description: field(text, ''),
}

/** `[server]`: our name and where we listen. */
export function readServer(root: Table, systemHostname: string, problems: Problems): Settings['server'] {
  const table = subTable(root, 'server', problems)
  if (!table) return { hostname: systemHostname, listeners: [DEFAULT_LISTENER] }
  const { values } = readTable(table, { hostname: optional(hostName()) }, problems, ['listener'])
  const parent = subTable(table, 'listener', problems)
  const listeners = namedTables(parent, 'listener', problems).flatMap(([id, listener]) => readListener(id, listener, problems))
  reportSharedPorts(parent, listeners, problems)
  return { hostname: values.hostname ?? systemHostname, listeners: parent ? listeners : [DEFAULT_LISTENER] }
}

function readListener(id: string, table: Table, problems: Problems): ListenerSettings[] {
  const { values, given, unusable } = readTable(table, listenerKeys, problems)
  const { bind, tls, auth } = values
  if (bind !== undefined && bind.length > 0) return [{ id, bind, tls, auth }]
  if (unusable.has('bind')) return []
  const spot = table.entries.get('bind') ?? missingKey(table, 'bind')
  problems.error(
    'bind-missing',
    spot,
    `bind is ${given.has('bind') ? 'empty' : 'missing'}: write where to listen, for example bind = ["0.0.0.0:2525"]`,
  )
  return []
}

function reportSharedPorts(parent: Table | undefined, listeners: readonly ListenerSettings[], problems: Problems): void {
  const taken = new Map<string, string>()
  for (const { id, bind } of listeners) {
    for (const { address, port } of bind) {
      const key = `${address} ${port}`
      const other = taken.get(key)
      if (port === 0 || other === undefined) taken.set(key, id)
      else
        problems.error(
          'bind-twice',
          bindSpot(parent, id),
          `${address} port ${port} is taken by listener "${other}" already; a port can be listened on once`,
        )
    }
  }
}

function bindSpot(parent: Table | undefined, id: string): { path: readonly string[]; place: { line: number; column: number } } {
  const listener = parent?.entries.get(id)
  const node = listener?.kind === 'table' ? (listener.entries.get('bind') ?? listener) : parent
  return { path: ['server', 'listener', id, 'bind'], place: node?.place ?? { line: 1, column: 1 } }
}

const senderPattern = value<string>((raw) =>
  typeof raw === 'string' && /^(\*|[^\s@]*@[^\s@]+)$/.test(raw.trim())
    ? raw.trim()
    : refuse('sender-pattern-invalid', `${shown(raw)} is no sender; write an address, "*@example.org" for a domain, or "*"`),
)
const secretText = value<string>((raw) => (typeof raw === 'string' ? raw : refuse('text-expected', 'a password is a text in quotes')))
const accountKeys = { secret: field(secretText, ''), senders: field(listOf(senderPattern), []), description: field(text, '') }
const ACCOUNT_NAME = /^[^\s\p{C}]{1,64}$/u

/** `[access]`: which networks may send, and the devices' logins. */
export function readAccess(root: Table, problems: Problems): Settings['access'] {
  const table = subTable(root, 'access', problems)
  if (!table) return { networks: ['private'], accounts: [] }
  const { values, node } = readTable(table, { networks: field(listOf(network), ['private']) }, problems, ['account'])
  if (values.networks.some((written) => written.endsWith('/0'))) {
    problems.warning(
      'network-open',
      node('networks') ?? table,
      'every computer on the internet that reaches this one may send through it; name the networks of the office instead',
    )
  }
  const accounts = namedTables(subTable(table, 'account', problems), 'account', problems, (name, account) => {
    if (ACCOUNT_NAME.test(name) && name !== '__proto__') return true
    problems.error('id-invalid', account, 'the name of an account has 1 to 64 characters without blanks')
    return false
  })
  return { networks: values.networks, accounts: accounts.flatMap(([name, account]) => readAccount(name, account, problems)) }
}

function readAccount(name: string, table: Table, problems: Problems): Account[] {
  const { values, unusable, node } = readTable(table, accountKeys, problems)
  if (values.secret !== '') return [{ name, secret: values.secret, senders: values.senders }]
  if (!unusable.has('secret')) {
    const what = node('secret') ? 'empty' : 'missing'
    problems.error(
      'account-secret-missing',
      node('secret') ?? missingKey(table, 'secret'),
      `the password is ${what}; without one the account cannot sign in`,
    )
  }
  return []
}

const limitKeys = {
  'message-size': field(size(1024), 50 * MIB),
  'recipients-per-message': field(integer(1, 100_000), 100),
  'messages-per-hour': field(integer(0, 10_000_000), 0),
  connections: field(integer(1, 10_000), 100),
  'queue-size': field(size(), 0),
  'free-disk': field(size(), 4 * MIB),
}
const sessionKeys = { 'data.limits.received-headers': field(integer(1, 1000), 50) }

/** `[limits]` and the one key of `[session]` that routing depends on. */
export function readLimits(root: Table, problems: Problems): Limits {
  const none: Table = { kind: 'table', path: [], place: root.place, keyPlace: root.place, entries: new Map() }
  const { values } = readTable(subTable(root, 'limits', problems) ?? none, limitKeys, problems)
  const session = readTable(subTable(root, 'session', problems) ?? none, sessionKeys, problems)
  return {
    maxMessageBytes: values['message-size'],
    maxRecipients: values['recipients-per-message'],
    maxMessagesPerHour: values['messages-per-hour'],
    maxConnections: values.connections,
    maxQueueBytes: values['queue-size'],
    minFreeDiskBytes: values['free-disk'],
    maxReceivedHeaders: session.values['data.limits.received-headers'],
  }
}
