import { parseDocument } from '@decimalturn/toml-patch'
import { TomlError, parse } from 'smol-toml'
import type { Issue } from '../../contract/index.ts'
import { mendedLines } from './mend.ts'
import { START, elementKey, emptyTable } from './node.ts'
import type { Node, Place, Table } from './node.ts'

/** A longer file is not read: the settings of a large office are a hundredth of it. */
export const MAX_CONFIG_BYTES = 1024 * 1024
const MAX_DEPTH = 64

/** What the concrete syntax tree of toml-patch looks like; its own types are not exported. Lines from 1, columns from 0. */
interface CstNode {
  readonly loc: { readonly start: Place; readonly end: Place }
}
interface CstKey extends CstNode {
  readonly value: readonly string[]
}
interface CstKeyValue extends CstNode {
  readonly type: 'KeyValue'
  readonly key: CstKey
  readonly value: CstValue
}
type CstValue = CstNode &
  (
    | { readonly type: 'String' | 'Integer' | 'Float' | 'DateTime'; readonly raw: string; readonly value: unknown }
    | { readonly type: 'Boolean'; readonly value: boolean }
    | { readonly type: 'InlineArray'; readonly items: readonly { readonly item: CstValue }[] }
    | { readonly type: 'InlineTable'; readonly items: readonly { readonly item: CstKeyValue }[] }
  )
type CstComment = CstNode & { readonly type: 'Comment' }
export type CstBlock =
  | CstComment
  | CstKeyValue
  | (CstNode & {
      readonly type: 'Table' | 'TableArray'
      readonly key: { readonly item: CstKey }
      readonly items: readonly (CstKeyValue | CstComment)[]
    })

type ParsedToml = { readonly root: Table; readonly issue: null } | { readonly root: null; readonly issue: Issue }

/** Reads TOML into a tree that knows its places. Never throws: a text that is not TOML is an issue. */
export function parseToml(text: string): ParsedToml {
  if (text.length > MAX_CONFIG_BYTES) {
    return refused(
      'file-too-large',
      START,
      `the file has more than ${MAX_CONFIG_BYTES} characters; keep long lists in files of their own (store.<id>.file)`,
    )
  }
  try {
    parse(text, { integersAsBigInt: 'asNeeded', maxDepth: MAX_DEPTH })
    return { root: buildTree(syntaxTree(text)), issue: null }
  } catch (thrown) {
    return syntaxProblem(text, thrown)
  }
}

/** The blocks of a text that is TOML. @throws when toml-patch cannot read it */
export function syntaxTree(text: string): readonly CstBlock[] {
  const blocks: unknown = parseDocument(text).cst
  return blocks as readonly CstBlock[]
}

function syntaxProblem(text: string, thrown: unknown): ParsedToml {
  if (thrown instanceof RangeError) return refused('toml-syntax', START, 'the file nests tables or lists too deeply')
  const line = placePart(thrown, 'line') ?? 1
  const column = (placePart(thrown, 'column') ?? 1) + (thrown instanceof TomlError ? 0 : 1)
  const reason = firstLine(thrown).replace(/^Invalid TOML document: |^Error parsing TOML.*?: ?/, '')
  const mended = mendedLines(text, { line, column }, reason)
  const problem = refused('toml-syntax', mended.place, mended.message)
  return mended.suggestion === undefined ? problem : { root: null, issue: { ...problem.issue, suggestion: mended.suggestion } }
}

function refused(code: string, place: Place, message: string): { readonly root: null; readonly issue: Issue } {
  return { root: null, issue: { severity: 'error', kind: 'parse', code, path: '', message, ...place } }
}

/** The parsers' messages quote lines of the file behind the first one; a password could stand there. */
function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n', 1)[0] ?? ''
}

function placePart(thrown: unknown, part: 'line' | 'column'): number | undefined {
  const value = thrown instanceof Error ? (thrown as Error & { line?: unknown; column?: unknown })[part] : undefined
  return typeof value === 'number' ? value : undefined
}

/** Tables while they are put together: TOML may add to one in several parts of the file. */
interface OpenTable {
  entries: Map<string, OpenNode>
  place: Place
  implicit: boolean
}
type OpenNode =
  | { kind: 'table'; table: OpenTable; keyPlace: Place }
  | { kind: 'tables'; tables: OpenTable[]; keyPlace: Place }
  | { kind: 'value'; value: CstValue; keyPlace: Place }

function buildTree(blocks: readonly CstBlock[]): Table {
  const root: OpenTable = { entries: new Map(), place: START, implicit: false }
  for (const block of blocks) {
    if (block.type === 'KeyValue') addValue(root, block)
    else if (block.type !== 'Comment') addBlock(root, block)
  }
  return closeTable(root, [], START)
}

function addBlock(root: OpenTable, block: Exclude<CstBlock, CstComment | CstKeyValue>): void {
  const { value: path } = block.key.item
  const place = placeFrom(block)
  const parent = descend(root, path.slice(0, -1), place)
  const name = path[path.length - 1] ?? ''
  const table = block.type === 'TableArray' ? pushTable(parent, name, place) : descend(parent, [name], place)
  if (table.implicit) table.place = place
  table.implicit = false
  for (const item of block.items) if (item.type === 'KeyValue') addValue(table, item)
}

function pushTable(parent: OpenTable, name: string, place: Place): OpenTable {
  const table: OpenTable = { entries: new Map(), place, implicit: false }
  const existing = parent.entries.get(name)
  if (existing?.kind === 'tables') existing.tables.push(table)
  else parent.entries.set(name, { kind: 'tables', tables: [table], keyPlace: place })
  return table
}

function addValue(table: OpenTable, item: CstKeyValue): void {
  const { value: path } = item.key
  const place = placeFrom(item.key)
  const parent = descend(table, path.slice(0, -1), place)
  parent.entries.set(path[path.length - 1] ?? '', { kind: 'value', value: item.value, keyPlace: place })
}

/** The table at a path below another, made on the way; through an array of tables to its last element. */
function descend(from: OpenTable, path: readonly string[], place: Place): OpenTable {
  let table = from
  for (const key of path) {
    const next = table.entries.get(key)
    const last = next?.kind === 'tables' ? next.tables[next.tables.length - 1] : undefined
    if (last) table = last
    else if (next?.kind === 'table') table = next.table
    else {
      const made: OpenTable = { entries: new Map(), place, implicit: true }
      table.entries.set(key, { kind: 'table', table: made, keyPlace: place })
      table = made
    }
  }
  return table
}

function closeTable(table: OpenTable, path: readonly string[], keyPlace: Place): Table {
  if (path.length > MAX_DEPTH) throw new RangeError('tables are nested too deeply')
  const entries = new Map([...table.entries].map(([key, node]) => [key, closeNode(node, [...path, key])]))
  return { kind: 'table', path, place: table.place, keyPlace, entries }
}

function closeNode(node: OpenNode, path: readonly string[]): Node {
  switch (node.kind) {
    case 'table':
      return closeTable(node.table, path, node.keyPlace)
    case 'tables': {
      const items = node.tables.map((table, index) => closeTable(table, [...path, elementKey(index)], table.place))
      return { kind: 'list', path, place: node.keyPlace, keyPlace: node.keyPlace, items }
    }
    case 'value':
      return valueNode(node.value, path, node.keyPlace)
  }
}

function valueNode(value: CstValue, path: readonly string[], keyPlace: Place): Node {
  const place = placeFrom(value)
  switch (value.type) {
    case 'InlineArray': {
      const items = value.items.map(({ item }, index) => valueNode(item, [...path, elementKey(index)], placeFrom(item)))
      return { kind: 'list', path, place, keyPlace, items }
    }
    case 'InlineTable': {
      const open: OpenTable = { entries: new Map(), place, implicit: false }
      for (const { item } of value.items) addValue(open, item)
      return { ...closeTable(open, path, keyPlace), place }
    }
    case 'Boolean':
      return {
        ...scalarBase(path, place, keyPlace),
        type: 'boolean',
        raw: String(value.value),
        value: value.value,
        written: String(value.value),
      }
    default:
      return { ...scalarBase(path, place, keyPlace), ...scalarValue(value.type, value.raw, value.value) }
  }
}

const scalarBase = (path: readonly string[], place: Place, keyPlace: Place) =>
  ({ kind: 'scalar', path, place, keyPlace, broken: false, confidential: false }) as const

function scalarValue(type: 'String' | 'Integer' | 'Float' | 'DateTime', raw: string, value: unknown) {
  if (type === 'String') return { type: 'string', raw, value: String(value), written: String(value) } as const
  if (type === 'DateTime') return { type: 'date', raw, value: raw, written: raw } as const
  const number = typeof value === 'bigint' ? value : Number(value)
  return { type: type === 'Integer' ? 'integer' : 'float', raw, value: number, written: raw } as const
}

function placeFrom(node: CstNode): Place {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 }
}

/** The tree of an empty file. */
export function emptyRoot(): Table {
  return emptyTable([])
}
