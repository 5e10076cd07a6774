/** What docs/settings.md says, read from its headings, tables and examples. */

export interface DocumentedKey {
  /** As in the heading: `queue.route.<id>`. */
  readonly table: string
  readonly key: string
  /** The cell as written, `` `"5m"` `` or words. */
  readonly default: string
}

export interface Example {
  readonly heading: string
  readonly line: number
  readonly text: string
}

/** The rows of every table under a heading such as ``## `[queue.route.<id>]` `` whose columns are key, kind, default and meaning. */
export function documentedKeys(page: string): DocumentedKey[] {
  const keys: DocumentedKey[] = []
  let table: string | undefined
  let inTable = false
  for (const line of page.split('\n')) {
    if (line.startsWith('#')) table = /^#+ `\[(.+)\]`$/.exec(line)?.[1]
    if (line === '| key | kind | default | meaning |') inTable = true
    else if (!line.startsWith('|')) inTable = false
    const row = inTable ? /^\| `([^`]+)` \| [^|]+ \| ([^|]+) \|/.exec(line) : null
    if (row?.[1] !== undefined && table !== undefined) keys.push({ table, key: row[1], default: row[2] ?? '' })
  }
  return keys
}

/** The blocks marked as TOML. */
export function examples(page: string): Example[] {
  const found: Example[] = []
  let heading = ''
  let open: { line: number; lines: string[] } | undefined
  for (const [index, line] of page.split('\n').entries()) {
    if (open) {
      if (line === '```') {
        found.push({ heading, line: open.line, text: open.lines.join('\n') })
        open = undefined
      } else open.lines.push(line)
    } else if (line === '```toml') open = { line: index + 1, lines: [] }
    else if (line.startsWith('#')) heading = line.replace(/^#+ /, '')
  }
  return found
}

/** Whether a parsed example has the key; `<id>` stands for any name, and a list of tables for its elements. */
export function occursIn(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path
  if (key === undefined) return true
  if (typeof value !== 'object' || value === null) return false
  const entries = Object.entries(value)
  return entries.some(([name, inner]) => (key === '<id>' || key === name) && occursIn(inner, rest))
}
