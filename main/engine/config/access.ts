import ipaddr from 'ipaddr.js'
import type { Account, NamedDevice, Settings } from '../../contract/index.ts'
import { isHashed, readHash } from '../mail/index.ts'
import type { Node, Table } from './node.ts'
import { missingKey } from './problems.ts'
import type { Problems } from './problems.ts'
import { field, namedTables, optional, readTable, subTable } from './reader.ts'
import { boolean, integer, listOf, network, refuse, shown, text, value } from './values.ts'

const addressPattern = (code: string, what: string) =>
  value<string>((raw) =>
    typeof raw === 'string' && /^(\*|[^\s@]*@[^\s@]+)$/.test(raw.trim())
      ? raw.trim()
      : refuse(code, `${shown(raw)} is no ${what}; write an address, "*@example.org" for a domain, or "*"`),
  )
const senderPattern = addressPattern('sender-pattern-invalid', 'sender')
const recipientPattern = addressPattern('recipient-pattern-invalid', 'recipient')
const secretText = value<string>((raw) => (typeof raw === 'string' ? raw : refuse('text-expected', 'a password is a text in quotes')))
const messages = integer(0, 10_000_000)

const accountKeys = {
  secret: field(secretText, ''),
  senders: field(listOf(senderPattern), []),
  recipients: field(listOf(recipientPattern), []),
  networks: field(listOf(network), []),
  'messages-per-hour': field(messages, 0),
  'messages-per-day': field(messages, 0),
  description: field(text, ''),
}
const ACCOUNT_NAME = /^[^\s\p{C}]{1,64}$/u

/** `[access]`: which networks may send, the devices' logins, and devices by name. */
export function readAccess(root: Table, problems: Problems): Settings['access'] {
  const table = subTable(root, 'access', problems)
  if (!table) return { networks: ['private'], accounts: [], devices: [] }
  const { values, node } = readTable(table, { networks: field(listOf(network), ['private']) }, problems, ['account', 'device'])
  warnOpenNetwork(values.networks, node('networks') ?? table, problems)
  const accounts = namedTables(subTable(table, 'account', problems), 'account', problems, (name, account) => {
    if (ACCOUNT_NAME.test(name) && name !== '__proto__') return true
    problems.error('id-invalid', account, 'the name of an account has 1 to 64 characters without blanks')
    return false
  })
  const devices = namedTables(subTable(table, 'device', problems), 'device', problems)
  const seen = new Map<string, string>()
  return {
    networks: values.networks,
    accounts: accounts.flatMap(([name, account]) => readAccount(name, account, problems)),
    devices: devices.flatMap(([id, device]) => readDevice(id, device, seen, problems)),
  }
}

/** Widening who may send to everybody is possible, and said. */
export function warnOpenNetwork(networks: readonly string[], node: Node, problems: Problems): void {
  if (!networks.some((written) => written.endsWith('/0'))) return
  problems.warning(
    'network-open',
    node,
    'every computer on the internet that reaches this one may send through it; name the networks of the office instead',
  )
}

function readAccount(name: string, table: Table, problems: Problems): Account[] {
  const { values, unusable, node } = readTable(table, accountKeys, problems)
  const { secret, senders, recipients, networks } = values
  if (secret === '') {
    if (unusable.has('secret')) return []
    const what = node('secret') ? 'empty' : 'missing'
    const message = `the password is ${what}; without one the account cannot sign in`
    problems.error('account-secret-missing', node('secret') ?? missingKey(table, 'secret'), message)
    return []
  }
  if (isHashed(secret) && readHash(secret) === null) {
    const message = 'this hash of a password cannot be used; write $scrypt$ln=15,r=8,p=1$<salt>$<hash>, the last two in base64'
    problems.error('account-hash-invalid', node('secret') ?? table, message)
    return []
  }
  return [
    {
      name,
      secret,
      senders,
      recipients,
      networks,
      maxMessagesPerHour: values['messages-per-hour'],
      maxMessagesPerDay: values['messages-per-day'],
    },
  ]
}

/** An address or a range; the words for networks are too wide to be one device. */
const deviceAddress = value<string>((raw) => {
  const written = typeof raw === 'string' ? raw.trim().toLowerCase() : ''
  if (ipaddr.isValid(written) && !written.includes('%')) return written
  if (written.includes('/') && ipaddr.isValidCIDR(written)) return written
  return refuse('device-address-invalid', `${shown(raw)} is no address of a device; write for example "192.168.1.20" or "192.168.1.0/28"`)
})

const deviceKeys = {
  name: field(text, ''),
  address: optional(deviceAddress),
  blocked: field(boolean, false),
  recipients: field(listOf(recipientPattern), []),
  'messages-per-hour': field(messages, 0),
  'messages-per-day': field(messages, 0),
}

function readDevice(id: string, table: Table, seen: Map<string, string>, problems: Problems): NamedDevice[] {
  const { values, unusable, node } = readTable(table, deviceKeys, problems)
  const { name, address, blocked, recipients } = values
  if (address === undefined) {
    if (unusable.has('address')) return []
    const message = 'the address is missing: write which device this is, for example address = "192.168.1.20"'
    problems.error('device-address-missing', missingKey(table, 'address'), message)
    return []
  }
  const spot = node('address') ?? table
  const key = sameAddress(address)
  const other = seen.get(key)
  if (other !== undefined) {
    problems.error('device-address-twice', spot, `${address} is the device "${other}" already; an address can be one device only`)
    return []
  }
  seen.set(key, id)
  if (!blocked) warnOpenNetwork([address], spot, problems)
  return [
    {
      id,
      name: name === '' ? id : name,
      address,
      blocked,
      recipients,
      maxMessagesPerHour: values['messages-per-hour'],
      maxMessagesPerDay: values['messages-per-day'],
    },
  ]
}

/** One spelling for each address, so that the same one is found however it is written. */
function sameAddress(address: string): string {
  const [host = '', length] = address.split('/')
  const parsed = ipaddr.process(host)
  const bits = parsed.kind() === 'ipv4' ? 32 : 128
  return `${parsed.toNormalizedString()}/${length ?? bits}`
}
