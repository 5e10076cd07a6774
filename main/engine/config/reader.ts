import type { z } from 'zod'
import { nearestKey } from './nearest.ts'
import { elementKey, nodeAt, plainValue } from './node.ts'
import type { Node, Table } from './node.ts'
import { quoted } from './problems.ts'
import type { Problems } from './problems.ts'
import { isSecretPath } from './secrets.ts'
import { shown } from './values.ts'

/** One key: how its value is read, and what stands in when it is absent or cannot be used. */
interface Field<T> {
  readonly schema: z.ZodType<T>
  readonly fallback: T
}
export function field<T>(schema: z.ZodType<T>, fallback: NoInfer<T>): Field<T> {
  return { schema, fallback }
}
/** A key without a default: undefined when absent or unusable. */
export function optional<T>(schema: z.ZodType<T>): Field<T | undefined> {
  return { schema, fallback: undefined }
}

/** The keys of a table, sub-tables written with dots (`tls.implicit`). */
export type Fields = Readonly<Record<string, Field<unknown>>>
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }

export interface Read<F extends Fields> {
  readonly values: Values<F>
  /** Keys that stand in the file, usable or not. */
  readonly given: ReadonlySet<keyof F>
  /** Keys that stand in the file with a value that cannot be used; that has been reported. */
  readonly unusable: ReadonlySet<keyof F>
  readonly node: (key: keyof F & string) => Node | undefined
}

/** Reads the keys of a table, reports unknown ones and unusable values, and fills in what is missing. */
export function readTable<F extends Fields>(table: Table, fields: F, problems: Problems, ownTables: readonly string[] = []): Read<F> {
  const values: Record<string, unknown> = {}
  const unusable = new Set<keyof F>()
  const nodes = new Map<string, Node>()
  collect(table, '', fields, ownTables, nodes, problems)
  for (const [key, { schema, fallback }] of Object.entries(fields)) {
    const node = nodes.get(key)
    const result = node ? readValue(node, schema, problems) : undefined
    values[key] = result?.usable === true ? result.value : fallback
    if (result?.usable === false) unusable.add(key)
  }
  // The loop above gives every key of `fields` its schema's value or its fallback.
  return { values: values as Values<F>, given: new Set(nodes.keys()), unusable, node: (key) => nodes.get(key) }
}

function collect(
  table: Table,
  prefix: string,
  fields: Fields,
  ownTables: readonly string[],
  nodes: Map<string, Node>,
  problems: Problems,
): void {
  for (const [name, node] of table.entries) {
    const key = prefix + name
    if (ownTables.includes(key)) continue
    if (Object.hasOwn(fields, key)) nodes.set(key, node)
    else if (!Object.keys(fields).some((known) => known.startsWith(`${key}.`)))
      unknownKey(node, key, [...Object.keys(fields), ...ownTables], problems)
    else if (node.kind === 'table') collect(node, `${key}.`, fields, ownTables, nodes, problems)
    else {
      const inside = Object.keys(fields).filter((known) => known.startsWith(`${key}.`))
      problems.error(
        'not-a-table',
        node,
        `${key} is a table with ${inside.map((known) => known.slice(key.length + 1)).join(', ')}; write ${inside[0] ?? key} = …`,
      )
    }
  }
}

/** Nothing of the value is told: a password often stands under a wrong name. */
function unknownKey(node: Node, key: string, known: readonly string[], problems: Problems): void {
  const nearest = nearestKey(key, known)
  const spot = { path: node.path, place: node.keyPlace }
  const list = known.length > 0 && known.length <= 16 ? `; known here: ${known.join(', ')}` : ''
  const hint = nearest === undefined ? list : `; the nearest known one is ${nearest}`
  problems.warning('unknown-key', spot, `"${key}" is not known here and has no effect${hint}`, { suggestion: nearest })
}

type Result<T> = { readonly usable: true; readonly value: T } | { readonly usable: false }

/** One value by its schema; every fault in it is reported at its own place. */
export function readValue<T>(node: Node, schema: z.ZodType<T>, problems: Problems): Result<T> {
  if (anyBroken(node)) return { usable: false }
  const result = schema.safeParse(plainValue(node))
  if (result.success) return { usable: true, value: result.data }
  for (const issue of result.error.issues) {
    const at = node.kind === 'scalar' ? node : (nodeAt(node, issue.path.map(pathKey)) ?? node)
    const params = issue.code === 'custom' ? issue.params : undefined
    const code = typeof params?.['code'] === 'string' ? params['code'] : 'value-invalid'
    const suggestion = typeof params?.['suggestion'] === 'string' ? params['suggestion'] : undefined
    const value = quoted(at)
    problems.error(code, at, tellable(at, issue.message), { suggestion, ...(value === undefined ? {} : { value }) })
  }
  return { usable: false }
}

function pathKey(key: PropertyKey): string {
  return typeof key === 'number' ? elementKey(key) : String(key)
}

/** A message quotes the value. Where that is a password, or came out of a macro and might hold one, it is told without. */
function tellable(node: Node, message: string): string {
  if (isSecretPath(node.path)) return 'the password is not a text in quotes, or cannot be used here; it is not shown'
  if (node.kind !== 'scalar' || node.written === node.value || node.type !== 'string') return message
  const told = message.replaceAll(shown(node.value), 'it')
  const reason = told.includes(String(node.value).trim().slice(0, 12)) ? 'it is not shown' : told
  return `what ${node.written} stands for cannot be used here: ${reason}`
}

function anyBroken(node: Node): boolean {
  if (node.kind === 'scalar') return node.broken
  return (node.kind === 'list' ? node.items : [...node.entries.values()]).some(anyBroken)
}

/** A sub-table, or undefined when there is none; a value in its place is reported. */
export function subTable(parent: Table, name: string, problems: Problems): Table | undefined {
  const node = parent.entries.get(name)
  if (node === undefined || node.kind === 'table') return node
  problems.error('not-a-table', node, `${[...parent.path, name].join('.')} is a table; write it as [${[...parent.path, name].join('.')}]`)
  return undefined
}

const ID = /^[A-Za-z0-9_.-]{1,64}$/

/** The tables below a table of named things, for example every route; names and kinds are checked. */
export function namedTables(parent: Table | undefined, what: string, problems: Problems, isName = isId): [string, Table][] {
  if (!parent) return []
  warnCase(parent, what, problems)
  const found: [string, Table][] = []
  for (const [id, node] of parent.entries) {
    if (node.kind !== 'table') {
      problems.error(
        'not-a-table',
        node,
        `${node.path.join('.')} is to be a table of a ${what}'s settings; write it as [${parent.path.join('.')}.<name>]`,
      )
    } else if (isName(id, node, what, problems)) found.push([id, node])
  }
  return found
}

function isId(id: string, node: Table, what: string, problems: Problems): boolean {
  if (ID.test(id) && id !== '__proto__') return true
  problems.error(
    'id-invalid',
    node,
    `"${id.slice(0, 80)}" cannot be the name of a ${what}; names have 1 to 64 letters, digits, "_", "-" or "."`,
  )
  return false
}

function warnCase(parent: Table, what: string, problems: Problems): void {
  const seen = new Map<string, string>()
  for (const [id, node] of parent.entries) {
    const other = seen.get(id.toLowerCase())
    if (other === undefined) seen.set(id.toLowerCase(), id)
    else
      problems.warning(
        'id-case',
        { path: node.path, place: node.keyPlace },
        `${what} "${id}" and ${what} "${other}" differ only by upper and lower case; they are two different names`,
      )
  }
}

/** Warns once about a whole part of the file that is read and checked but does nothing yet. */
export function notInEffectYet(node: Node, what: string, problems: Problems): void {
  problems.warning(
    'not-in-effect-yet',
    { path: node.path, place: node.keyPlace },
    `${what} are read and checked, but are not in effect yet`,
  )
}
