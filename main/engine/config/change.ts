import { parse as parseValues, patch, stringify } from '@decimalturn/toml-patch'
import type { ConfigChange } from '../../contract/index.ts'
import { parseToml, syntaxTree } from './parse-toml.ts'
import type { CstBlock } from './parse-toml.ts'

type Values = Record<string, unknown>

/** A change that cannot be made; `message` says why. */
export class ChangeError extends Error {
  override readonly name = 'ChangeError'
}

/**
 * Changes single keys of a configuration's text. Comments, order and formatting of all else stay as they are; routes end up under
 * `queue.route.<id>` (routing rules 1.1).
 * @throws ChangeError when the text is not TOML or a change does not fit it
 */
export function applyChanges(text: string, changes: readonly ConfigChange[]): string {
  if (!parseToml(text).root) throw new ChangeError('the file cannot be read as TOML; mend it first')
  return changes.reduce(applyChange, withRoutesInQueue(text))
}

function applyChange(text: string, { path: written, value }: ConfigChange): string {
  const path = written[0] === 'route' ? ['queue', ...written] : written
  const values = valuesOf(text)
  if (value === null) removeAt(values, path)
  else setAt(values, path, withoutNulls(value))
  if (value !== null) {
    const appended = appendTable(text, path, values)
    if (appended !== undefined && says(appended, values)) return appended
  }
  return patched(text, values)
}

function patched(text: string, values: Values): string {
  const result = patch(text, values)
  if (!says(result, values)) throw new ChangeError('the change does not fit into the file as it is written; make it in the text')
  return result
}

function valuesOf(text: string): Values {
  // toml-patch answers `any`; a TOML document is a table.
  return parseValues(text) as Values
}

/** Whether a text reads as exactly these values. */
function says(text: string, values: Values): boolean {
  return parseToml(text).root !== null && canonical(valuesOf(text)) === canonical(values)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner)
    if (!isTable(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

function isTable(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function ownChild(table: Values, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

function define(table: Values, key: string, value: unknown): void {
  Object.defineProperty(table, key, { value, enumerable: true, configurable: true, writable: true })
}

function setAt(values: Values, path: readonly string[], value: unknown): void {
  let table = values
  for (const key of path.slice(0, -1)) {
    const child = ownChild(table, key)
    if (child !== undefined && !isTable(child)) throw new ChangeError(`${path.join('.')} cannot be set: ${key} is not a table in this file`)
    const next: Values = child ?? {}
    if (!child) define(table, key, next)
    table = next
  }
  define(table, path[path.length - 1] ?? '', value)
}

/** Removes a key and every table that this leaves empty. */
function removeAt(values: Values, path: readonly string[]): void {
  const [key = '', ...rest] = path
  const child = ownChild(values, key)
  if (rest.length > 0 && isTable(child)) {
    removeAt(child, rest)
    if (Object.keys(child).length > 0) return
  } else if (rest.length > 0) return
  Reflect.deleteProperty(values, key)
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls)
  if (!isTable(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  )
}

/** How many keys of a path make the header of a table of its own; what is below is written into it. */
function headerLength(path: readonly string[]): number {
  const [first, second, third] = path
  if (first === 'queue') return second === 'strategy' ? 2 : second === 'limiter' ? 4 : 3
  if (first === 'server') return second === 'listener' ? 3 : second === 'tls' ? 2 : 1
  if (first === 'access') return second === 'account' || second === 'device' ? 3 : 1
  if (first === 'directory') return third === 'mailbox' ? 4 : 2
  return first === 'store' ? 2 : 1
}

/** The text with a new table in it, behind the last of its kind; undefined when the change is inside a table that is there. */
function appendTable(text: string, path: readonly string[], values: Values): string | undefined {
  const header = path.slice(0, headerLength(path))
  const now = valuesOf(text)
  const table = at(values, header)
  if (header.length < headerLength(path) || at(now, header) !== undefined || !isTable(table)) return undefined
  const carriage = text.includes('\r\n') ? '\r' : ''
  const block = [`[${header.map(keyText).join('.')}]`, ...keyLines(table, [])]
  const lines = text.split('\n')
  while (lines.length > 0 && lines[lines.length - 1]?.trim() === '') lines.pop()
  const after = Math.min(lastLineOfKind(syntaxTree(text), header) ?? lines.length, lines.length)
  const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === ''
  const above = isBlank(lines[after - 1]) ? [] : ['']
  const below = isBlank(lines[after]) ? [] : ['']
  const added = [...above, ...block, ...below].map((line) => line + carriage)
  const last = lines[after - 1]
  // A last line without its line end gets one, in the way of the others.
  if (last !== undefined && after === lines.length && !last.endsWith(carriage)) lines[after - 1] = last + carriage
  return `${[...lines.slice(0, after), ...added, ...lines.slice(after)].join('\n')}\n`
}

function at(values: Values, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isTable(value) ? ownChild(value, key) : undefined), values)
}

function keyLines(table: Values, prefix: readonly string[]): string[] {
  return Object.entries(table).flatMap(([key, value]) => {
    if (isTable(value) && Object.keys(value).length > 0) return keyLines(value, [...prefix, key])
    return [`${[...prefix, key].map(keyText).join('.')} = ${valueText(value)}`]
  })
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key)
}

function valueText(value: unknown): string {
  return stringify({ key: value }, { inlineTableStart: 0 })
    .replace(/^key\s*=\s*/, '')
    .trim()
}

/** The last line of the last table beside or below the new one's parent. */
function lastLineOfKind(blocks: readonly CstBlock[], header: readonly string[]): number | undefined {
  const parent = header.slice(0, -1)
  let last: number | undefined
  for (const block of blocks) {
    if (block.type !== 'Table' || parent.length === 0) continue
    const name = block.key.item.value
    if (!parent.every((key, index) => name[index] === key)) continue
    const values = block.items.filter(({ type }) => type === 'KeyValue')
    last = (values[values.length - 1] ?? block).loc.end.line
  }
  return last
}

/** The text with every route written as `queue.route.<id>`; only the keys themselves change. */
export function withRoutesInQueue(text: string): string {
  if (!parseToml(text).root) return text
  const values = valuesOf(text)
  const outside = ownChild(values, 'route')
  if (!isTable(outside)) return text
  const queue = ownChild(values, 'queue')
  const inside = isTable(queue) ? ownChild(queue, 'route') : undefined
  const twice = Object.keys(outside).filter((id) => isTable(inside) && Object.hasOwn(inside, id))
  // A route that is defined twice and differently is an error of its own; nothing is merged or dropped here.
  if (twice.some((id) => canonical(outside[id]) !== canonical(isTable(inside) ? inside[id] : undefined))) return text
  for (const id of twice) removeAt(values, ['route', id])
  const single = twice.length > 0 ? patched(text, values) : text
  const left = ownChild(values, 'route')
  if (!isTable(left)) return single
  removeAt(values, ['route'])
  for (const [id, route] of Object.entries(left)) setAt(values, ['queue', 'route', id], route)
  const renamed = prefixed(single)
  return says(renamed, values) ? renamed : patched(single, values)
}

function prefixed(text: string): string {
  const lines = text.split('\n')
  for (const block of syntaxTree(text)) {
    if (block.type === 'Comment') continue
    const key = block.type === 'KeyValue' ? block.key : block.key.item
    const { line, column } = key.loc.start
    const found = lines[line - 1]
    if (key.value[0] === 'route' && found !== undefined) lines[line - 1] = `${found.slice(0, column)}queue.${found.slice(column)}`
  }
  return lines.join('\n')
}
