import { isIP } from 'node:net'
import type { Settings } from '../../contract/index.ts'
import { CONTEXTS, compile, compileList, newCaptures, toText } from '../expression/index.ts'
import type { WaitingFunctions } from '../expression/index.ts'
import { emptyTable, plainValue } from './node.ts'
import type { Node, Table } from './node.ts'
import { missingKey } from './problems.ts'
import type { Problems } from './problems.ts'
import { field, optional, readTable, subTable } from './reader.ts'
import { reportListProblems } from './strategies.ts'
import { boolean, duration, hostName, integer, listOf, refuse, shown, text, value } from './values.ts'

const DAY = 86_400_000

const WELL_KNOWN: Readonly<Record<string, readonly string[]>> = {
  cloudflare: ['1.1.1.1', '1.0.0.1'],
  quad9: ['9.9.9.9', '149.112.112.112'],
  google: ['8.8.8.8', '8.8.4.4'],
}

/** `[udp://]IP[:port]`; answered as `ip` or `ip:port`, IPv6 with a port in brackets. */
const nameServer = value<string>((raw) => {
  const match =
    typeof raw === 'string' ? /^\s*(?:([a-z]+):\/\/)?(?:\[([^\]]+)\]|([\d.]+)|([0-9a-f:]+))(?::(\d{1,5}))?\s*$/i.exec(raw) : null
  const address = match?.[2] ?? match?.[3] ?? match?.[4] ?? ''
  const scheme = (match?.[1] ?? 'udp').toLowerCase()
  const port = Number(match?.[5] ?? 53)
  if (scheme === 'tcp' || scheme === 'tls')
    return refuse('resolver-not-available', `${shown(raw)} cannot be asked: name servers are reached by udp only as yet`)
  if (isIP(address) === 0 || scheme !== 'udp' || port < 1 || port > 65_535) {
    return refuse('name-server-invalid', `${shown(raw)} is no name server; write its address, for example "udp://192.168.1.1:53"`)
  }
  if (match?.[5] === undefined) return address
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
})

const resolverType = value<string>((raw) => {
  const word = typeof raw === 'string' ? raw.trim().toLowerCase() : ''
  if (word === 'system' || word === 'custom' || Object.hasOwn(WELL_KNOWN, word)) return word
  if (word.endsWith('-tls'))
    return refuse('resolver-not-available', `${shown(raw)} is not available: name servers are reached without TLS only as yet`)
  return refuse('resolver-type-invalid', `${shown(raw)} is not known; there are system, custom, cloudflare, quad9 and google`)
})

const ignored = {
  concurrency: field(integer(1, 100), 2),
  edns: field(boolean, true),
  'try-tcp-on-error': field(boolean, true),
  'preserve-intermediates': field(boolean, true),
}
const resolverKeys = {
  type: field(resolverType, 'system'),
  custom: optional(listOf(nameServer)),
  timeout: field(duration, 5000),
  attempts: field(integer(1, 10), 2),
  ...ignored,
}

/** `[resolver]` (routing rules 4.9). */
export function readResolver(root: Table, problems: Problems): Settings['resolver'] {
  const table = subTable(root, 'resolver', problems) ?? emptyTable([])
  const { values, given, unusable, node } = readTable(table, resolverKeys, problems)
  for (const key of Object.keys(ignored)) {
    const spot = node(key as keyof typeof ignored)
    if (spot)
      problems.warning(
        'not-in-effect-yet',
        { path: spot.path, place: spot.keyPlace },
        `resolver.${key} is read and checked, but is not in effect yet`,
      )
  }
  const custom = values.custom ?? []
  if (values.type === 'custom' && custom.length === 0 && !unusable.has('custom')) {
    problems.error(
      'name-server-missing',
      node('custom') ?? missingKey(table, 'custom'),
      'resolver.type is "custom", but resolver.custom names no name server',
    )
  }
  if (values.type !== 'custom' && given.has('custom') && !unusable.has('type')) {
    problems.warning('custom-resolver-unused', node('custom') ?? table, 'these name servers are asked only with resolver.type = "custom"')
  }
  const servers = values.type === 'custom' ? custom : [...(WELL_KNOWN[values.type] ?? [])]
  return { servers, timeoutMs: values.timeout, attempts: values.attempts }
}

const NOTHING: WaitingFunctions = {
  isLocalDomain: () => false,
  isLocalAddress: () => false,
  keyExists: () => false,
  keyGet: () => '',
  dnsQuery: () => [],
}

const reportKeys = {
  domain: optional(hostName()),
  'dsn.sign': optional(listOf(text)),
  'dsn.to-unauthenticated': field(boolean, false),
}
const EXPRESSIONS = ['submitter', 'dsn.from-name', 'dsn.from-address'] as const

/**
 * `[report]` (routing rules 1.10). The three expressions are evaluated once, when the file is read; a variable in them is ''.
 * @param configGet  settings by key, for `config_get`; asked again once `report.domain` is known
 */
export function readReport(root: Table, hostname: string, configGet: (key: string) => string, problems: Problems): Settings['report'] {
  const table = subTable(root, 'report', problems) ?? emptyTable([])
  const { values, node } = readTable(table, reportKeys, problems, [...EXPRESSIONS])
  const sign = node('dsn.sign')
  if (sign)
    problems.warning(
      'not-in-effect-yet',
      { path: sign.path, place: sign.keyPlace },
      'signing of reports is read and checked, but is not in effect yet',
    )
  const domain = values.domain ?? registrableDomain(hostname)
  const get = (key: string): string => (key === 'report.domain' ? domain : key === 'server.hostname' ? hostname : configGet(key))
  const dsn = table.entries.get('dsn')
  const dsnTable = dsn?.kind === 'table' ? dsn : undefined
  return {
    domain,
    submitter: evaluated(table.entries.get('submitter'), "config_get('server.hostname')", get, problems),
    fromName: evaluated(dsnTable?.entries.get('from-name'), "'Mail Delivery Subsystem'", get, problems),
    fromAddress: evaluated(dsnTable?.entries.get('from-address'), "'MAILER-DAEMON@' + config_get('report.domain')", get, problems),
    toUnauthenticated: values['dsn.to-unauthenticated'],
  }
}

function evaluated(node: Node | undefined, otherwise: string, configGet: (key: string) => string, problems: Problems): string {
  const run = (written: string): string => {
    const result = compile(written, CONTEXTS.dsn, { configGet }).evaluate({
      variable: () => '',
      functions: NOTHING,
      captures: newCaptures(),
    })
    return result instanceof Promise ? '' : toText(result)
  }
  if (node?.kind !== 'scalar' || node.broken) return run(otherwise)
  const result = compileList(plainValue(node), CONTEXTS.dsn, { configGet })
  reportListProblems(node, result, problems)
  if (!result.ok) return run(otherwise)
  const answer = run(result.list.otherwise.source)
  return answer === '' ? run(otherwise) : answer
}

/** The part of a host name that is registered, as far as that can be told without the public list: two labels, three below `co.uk` and kin. */
function registrableDomain(hostname: string): string {
  const labels = hostname.toLowerCase().split('.')
  if (labels.length <= 2) return labels.join('.')
  const [second = '', top = ''] = labels.slice(-2)
  const shared = top.length === 2 && /^(co|com|org|net|edu|gov|ac|or|ne|go|gob|mil|sch|nhs|ltd|plc|me|id|web|k12)$/.test(second)
  return labels.slice(shared ? -3 : -2).join('.')
}

/** `[activity]`. */
export function readActivity(root: Table, problems: Problems): Settings['activity'] {
  const table = subTable(root, 'activity', problems) ?? emptyTable([])
  return { keepMs: readTable(table, { keep: field(duration, 90 * DAY) }, problems).values.keep }
}
