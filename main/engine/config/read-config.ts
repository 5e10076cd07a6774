import type { Settings } from '../../contract/index.ts'
import { readAccess } from './access.ts'
import { resolveAliases } from './aliases.ts'
import { byId, checkAcross, idsOf, isRoutingBroken, keyed } from './cross-checks.ts'
import { readDirectories, readStores } from './directories.ts'
import { checkFutureSettings } from './future.ts'
import { expandMacros } from './macros.ts'
import { emptyTable, nodeAt, scalarsOf } from './node.ts'
import type { Table } from './node.ts'
import { OUR_TABLES } from './our-tables.ts'
import { emptyRoot, parseToml } from './parse-toml.ts'
import { readLimits } from './limits.ts'
import { SHIPPED_CONNECTION, readConnections, readSourceIps, readTlsStrategies } from './policies.ts'
import { Problems } from './problems.ts'
import { readTable, subTable } from './reader.ts'
import { readRoutes } from './routes.ts'
import { SHIPPED_SCHEDULES, readSchedules, readVirtualQueues } from './schedules.ts'
import { isSecretPath } from './secrets.ts'
import { readServer } from './server.ts'
import { readActivity, readReport, readResolver } from './services.ts'
import { STRATEGY_NAMES, readStrategies } from './strategies.ts'
import type { LoadedConfig, MacroSources } from './types.ts'
import { isHostName } from './values.ts'
import { viewOf, warnPlainSecrets } from './view.ts'

export interface ReadOptions {
  readonly sources: MacroSources
  /** This computer's name, for `server.hostname` when it is not set. */
  readonly hostname: string
  /** Addresses of this computer's interfaces. */
  readonly ownAddresses: readonly string[]
  /** Named in every issue when given. */
  readonly file?: string
}

const QUEUE_TABLES = ['route', 'strategy', 'schedule', 'connection', 'source-ip', 'virtual', 'tls', 'limiter', 'quota']

/**
 * The text of a config.toml as settings, with every problem at once. Never throws for bad contents: what cannot be used is reported and its
 * default stands in.
 */
export async function readConfig(text: string, options: ReadOptions): Promise<LoadedConfig> {
  const problems = new Problems(options.file)
  const parsed = parseToml(text.replace(/^\uFEFF/, ''))
  if (parsed.issue) problems.take(parsed.issue)
  const unexpanded = resolveAliases(parsed.root ?? emptyRoot(), problems)
  const root = await expandMacros(unexpanded, options.sources, problems)
  const flat = flatten(root)
  const { settings, routingBroken } = await readSettings(root, flat, options, problems)
  warnPlainSecrets(root, problems)
  const issues = problems.issues
  const usable = issues.every(({ severity }) => severity !== 'error')
  return { text, settings, view: viewOf(settings, root), issues, usable, routingBroken }
}

async function readSettings(
  root: Table,
  flat: Record<string, string>,
  options: ReadOptions,
  problems: Problems,
): Promise<{ settings: Settings; routingBroken: boolean }> {
  readTable(root, {}, problems, OUR_TABLES)
  const server = readServer(root, isHostName(options.hostname) ? options.hostname : 'localhost', problems)
  const report = readReport(root, server.hostname, (key) => flat[key] ?? '', problems)
  flat['server.hostname'] = server.hostname
  flat['report.domain'] = report.domain
  flat['report.submitter'] = report.submitter
  const queue = subTable(root, 'queue', problems) ?? emptyTable(['queue'])
  const read = readQueue(queue, (key) => flat[key] ?? '', options.ownAddresses, problems)
  const settings: Settings = {
    server,
    access: readAccess(root, problems),
    limits: readLimits(root, problems),
    directories: byId(readDirectories(root, problems)),
    stores: byId(await readStores(root, options.sources, problems)),
    resolver: readResolver(root, problems),
    report,
    activity: readActivity(root, problems),
    queue: { ...read.queue, flat },
  }
  const written = Object.fromEntries(STRATEGY_NAMES.map((name) => [name, idsOf(nodeAt(queue, [name]))])) as Record<
    (typeof STRATEGY_NAMES)[number],
    string[]
  >
  checkAcross({ root, settings, strategies: read.strategies, written, ownAddresses: options.ownAddresses }, problems)
  return { settings, routingBroken: isRoutingBroken(read.strategies.route, problems) }
}

function readQueue(queue: Table, configGet: (key: string) => string, ownAddresses: readonly string[], problems: Problems) {
  readTable(queue, {}, problems, QUEUE_TABLES)
  const table = (name: string): Table | undefined => subTable(queue, name, problems)
  checkFutureSettings(queue, problems)
  const queues = readVirtualQueues(table('virtual'), problems)
  const { strategies, routeFallback } = readStrategies(table('strategy'), configGet, problems)
  return {
    strategies,
    queue: {
      routes: byId(readRoutes(table('route'), problems)),
      schedules: byId([...SHIPPED_SCHEDULES, ...readSchedules(table('schedule'), queues, problems)]),
      connections: byId([SHIPPED_CONNECTION, ...readConnections(table('connection'), ownAddresses, problems)]),
      tls: byId(readTlsStrategies(table('tls'), problems)),
      sourceIps: keyed(readSourceIps(table('source-ip'), problems)),
      strategy: {
        route: strategies.route.strategy,
        schedule: strategies.schedule.strategy,
        connection: strategies.connection.strategy,
        tls: strategies.tls.strategy,
      },
      routeFallback,
    },
  }
}

/** Every value by its flattened key, for `config_get`; what holds or contains a password is left out. */
function flatten(root: Table): Record<string, string> {
  const shown = scalarsOf(root).filter(({ path, confidential, broken }) => !confidential && !broken && !isSecretPath(path))
  return keyed(shown.map(({ path, value }) => [path.join('.'), String(value)] as const))
}
