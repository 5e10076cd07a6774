import type { Place } from './node.ts'

interface Mended {
  readonly place: Place
  readonly message: string
  /** The lines as they should stand; absent when we cannot tell, or when a password stands in them. */
  readonly suggestion?: string
}

/**
 * What a strict parser's complaint means, and for the two faults that published examples have (a backslash that is no escape, the header of a
 * table written twice) the text that would do (routing rules 1.1, 7).
 */
export function mendedLines(text: string, place: Place, reason: string): Mended {
  const lines = text.split(/\r?\n/)
  const line = lines[place.line - 1] ?? ''
  if (/escape/i.test(reason)) return mendedEscape(line, place)
  if (/redefine/i.test(reason)) return mendedTwice(lines, line, place)
  return { place, message: `this is not valid TOML: ${reason === '' ? 'the line cannot be read' : reason}` }
}

function mendedEscape(line: string, place: Place): Mended {
  const at = line.lastIndexOf('\\', place.column - 1)
  const found = line.slice(at, at + 2)
  const message = `"${found}" is no escape in a TOML string in double quotes; write "\\${found}", or the whole string in single quotes`
  const corrected = line.replace(/\\([^btnfre"\\uUx]|(?=$))/g, '\\\\$1')
  return withSuggestion({ place: { line: place.line, column: at + 1 }, message }, corrected === line ? undefined : corrected)
}

function mendedTwice(lines: readonly string[], line: string, place: Place): Mended {
  const name = headerName(line)
  if (name === undefined) return { place, message: 'this key has been set before in the same table; keep one of the two' }
  const first = lines.findIndex((other) => headerName(other) === name)
  const column = line.search(/\S/) + 1
  if (first < 0 || first >= place.line - 1)
    return { place: { line: place.line, column }, message: `[${name}] has been defined before; keep one of the two` }
  const body = (from: number): string[] => {
    const end = lines.findIndex((other, index) => index > from && headerName(other) !== undefined)
    return lines.slice(from + 1, end < 0 ? undefined : end).filter((other) => other.trim() !== '')
  }
  const merged = [lines[first] ?? '', ...body(first), ...body(place.line - 1)].join('\n')
  const message = `the table [${name}] begins a second time; TOML allows its header once, on line ${first + 1}: write the keys below that one`
  return withSuggestion({ place: { line: place.line, column }, message }, merged)
}

function headerName(line: string): string | undefined {
  const header = /^\s*\[\s*([^[\]]+?)\s*\]\s*(#.*)?$/.exec(line)?.[1]
  return header?.replace(/\s*\.\s*/g, '.').replace(/["']([\w-]+)["']/g, '$1')
}

function withSuggestion(mended: Mended, suggestion: string | undefined): Mended {
  if (suggestion === undefined || /secret|passw/i.test(suggestion)) return mended
  return { ...mended, suggestion }
}
