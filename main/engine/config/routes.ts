import { isIP } from 'node:net'
import type { MxRoute, RelayRoute, Route } from '../../contract/index.ts'
import type { Table } from './node.ts'
import { missingKey } from './problems.ts'
import type { Problems } from './problems.ts'
import { field, namedTables, optional, readTable, readValue } from './reader.ts'
import type { Read } from './reader.ts'
import { boolean, choice, hostOrAddress, integer, text, value, refuse } from './values.ts'

const TYPES = ['local', 'mx', 'relay'] as const
const CLEAR_TEXT_PORTS = [24, 25, 587, 2525]

const common = { type: field(text, ''), description: field(text, '') }
const mxKeys = {
  'limits.mx': field(integer(1, 50, 'limit-out-of-range'), 5),
  'limits.multihomed': field(integer(1, 20, 'limit-out-of-range'), 2),
  'ip-lookup': field(choice(['ipv4_only', 'ipv6_only', 'ipv4_then_ipv6', 'ipv6_then_ipv4'], 'ip-lookup-invalid'), 'ipv4_then_ipv6'),
  'ip-fallback': field(boolean, false),
  'allow-loopback': field(boolean, false),
}
/** A password; an empty one counts as none, since it would be sent as such. */
const secretText = value<string>((raw) => (typeof raw === 'string' ? raw : refuse('text-expected', 'a password is a text in quotes')))
const relayKeys = {
  address: optional(hostOrAddress('address-invalid')),
  port: field(integer(1, 65_535, 'port-invalid'), 25),
  protocol: field(choice(['smtp', 'lmtp'], 'protocol-invalid'), 'smtp'),
  'tls.implicit': field(boolean, true),
  'tls.allow-invalid-certs': field(boolean, false),
  'auth.username': field(text, ''),
  'auth.secret': field(secretText, ''),
  'auth.allow-cleartext': field(boolean, false),
  'batch-domains': field(boolean, false),
}
const allKeys = { ...common, ...mxKeys, ...relayKeys }
type RouteKeys = Read<typeof allKeys>

/** `queue.route.<id>` (routing rules 1.2): every route that has a type and, for a relay, an address. Others are reported and left out. */
export function readRoutes(parent: Table | undefined, problems: Problems): Route[] {
  return namedTables(parent, 'route', problems).flatMap(([id, table]) => {
    const route = readRoute(id, table, problems)
    return route ? [route] : []
  })
}

function readRoute(id: string, table: Table, problems: Problems): Route | undefined {
  const type = readType(table, problems)
  const read = readTable(table, allKeys, problems)
  if (type === undefined) return undefined
  warnForeignKeys(type, read, problems)
  const { description } = read.values
  if (type === 'local') return { type, id, description }
  return type === 'mx' ? mxRoute(id, read) : relayRoute(id, table, read, problems)
}

function readType(table: Table, problems: Problems): Route['type'] | undefined {
  const node = table.entries.get('type')
  const known = 'a route is of type "local", "mx" or "relay"'
  if (!node) {
    problems.error('route-type-invalid', missingKey(table, 'type'), `the type is missing; ${known}`)
    return undefined
  }
  const result = readValue(node, choice(TYPES, 'route-type-invalid'), problems)
  return result.usable ? result.value : undefined
}

function warnForeignKeys(type: Route['type'], read: RouteKeys, problems: Problems): void {
  const own = Object.keys(type === 'mx' ? { ...common, ...mxKeys } : type === 'relay' ? { ...common, ...relayKeys } : common)
  for (const key of read.given) {
    const node = read.node(key)
    if (own.includes(key) || !node) continue
    const where = Object.hasOwn(mxKeys, key) ? 'mx' : 'relay'
    problems.warning(
      'key-of-other-type',
      { path: node.path, place: node.keyPlace },
      `${key} belongs to routes of type "${where}"; in one of type "${type}" it has no effect`,
    )
  }
}

function mxRoute(id: string, { values }: RouteKeys): MxRoute {
  return {
    type: 'mx',
    id,
    description: values.description,
    maxHosts: values['limits.mx'],
    maxAddressesPerHost: values['limits.multihomed'],
    ipLookup: values['ip-lookup'],
    ipFallback: values['ip-fallback'],
    allowLoopback: values['allow-loopback'],
  }
}

function relayRoute(id: string, table: Table, read: RouteKeys, problems: Problems): RelayRoute | undefined {
  const { values } = read
  const auth = readAuth(table, read, problems)
  if (!read.given.has('address')) {
    problems.error(
      'address-missing',
      missingKey(table, 'address'),
      'a relay needs an address: the host that takes the mail, for example "smtp.example.org"',
    )
  }
  if (values.address === undefined) return undefined
  const route: RelayRoute = {
    type: 'relay',
    id,
    description: values.description,
    address: values.address,
    port: values.port,
    protocol: values.protocol,
    tls: { implicit: values['tls.implicit'], allowInvalidCertificates: values['tls.allow-invalid-certs'] },
    auth,
    batchDomains: values['batch-domains'],
  }
  lintRelay(route, table, read, problems)
  return route
}

function readAuth(table: Table, read: RouteKeys, problems: Problems): RelayRoute['auth'] {
  const { 'auth.username': username, 'auth.secret': secret, 'auth.allow-cleartext': allowCleartext } = read.values
  if (username !== '' && secret !== '') return { username, secret, allowCleartext }
  if (!read.given.has('auth.username') && !read.given.has('auth.secret')) return null
  if (read.unusable.has('auth.username') || read.unusable.has('auth.secret')) return null
  const missing = username === '' ? 'username' : 'secret'
  const node = read.node(`auth.${missing}`)
  const spot = node ?? {
    path: [...table.path, 'auth', missing],
    place: (read.node('auth.username') ?? read.node('auth.secret') ?? table).keyPlace,
  }
  const what = missing === 'secret' ? 'password (auth.secret)' : 'user name (auth.username)'
  problems.error(
    'auth-incomplete',
    spot,
    `the ${what} is ${node ? 'empty' : 'missing'}; signing in needs both auth.username and auth.secret`,
  )
  return null
}

function lintRelay(route: RelayRoute, table: Table, read: RouteKeys, problems: Problems): void {
  const portSpot = read.node('port') ?? missingKey(table, 'port')
  if (route.tls.implicit && CLEAR_TEXT_PORTS.includes(route.port) && !read.unusable.has('port')) {
    const why = read.given.has('tls.implicit') ? 'tls.implicit is true' : 'tls.implicit is true unless it is set'
    const message = `${why}, but servers on port ${route.port} begin in clear text, so every connection would fail; set tls.implicit = false, or port = 465`
    problems.warning('implicit-tls-on-clear-port', read.node('tls.implicit') ?? portSpot, message, { suggestion: 'tls.implicit = false' })
  }
  if (route.protocol === 'lmtp' && !read.given.has('port')) {
    problems.warning(
      'lmtp-port-missing',
      missingKey(table, 'port'),
      'the port is missing and 25 is used; LMTP servers mostly listen on port 24',
      { suggestion: 'port = 24' },
    )
  }
  if (route.auth && !route.tls.implicit && !isLoopbackHost(route.address)) {
    const consequence = route.auth.allowCleartext
      ? 'auth.allow-cleartext lets the password be sent in clear text when the server offers no STARTTLS'
      : 'the password is sent only after STARTTLS; when the server offers none, the mail waits'
    const fix = route.auth.allowCleartext ? 'auth.allow-cleartext = false' : 'tls.implicit = true'
    const node = read.node('auth.username')
    problems.warning('clear-auth', node ?? table, `signing in to ${route.address} begins in clear text: ${consequence}`, {
      suggestion: fix,
    })
  }
}

export function isLoopbackHost(address: string): boolean {
  const name = address.toLowerCase()
  if (isIP(name) === 4) return name.startsWith('127.')
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1'
}
