import type { ListenerSettings, OwnCertificate, Settings } from '../../contract/index.ts'
import { warnOpenNetwork } from './access.ts'
import { emptyTable } from './node.ts'
import type { Node, Table } from './node.ts'
import { missingKey } from './problems.ts'
import type { Problems } from './problems.ts'
import { field, namedTables, optional, readTable, subTable } from './reader.ts'
import { bindAddress, choice, hostName, listOf, network, text } from './values.ts'

const DEFAULT_LISTENER: ListenerSettings = {
  id: 'lan',
  bind: [
    { address: '0.0.0.0', port: 2525 },
    { address: '::', port: 2525 },
  ],
  tls: 'optional',
  auth: 'optional',
  authFrom: 'anywhere',
  authCleartext: 'loopback',
  tlsProfile: 'modern',
  networks: null,
}
const NO_CERTIFICATE: OwnCertificate = { certificate: null, key: null, pfx: null, passphrase: '' }

const listenerKeys = {
  bind: optional(listOf(bindAddress)),
  tls: field(choice(['none', 'optional', 'required', 'implicit'], 'listener-tls-invalid'), 'optional'),
  auth: field(choice(['none', 'optional', 'required'], 'listener-auth-invalid'), 'optional'),
  'auth-from': field(choice(['anywhere', 'networks'], 'listener-auth-invalid'), 'anywhere'),
  'auth-cleartext': field(choice(['never', 'loopback', 'private'], 'listener-auth-invalid'), 'loopback'),
  'tls-profile': field(choice(['modern', 'legacy'], 'listener-tls-invalid'), 'modern'),
  networks: optional(listOf(network)),
  description: field(text, ''),
}

/** `[server]`: our name and where we listen. */
export function readServer(root: Table, systemHostname: string, problems: Problems): Settings['server'] {
  const table = subTable(root, 'server', problems)
  if (!table) return { hostname: systemHostname, listeners: [DEFAULT_LISTENER], tls: NO_CERTIFICATE }
  const { values } = readTable(table, { hostname: optional(hostName()) }, problems, ['listener', 'tls'])
  const parent = subTable(table, 'listener', problems)
  const listeners = namedTables(parent, 'listener', problems).flatMap(([id, listener]) => readListener(id, listener, problems))
  reportSharedPorts(parent, listeners, problems)
  return {
    hostname: values.hostname ?? systemHostname,
    listeners: parent ? listeners : [DEFAULT_LISTENER],
    tls: readOwnCertificate(table, problems),
  }
}

function readListener(id: string, table: Table, problems: Problems): ListenerSettings[] {
  const { values, given, unusable, node } = readTable(table, listenerKeys, problems)
  const { bind, tls, auth } = values
  warnOpenNetwork(values.networks ?? [], node('networks') ?? table, problems)
  warnOldTls(values['tls-profile'], tls, node('tls-profile') ?? table, problems)
  if (bind !== undefined && bind.length > 0) {
    // With a list that cannot be used nobody is let in: the wider general one was not meant.
    const networks = values.networks ?? (unusable.has('networks') ? [] : null)
    const [authFrom, authCleartext, tlsProfile] = [values['auth-from'], values['auth-cleartext'], values['tls-profile']]
    return [{ id, bind, tls, auth, authFrom, authCleartext, tlsProfile, networks }]
  }
  if (unusable.has('bind')) return []
  const spot = table.entries.get('bind') ?? missingKey(table, 'bind')
  problems.error(
    'bind-missing',
    spot,
    `bind is ${given.has('bind') ? 'empty' : 'missing'}: write where to listen, for example bind = ["0.0.0.0:2525"]`,
  )
  return []
}

function warnOldTls(profile: ListenerSettings['tlsProfile'], tls: ListenerSettings['tls'], node: Node, problems: Problems): void {
  if (profile !== 'legacy' || tls === 'none') return
  problems.warning(
    'legacy-tls',
    node,
    'TLS 1.0 can be broken by whoever is in the network; keep it to a port of its own for devices that know nothing newer. Only private networks may connect there',
  )
}

const certificateKeys = {
  certificate: optional(text),
  key: optional(text),
  pfx: optional(text),
  passphrase: field(text, ''),
}

/** `[server.tls]`: files of the office's own certificate. Whether they can be used is seen when they are. */
function readOwnCertificate(server: Table, problems: Problems): OwnCertificate {
  const table = subTable(server, 'tls', problems) ?? emptyTable(['server', 'tls'])
  const { values, unusable, node } = readTable(table, certificateKeys, problems)
  const read = (key: 'certificate' | 'key' | 'pfx'): string | null => (values[key] === undefined || values[key] === '' ? null : values[key])
  const [certificate, key, pfx] = [read('certificate'), read('key'), read('pfx')]
  if (pfx !== null && (certificate !== null || key !== null)) {
    problems.error('certificate-twice', node('pfx') ?? table, 'pfx holds certificate and key: write either pfx, or certificate and key')
  } else if ((certificate === null) !== (key === null) && !unusable.has('certificate') && !unusable.has('key')) {
    const missing = certificate === null ? 'certificate' : 'key'
    problems.error('certificate-incomplete', missingKey(table, missing), `${missing} is missing: a certificate is of use only with its key`)
  } else return { certificate, key, pfx, passphrase: values.passphrase }
  return NO_CERTIFICATE
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
