import type { KeyChange } from '../../contract/index.ts'
import { scalarsOf } from './node.ts'
import { parseToml } from './parse-toml.ts'

/** What makes one text of a configuration another. */
export interface TextChange {
  readonly addedLines: number
  readonly removedLines: number
  readonly changes: KeyChange[]
}

/** Compares two texts by their keys and by their lines. No value is told, so that no password is. */
export function changeBetween(before: string, after: string): TextChange {
  return { addedLines: linesOnlyIn(after, before), removedLines: linesOnlyIn(before, after), changes: keyChanges(before, after) }
}

/** Lines that one text has more often than the other. */
function linesOnlyIn(text: string, other: string): number {
  const left = new Map<string, number>()
  for (const line of other.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
  let only = 0
  for (const line of text.split('\n')) {
    const count = left.get(line) ?? 0
    if (count === 0) only++
    else left.set(line, count - 1)
  }
  return only
}

/** A list counts as one key. */
function keyChanges(before: string, after: string): KeyChange[] {
  const [old, now] = [valuesByKey(before), valuesByKey(after)]
  if (old === null || now === null) return []
  const gone = [...old.keys()].filter((path) => !now.has(path)).map((path) => ({ path, what: 'removed' as const }))
  const come = [...now].flatMap(([path, value]): KeyChange[] => {
    if (!old.has(path)) return [{ path, what: 'added' }]
    return old.get(path) === value ? [] : [{ path, what: 'changed' }]
  })
  return [...come, ...gone]
}

const ELEMENT = /^\d{4}$/

function valuesByKey(text: string): ReadonlyMap<string, string> | null {
  const { root } = parseToml(text)
  if (root === null) return null
  const values = new Map<string, string>()
  for (const { path, written } of scalarsOf(root)) {
    const element = path.findIndex((key) => ELEMENT.test(key))
    const key = (element < 0 ? path : path.slice(0, element)).join('.')
    values.set(key, `${values.get(key) ?? ''}\u0000${path.slice(element < 0 ? path.length : element).join('.')}=${written}`)
  }
  return values
}
