/** A position in the file, both from 1; columns count UTF-16 units as editors do. */
export interface Place {
  readonly line: number
  readonly column: number
}

interface Common {
  /** Keys from the root, under the spelling that counts (`queue`, `route`, …); array elements as four digits. */
  readonly path: readonly string[]
  /** Where the value begins; a table's header or key. */
  readonly place: Place
  readonly keyPlace: Place
}

export interface Scalar extends Common {
  readonly kind: 'scalar'
  readonly type: 'string' | 'integer' | 'float' | 'boolean' | 'date'
  /** As it stands in the file, with quotes. */
  readonly raw: string
  /** After macros; numbers and booleans as TOML reads them, dates as their text. */
  readonly value: string | number | bigint | boolean
  /** The value before macros, as text. */
  readonly written: string
  /** A macro in it failed, which has been reported: the value must not be used. */
  readonly broken: boolean
  /** A stored secret went into it, so it may not be shown. */
  readonly confidential: boolean
}
export interface Table extends Common {
  readonly kind: 'table'
  readonly entries: ReadonlyMap<string, Node>
}
interface List extends Common {
  readonly kind: 'list'
  readonly items: readonly Node[]
}
/** The file as a tree of values that know their place. */
export type Node = Scalar | Table | List

export const START: Place = { line: 1, column: 1 }

export function elementKey(index: number): string {
  return String(index).padStart(4, '0')
}

export function emptyTable(path: readonly string[], place: Place = START): Table {
  return { kind: 'table', path, place, keyPlace: place, entries: new Map() }
}

/** The same tree under another path; places stay where the text is. */
export function movedTo(node: Node, path: readonly string[]): Node {
  if (node.kind === 'scalar') return { ...node, path }
  if (node.kind === 'list') return { ...node, path, items: node.items.map((item, index) => movedTo(item, [...path, elementKey(index)])) }
  return { ...node, path, entries: new Map([...node.entries].map(([key, child]) => [key, movedTo(child, [...path, key])])) }
}

/** Every scalar below a node with its place in the tree, in the order of the file. */
export function scalarsOf(node: Node): Scalar[] {
  if (node.kind === 'scalar') return [node]
  const children = node.kind === 'list' ? node.items : [...node.entries.values()]
  return children.flatMap(scalarsOf)
}

/** The same tree with each scalar replaced. */
export function mapScalars(node: Node, change: (scalar: Scalar) => Scalar): Node {
  if (node.kind === 'scalar') return change(node)
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => mapScalars(item, change)) }
  return { ...node, entries: new Map([...node.entries].map(([key, child]) => [key, mapScalars(child, change)])) }
}

/** The node at a path, or undefined. */
export function nodeAt(root: Node, path: readonly string[]): Node | undefined {
  let node: Node | undefined = root
  for (const key of path) {
    if (node?.kind === 'table') node = node.entries.get(key)
    else if (node?.kind === 'list') node = node.items[Number(key)]
    else return undefined
  }
  return node
}

/**
 * The value as the schemas take it. A whole number that is not written in plain decimal digits (`1_000`, `0x10`, `+5`, `1.0`) is handed over as its text,
 * so that each schema decides about it.
 */
export function plainValue(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(plainValue)
  if (node.kind === 'table') return Object.fromEntries([...node.entries].map(([key, child]) => [key, plainValue(child)]))
  if (node.type === 'integer' && !/^-?\d+$/.test(node.raw)) return node.raw
  if (node.type === 'float' && Number.isInteger(node.value)) return node.raw
  return node.value
}

/** Whether two trees say the same, wherever they stand. */
export function sameContent(left: Node, right: Node): boolean {
  if (left.kind === 'scalar') return right.kind === 'scalar' && left.type === right.type && left.value === right.value
  if (left.kind === 'list') {
    return (
      right.kind === 'list' &&
      left.items.length === right.items.length &&
      left.items.every((item, index) => {
        const other = right.items[index]
        return other !== undefined && sameContent(item, other)
      })
    )
  }
  if (right.kind !== 'table' || left.entries.size !== right.entries.size) return false
  return [...left.entries].every(([key, child]) => {
    const other = right.entries.get(key)
    return other !== undefined && sameContent(child, other)
  })
}

/**
 * Where a character of a string value stands in the file: the start of the string plus the value's escapes and line breaks.
 * @param offset  UTF-16 offset in the value as TOML reads it
 */
export function placeInString(scalar: Scalar, offset: number): Place {
  const { raw, place } = scalar
  const literal = raw.startsWith("'")
  const multiline = raw.startsWith('"""') || raw.startsWith("'''")
  let at = multiline ? 3 : 1
  if (multiline) at += /^\r?\n/.exec(raw.slice(at))?.[0].length ?? 0
  for (let done = 0; done < offset && at < raw.length;) {
    const step = literal ? ([1, 1] as const) : escapeAt(raw, at)
    at += step[0]
    done += step[1]
  }
  const before = raw.slice(0, at)
  const breaks = before.split('\n')
  const last = breaks[breaks.length - 1] ?? ''
  return { line: place.line + breaks.length - 1, column: breaks.length === 1 ? place.column + at : last.length + 1 }
}

/** Length in the source and in the value of what stands at `at` in a basic string. */
function escapeAt(raw: string, at: number): readonly [number, number] {
  if (raw[at] !== '\\') return [1, 1]
  const trimmed = /^\\[ \t]*\r?\n\s*/.exec(raw.slice(at))
  if (trimmed) return [trimmed[0].length, 0]
  const digits = { x: 2, u: 4, U: 8 }[raw[at + 1] ?? '']
  if (digits === undefined) return [2, 1]
  const code = Number.parseInt(raw.slice(at + 2, at + 2 + digits), 16)
  return [2 + digits, code > 0xffff ? 2 : 1]
}
