import { RE2JS, RE2JSException } from 're2js'
import { EvaluationError } from './errors.ts'
import { MAX_PATTERN_SIZE, MAX_PATTERN_WORK } from './limits.ts'

/** What the last `matches` found: `groups[0]` the whole match, then the groups. One object lives as long as one if-list is evaluated. */
export interface Captures {
  groups: readonly string[]
}

const NONE: readonly string[] = []
const LONGEST_PATTERN = 16 * 1024

export function newCaptures(): Captures {
  return { groups: NONE }
}

/** A pattern ready to search with. Its time is linear in the text (RE2), so no pattern can hang an evaluation. */
export interface Pattern {
  /** Searches the text anywhere, case-sensitively, and replaces the captures (2.5). @throws EvaluationError when it would take too long */
  search: (text: string, captures: Captures) => boolean
}

/** @throws RangeError whose message says what is wrong with the pattern */
export function compilePattern(source: string): Pattern {
  if (source.length > LONGEST_PATTERN) throw new RangeError(`it is longer than ${LONGEST_PATTERN} characters`)
  const compiled = compileRe2(source)
  const size = compiled.programSize()
  if (size > MAX_PATTERN_SIZE) throw new RangeError('it is too large; use fewer or smaller repetitions')
  return {
    search(text, captures) {
      captures.groups = NONE
      if (size * text.length > MAX_PATTERN_WORK) throw new EvaluationError('a text is too long to be searched with so large a pattern')
      if (!compiled.test(text)) return false
      captures.groups = groupsOf(compiled, text)
      return true
    },
  }
}

function compileRe2(source: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    throw new RangeError(explain(error.message), { cause: error })
  }
}

function explain(message: string): string {
  const reason = message.replace(/^error parsing regexp: /, '')
  if (/`\(\?(?:[=!]|<[=!])/.test(reason)) return `${reason}; look-around does not exist here`
  if (/escape sequence: `\\[1-9]/.test(reason)) return `${reason}; back-references do not exist here`
  return reason
}

function groupsOf(compiled: RE2JS, text: string): readonly string[] {
  const matcher = compiled.matcher(text)
  if (!matcher.find()) return NONE
  return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '')
}
