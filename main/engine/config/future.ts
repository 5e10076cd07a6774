import { CONTEXTS, compileList } from '../expression/index.ts'
import { elementKey, plainValue } from './node.ts'
import type { Node, Table } from './node.ts'
import { missingKey } from './problems.ts'
import type { Problems } from './problems.ts'
import { field, namedTables, notInEffectYet, optional, readTable, subTable } from './reader.ts'
import type { Fields } from './reader.ts'
import { reportListProblems } from './strategies.ts'
import { boolean, integer, listOf, refuse, shown, size, text, value } from './values.ts'

/** Settings that are read and checked for form and have no effect yet: limiters, quotas (routing rules 1.8, 1.9), virtual queues. */
export function checkFutureSettings(queue: Table, problems: Problems): void {
  const virtual = queue.entries.get('virtual')
  if (virtual) notInEffectYet(virtual, 'virtual queues', problems)
  checkLimiters(queue, problems)
  checkQuotas(queue, problems)
}

const OUTBOUND_KEYS = ['rcpt_domain', 'sender', 'sender_domain', 'mx', 'remote_ip', 'local_ip']
const INBOUND_KEYS = [
  'rcpt',
  'rcpt_domain',
  'sender',
  'sender_domain',
  'authenticated_as',
  'listener',
  'remote_ip',
  'local_ip',
  'helo_domain',
]
const QUOTA_KEYS = ['rcpt', 'rcpt_domain', 'sender', 'sender_domain']

function bucketKey(known: readonly string[]) {
  return value<string>((raw) => {
    if (typeof raw === 'string' && known.includes(raw)) return raw
    const hint = raw === 'rcpt' ? '; rcpt_domain or sender may do' : ''
    return refuse('limiter-key-invalid', `${shown(raw)} cannot be counted by here; there are ${known.join(', ')}${hint}`)
  })
}

const PERIOD_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

interface Rate {
  readonly count: number
  /** At least one second. */
  readonly periodMs: number
}

/** `"<n>/<duration>"`, or one of the words for no limit, which read as null (1.0). */
const rate = value<Rate | null>((raw) => {
  const written = typeof raw === 'string' ? raw.trim() : raw === false ? 'false' : ''
  if (['false', 'none', 'unlimited'].includes(written.toLowerCase())) return null
  const match = /^(\d{1,9})\s*\/\s*(\d{1,9})\s*(ms|d|h|m|s)$/i.exec(written)
  const count = Number(match?.[1] ?? 0)
  const periodMs = Number(match?.[2] ?? 0) * (PERIOD_MS[(match?.[3] ?? '').toLowerCase()] ?? 0)
  if (count < 1 || periodMs === 0)
    return refuse('rate-invalid', `${shown(raw)} is no rate; write a number and a duration, for example "100/1h"`)
  return { count, periodMs: Math.max(periodMs, 1000) }
})

function checkLimiters(queue: Table, problems: Problems): void {
  const limiter = subTable(queue, 'limiter', problems)
  if (!limiter) return
  notInEffectYet(limiter, 'limiters', problems)
  for (const direction of ['outbound', 'inbound'] as const) {
    const known = direction === 'outbound' ? OUTBOUND_KEYS : INBOUND_KEYS
    for (const table of bucketTables(limiter, direction, problems)) {
      const read = readTable(table, { ...bucketFields(known), rate: optional(rate) }, problems, ['match'])
      if (!read.given.has('rate')) problems.error('rate-missing', missingKey(table, 'rate'), 'a limiter needs a rate, for example "100/1h"')
      if (direction === 'outbound') checkMatch(table, problems)
    }
  }
  readTable(limiter, {}, problems, ['outbound', 'inbound'])
}

function checkQuotas(queue: Table, problems: Problems): void {
  const node = queue.entries.get('quota')
  if (!node) return
  notInEffectYet(node, 'quotas', problems)
  for (const table of bucketTables(queue, 'quota', problems)) {
    const fields = { ...bucketFields(QUOTA_KEYS), messages: optional(integer(1, 1_000_000_000)), size: optional(size(1)) }
    const { given } = readTable(table, fields, problems, ['match'])
    if (!given.has('messages') && !given.has('size')) {
      problems.error('quota-without-limit', table, 'a quota needs messages or size: how much may wait at once')
    }
    checkMatch(table, problems)
  }
}

function bucketFields(known: readonly string[]) {
  return { enable: field(boolean, true), key: field(listOf(bucketKey(known)), []), description: field(text, '') } satisfies Fields
}

/** Written as `[queue.quota.<id>]` or `[[queue.quota]]`; the latter's elements have the ids 0000, 0001, … */
function bucketTables(parent: Table, name: string, problems: Problems): Table[] {
  const node = parent.entries.get(name)
  if (node?.kind !== 'list') return namedTables(subTable(parent, name, problems), name, problems).map(([, table]) => table)
  return node.items.flatMap((item, index) => {
    if (item.kind === 'table') return [item]
    problems.error(
      'not-a-table',
      { path: [...node.path, elementKey(index)], place: item.place },
      'each element is to be a table of settings',
    )
    return []
  })
}

function checkMatch(table: Table, problems: Problems): void {
  const node: Node | undefined = table.entries.get('match')
  if (!node) return
  const result = compileList(plainValue(node), CONTEXTS.match)
  // A filter answers yes or no, where a strategy answers with a name.
  const warnings = result.warnings.filter(({ code }) => code !== 'else-not-string' && code !== 'then-not-string')
  reportListProblems(node, { ...result, warnings }, problems)
}
