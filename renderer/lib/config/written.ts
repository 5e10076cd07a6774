import { parse } from 'smol-toml'

/** The values of config.toml as they are written, macros and all; null when the text is not TOML. */
export function writtenValues(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return parse(text)
  } catch {
    // What is wrong with it the engine tells, with its place.
    return null
  }
}

/** What is written under a path of keys; undefined when nothing is. A route is found under either of its spellings. */
export function writtenAt(values: Readonly<Record<string, unknown>> | null, path: readonly string[]): unknown {
  return path.reduce<unknown>((table, key) => (isTable(table) && Object.hasOwn(table, key) ? table[key] : undefined), values)
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
