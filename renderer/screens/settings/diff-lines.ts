import { structuredPatch } from 'diff'

/** A line of two texts laid over each other; `gap` stands for equal lines that are left out. */
export type DiffLine =
  | { readonly kind: 'same' | 'added' | 'removed'; readonly text: string; readonly number: number }
  | { readonly kind: 'gap'; readonly count: number }

const AROUND = 3

/** What became of a text, with three equal lines around each change. Empty when nothing did. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const { hunks } = structuredPatch('', '', ended(before), ended(after), undefined, undefined, { context: AROUND })
  const lines: DiffLine[] = []
  let shown = 0
  for (const { oldStart, newStart, oldLines, lines: changed } of hunks) {
    if (oldStart - 1 > shown) lines.push({ kind: 'gap', count: oldStart - 1 - shown })
    let [old, now] = [oldStart, newStart]
    for (const line of changed) {
      const text = line.slice(1)
      if (line.startsWith('+')) lines.push({ kind: 'added', text, number: now++ })
      else if (line.startsWith('-')) lines.push({ kind: 'removed', text, number: old++ })
      else if (line.startsWith(' ')) {
        lines.push({ kind: 'same', text, number: now++ })
        old++
      }
    }
    shown = oldStart - 1 + oldLines
  }
  const rest = lineCount(before) - shown
  if (hunks.length > 0 && rest > 0) lines.push({ kind: 'gap', count: rest })
  return lines
}

/** The last line counts with or without its end. */
function ended(text: string): string {
  const unix = text.replaceAll('\r\n', '\n')
  return unix === '' || unix.endsWith('\n') ? unix : `${unix}\n`
}

function lineCount(text: string): number {
  return ended(text).split('\n').length - 1
}
