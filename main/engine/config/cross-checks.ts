import { isIP } from 'node:net'
import type { RelayRoute, Settings } from '../../contract/index.ts'
import { isHashed } from '../mail/index.ts'
import type { Node, Table } from './node.ts'
import { nodeAt } from './node.ts'
import type { Problems } from './problems.ts'
import { sameAddress } from './policies.ts'
import { isLoopbackHost } from './routes.ts'
import { checkNames } from './strategies.ts'
import type { ReadStrategy, StrategyName } from './strategies.ts'

/** What the checks between settings look at. */
interface CrossChecked {
  readonly root: Table
  readonly settings: Settings
  readonly strategies: Readonly<Record<StrategyName, ReadStrategy>>
  /** Ids that stand in the file, also of what could not be used: naming one of those is no unknown name. */
  readonly written: Readonly<Record<StrategyName, readonly string[]>>
  readonly ownAddresses: readonly string[]
}

const BUILT_IN: Readonly<Record<StrategyName, readonly string[]>> = {
  route: ['local', 'mx'],
  schedule: ['default', 'local', 'remote', 'dsn', 'report'],
  connection: ['default'],
  tls: ['default'],
}

/** The checks of routing rules 1.11 that need more than one setting. */
export function checkAcross(checked: CrossChecked, problems: Problems): void {
  for (const name of ['route', 'schedule', 'connection', 'tls'] as const) {
    checkNames(name, checked.strategies[name], [...new Set([...checked.written[name], ...BUILT_IN[name]])], problems)
  }
  warnUnusedRoutes(checked, problems)
  warnLoginWithoutAccounts(checked, problems)
  warnLoginInClear(checked, problems)
  warnHashes(checked, problems)
  for (const route of Object.values(checked.settings.queue.routes)) if (route.type === 'relay') refuseLoop(route, checked, problems)
}

/** A file without rules of its own is not told about routes it does not use yet: the rules are the next thing its writer adds. */
function warnUnusedRoutes({ root, settings, strategies: { route: rules } }: CrossChecked, problems: Problems): void {
  if (!rules.own || rules.open) return
  const used = new Set(rules.names.map(({ name }) => name))
  for (const id of Object.keys(settings.queue.routes)) {
    const node = nodeAt(root, ['queue', 'route', id])
    if (used.has(id) || !node) continue
    problems.warning(
      'route-unused',
      { path: node.path, place: node.keyPlace },
      `no rule of queue.strategy.route chooses the route "${id}", so no mail takes it`,
    )
  }
}

function warnLoginWithoutAccounts({ root, settings }: CrossChecked, problems: Problems): void {
  for (const { id, auth } of settings.server.listeners) {
    const node = nodeAt(root, ['server', 'listener', id, 'auth'])
    if (auth !== 'required' || settings.access.accounts.length > 0 || !node) continue
    const message = `listener "${id}" takes mail only after a login, but there is no account; add one as [access.account.<name>]`
    problems.warning('auth-without-accounts', node, message)
  }
}

/** A port without encryption where a login is needed, and nobody but this computer may sign in without encryption. */
function warnLoginInClear({ root, settings }: CrossChecked, problems: Problems): void {
  for (const { id, auth, tls, authCleartext, bind } of settings.server.listeners) {
    const node = nodeAt(root, ['server', 'listener', id, 'tls'])
    const here = authCleartext === 'loopback' && bind.every(({ address }) => isLoopbackHost(address))
    if (auth !== 'required' || tls !== 'none' || authCleartext === 'private' || here || !node) continue
    const message = `listener "${id}" wants a login, but other computers may not sign in without encryption; set tls = "optional", or auth-cleartext = "private" for devices that know no TLS`
    problems.warning('auth-needs-tls', node, message)
  }
}

/** CRAM-MD5 needs the password itself. It is offered as long as an account has one, and then fails for the others. */
function warnHashes({ root, settings }: CrossChecked, problems: Problems): void {
  const { accounts } = settings.access
  if (accounts.every(({ secret }) => isHashed(secret))) return
  for (const { name } of accounts.filter(({ secret }) => isHashed(secret))) {
    const node = nodeAt(root, ['access', 'account', name, 'secret'])
    const message = `"${name}" cannot sign in by CRAM-MD5, which is offered for the other accounts: that way needs the password itself, not its hash`
    if (node) problems.warning('hash-without-cram-md5', node, message)
  }
}

function refuseLoop(route: RelayRoute, { root, settings, ownAddresses }: CrossChecked, problems: Problems): void {
  const listener = settings.server.listeners.find(({ bind }) =>
    bind.some(
      ({ address, port }) => port !== 0 && port === route.port && reaches(route.address, address, settings.server.hostname, ownAddresses),
    ),
  )
  if (!listener) return
  const node: Node = nodeAt(root, ['queue', 'route', route.id, 'address']) ?? root
  const message = `${route.address} port ${route.port} is Mailroom's own listener "${listener.id}": the mail would come back again and again; name the relay's own address or port`
  problems.error('route-loops-to-self', node, message, { value: route.address })
}

/** Whether connecting to `target` from here ends at a listener bound to `bound`. */
function reaches(target: string, bound: string, hostname: string, ownAddresses: readonly string[]): boolean {
  const name = target.toLowerCase()
  const everywhere = isUnspecified(bound)
  if (isIP(name) !== 0) {
    const here = isLoopbackHost(name) || isUnspecified(name) || ownAddresses.some((own) => sameAddress(own, name))
    return here && (everywhere || isUnspecified(name) || sameAddress(bound, name))
  }
  if (isLoopbackHost(name)) return everywhere || bound === '127.0.0.1' || bound === '::1'
  return name === hostname.toLowerCase() && (everywhere || ownAddresses.some((own) => sameAddress(own, bound)))
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

/**
 * Whether deliveries have to wait: an error touches the route strategy, a route it can choose, or what decides between them (routing rules 1.11).
 */
export function isRoutingBroken(routes: ReadStrategy, problems: Problems): boolean {
  if (problems.wholeFileBroken) return true
  const decisive = [['queue', 'strategy', 'route'], ['queue', 'outbound'], ['route'], ['remote'], ['directory'], ['store']]
  if (decisive.some((path) => problems.hasErrorAt(path))) return true
  if (routes.open) return problems.hasErrorAt(['queue', 'route'])
  return routes.names.some(({ name }) => problems.hasErrorAt(['queue', 'route', name]))
}

export function idsOf(node: Node | undefined): string[] {
  return node?.kind === 'table' ? [...node.entries.keys()] : []
}

/** A table of things by id that has no inherited keys, since ids come from the file. */
export function byId<T extends { readonly id: string }>(items: readonly T[]): Record<string, T> {
  return keyed(items.map((item) => [item.id, item]))
}

export function keyed<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const record = Object.create(null) as Record<string, T>
  for (const [key, item] of entries) record[key] = item
  return record
}
