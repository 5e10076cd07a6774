import type { Schedule } from '../../contract/index.ts'
import type { Node, Table } from './node.ts'
import { missingKey } from './problems.ts'
import type { Problems } from './problems.ts'
import { field, namedTables, optional, readTable } from './reader.ts'
import { choice, codeOf, integer, listOf, refuse, text, value, wholeSeconds } from './values.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const RETRY = [2, 5, 10, 15, 30, 60, 120].map((minutes) => minutes * MINUTE)

/** Used when a name is chosen that is not defined (routing rules 1.4); note its five days. */
export const BUILT_IN_SCHEDULE: Schedule = {
  id: 'default',
  description: '',
  queueName: 'default',
  retryMs: RETRY,
  notifyMs: [DAY, 3 * DAY],
  expiry: { kind: 'time', afterMs: 5 * DAY },
}

/** The schedules that the built-in schedule strategy names; a file that defines one of these names replaces it. */
export const SHIPPED_SCHEDULES: readonly Schedule[] = [
  { ...BUILT_IN_SCHEDULE, id: 'local', queueName: 'local', expiry: { kind: 'time', afterMs: 3 * DAY } },
  { ...BUILT_IN_SCHEDULE, id: 'remote', queueName: 'remote', expiry: { kind: 'time', afterMs: 3 * DAY } },
  {
    ...BUILT_IN_SCHEDULE,
    id: 'dsn',
    queueName: 'dsn',
    retryMs: [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR],
    notifyMs: [],
    expiry: { kind: 'attempts', count: 10 },
  },
  {
    ...BUILT_IN_SCHEDULE,
    id: 'report',
    queueName: 'report',
    retryMs: [30 * MINUTE, HOUR, 2 * HOUR],
    notifyMs: [],
    expiry: { kind: 'attempts', count: 8 },
  },
]

const queueName = value<string>((raw) => {
  const name = typeof raw === 'string' ? raw.trim() : ''
  const bytes = Buffer.byteLength(name)
  if (bytes > 8)
    return refuse('queue-name-too-long', `"${name.slice(0, 60)}" has ${bytes} bytes; the name of a virtual queue has at most 8`)
  return bytes === 0 ? refuse('queue-name-invalid', 'the name of a virtual queue has 1 to 8 bytes') : name
})

const keys = {
  'queue-name': field(queueName, 'default'),
  retry: optional(listOf(wholeSeconds)),
  notify: field(listOf(wholeSeconds), []),
  expire: optional(wholeSeconds),
  'max-attempts': optional(integer(1, 1_000_000)),
  description: field(text, ''),
  'expire-type': optional(choice(['ttl', 'attempts'], 'expire-type-invalid')),
}

/** `queue.schedule.<id>` (1.4). One with both kinds of expiry, or with an unknown queue, is reported and left out. */
export function readSchedules(parent: Table | undefined, queues: ReadonlySet<string>, problems: Problems): Schedule[] {
  return namedTables(parent, 'schedule', problems).flatMap(([id, table]) => {
    const schedule = readSchedule(id, table, queues, problems)
    return schedule ? [schedule] : []
  })
}

function readSchedule(id: string, table: Table, queues: ReadonlySet<string>, problems: Problems): Schedule | undefined {
  const { values, given, unusable, node } = readTable(table, keys, problems)
  let usable = !unusable.has('queue-name')
  const name = values['queue-name']
  if (usable && name !== 'default' && !queues.has(name)) {
    const spot = node('queue-name') ?? table
    problems.error(
      'queue-name-unknown',
      spot,
      `there is no virtual queue "${name}"; define [queue.virtual.${name}], or leave queue-name out for "default"`,
      { value: name },
    )
    usable = false
  }
  if (given.has('expire') && given.has('max-attempts')) {
    const message = 'expire and max-attempts exclude each other: keep the time, or the number of attempts'
    problems.error('expire-and-max-attempts', node('max-attempts') ?? table, message)
    usable = false
  }
  const retryMs = readRetry(table, values.retry, given.has('retry'), unusable.has('retry'), problems)
  warnNotAscending(values.notify, node('notify'), problems)
  if (!usable) return undefined
  const expiry: Schedule['expiry'] =
    values['max-attempts'] === undefined
      ? { kind: 'time', afterMs: values.expire ?? 3 * DAY }
      : { kind: 'attempts', count: values['max-attempts'] }
  return {
    id,
    description: values.description,
    queueName: name,
    retryMs,
    notifyMs: [...new Set(values.notify)].sort((a, b) => a - b),
    expiry,
  }
}

function readRetry(table: Table, retry: number[] | undefined, given: boolean, unusable: boolean, problems: Problems): number[] {
  if (retry !== undefined && retry.length > 0) return retry
  if (!unusable) {
    const spot = table.entries.get('retry') ?? missingKey(table, 'retry')
    problems.error(
      'retry-missing',
      spot,
      `retry is ${given ? 'empty' : 'missing'}; a schedule needs at least one wait, for example retry = ["5m", "30m", "2h"]`,
    )
  }
  return [HOUR]
}

function warnNotAscending(notify: readonly number[], node: Node | undefined, problems: Problems): void {
  const ascending = notify.every((wait, index) => index === 0 || wait > (notify[index - 1] ?? 0))
  if (!ascending && node)
    problems.warning(
      'notify-not-ascending',
      node,
      'each notify time is counted from the acceptance of the message, so they are to ascend; they are used in ascending order',
    )
}

const virtualKeys = { 'threads-per-node': field(integer(1, 10_000), 25), description: field(text, '') }

/** `queue.virtual.<name>` (1.6). @returns the names that schedules may use */
export function readVirtualQueues(parent: Table | undefined, problems: Problems): ReadonlySet<string> {
  const names = new Set(['default'])
  const tables = namedTables(parent, 'virtual queue', problems, (name, table) => {
    const { error } = queueName.safeParse(name)
    if (error)
      problems.error(codeOf(error), { path: table.path, place: table.keyPlace }, error.issues[0]?.message ?? '', {
        value: name.slice(0, 80),
      })
    return !error
  })
  for (const [name, table] of tables) {
    readTable(table, virtualKeys, problems)
    names.add(name.trim())
  }
  return names
}
