import { emptyTable, movedTo, sameContent } from './node.ts'
import type { Node, Table } from './node.ts'
import type { Problems } from './problems.ts'

/**
 * Brings the spellings of routing rules 1.1 to one: `route.<id>` becomes `queue.route.<id>`; spellings of before 0.13 are errors that name the
 * present one. What was reported here is taken out of the tree.
 */
export function resolveAliases(root: Table, problems: Problems): Table {
  const entries = new Map(root.entries)
  refuseRemote(entries, problems)
  let queue = entries.get('queue')
  if (queue === undefined || queue.kind === 'table') {
    const moved = moveRoutes(entries, refuseOldQueueKeys(queue ?? emptyTable(['queue']), problems), problems)
    queue = queue || moved.entries.size > 0 ? moved : undefined
    if (queue) entries.set('queue', queue)
  }
  entries.delete('route')
  return { ...root, entries }
}

function refuseRemote(entries: Map<string, Node>, problems: Problems): void {
  const remote = entries.get('remote')
  if (!remote) return
  entries.delete('remote')
  const ids = remote.kind === 'table' ? [...remote.entries] : []
  if (ids.length === 0) oldSpelling(remote, 'remote', 'queue.route.<id>', problems)
  for (const [id, node] of ids) oldSpelling(node, `remote.${id}`, `queue.route.${id}`, problems)
}

const OUTBOUND: ReadonlyMap<string, string> = new Map([
  ['next-hop', 'queue.strategy.route'],
  ['hostname', 'queue.connection.<id>.ehlo-hostname'],
  ['source-ip', 'queue.connection.<id>.source-ips'],
  ['tls', 'queue.tls.<id>'],
  ['timeouts', 'queue.connection.<id>.timeout'],
  ['ip-strategy', 'queue.route.<id>.ip-lookup'],
  ['limits', 'queue.route.<id>.limits'],
])

function refuseOldQueueKeys(queue: Table, problems: Problems): Table {
  const entries = new Map(queue.entries)
  const outbound = entries.get('outbound')
  if (outbound) {
    entries.delete('outbound')
    const inside: [string, Node][] = outbound.kind === 'table' ? [...outbound.entries] : []
    if (inside.length === 0) oldSpelling(outbound, 'queue.outbound', 'queue.strategy', problems)
    for (const [key, node] of inside) oldSpelling(node, `queue.outbound.${key}`, OUTBOUND.get(key) ?? 'queue.strategy', problems)
  }
  const schedule = entries.get('schedule')
  if (schedule?.kind === 'table') entries.set('schedule', refuseOldSchedule(schedule, problems))
  return { ...queue, entries }
}

function refuseOldSchedule(schedule: Table, problems: Problems): Table {
  const entries = new Map(schedule.entries)
  for (const key of ['retry', 'notify', 'expire', 'max-attempts', 'queue-name']) {
    const node = entries.get(key)
    if (!node || node.kind === 'table') continue
    entries.delete(key)
    oldSpelling(node, `queue.schedule.${key}`, `queue.schedule.<id>.${key}`, problems)
  }
  return { ...schedule, entries }
}

function oldSpelling(node: Node, old: string, now: string, problems: Problems): void {
  problems.error(
    'old-spelling',
    { path: node.path, place: node.keyPlace },
    `${old} is a spelling of older versions and is not read; write ${now}`,
    { suggestion: now },
  )
}

/** @returns the queue table with the routes that stood outside it */
function moveRoutes(entries: ReadonlyMap<string, Node>, queue: Table, problems: Problems): Table {
  const outside = entries.get('route')
  if (!outside) return queue
  if (outside.kind !== 'table') {
    const message =
      'route at the top of the file is to be a table of routes; if this is the rule that picks one, write it as queue.strategy.route'
    problems.error('route-not-a-table', { path: outside.path, place: outside.keyPlace }, message, { suggestion: 'queue.strategy.route' })
    return queue
  }
  const inside = queue.entries.get('route')
  if (inside && inside.kind !== 'table') return queue
  const routes = new Map(inside?.entries)
  const first = [...outside.entries][0]?.[0] ?? '<id>'
  problems.warning(
    'alias-used',
    { path: outside.path, place: outside.keyPlace },
    `route.${first} is read as queue.route.${first}; saving writes it so`,
    {
      suggestion: `queue.route.${first}`,
    },
  )
  for (const [id, node] of outside.entries) {
    const other = routes.get(id)
    if (other) reportTwice(id, other, node, problems)
    else routes.set(id, movedTo(node, ['queue', 'route', id]))
  }
  const base = inside ?? emptyTable(['queue', 'route'], outside.place)
  return { ...queue, entries: new Map(queue.entries).set('route', { ...base, entries: routes }) }
}

function reportTwice(id: string, inside: Node, outside: Node, problems: Problems): void {
  const places = `queue.route.${id} on line ${inside.place.line} and route.${id} on line ${outside.place.line}`
  const spot = { path: inside.path, place: outside.keyPlace }
  if (sameContent(inside, outside))
    problems.warning('route-defined-twice', spot, `the route is defined twice with the same content: ${places}; remove the second`)
  else problems.error('route-defined-twice', spot, `the route is defined twice and differently: ${places}; keep one of them`)
}
