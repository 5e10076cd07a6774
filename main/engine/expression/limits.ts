import { EvaluationError } from './errors.ts'

/** Longest expression text, in UTF-16 units. */
export const MAX_SOURCE_LENGTH = 256 * 1024
/** How deep brackets, calls and prefix operators may nest. */
export const MAX_NESTING = 200
/** How high the tree of one expression may grow; a chain such as `a + b + c` grows by one for each operator. */
export const MAX_TREE_DEPTH = 1000
/** Longest text an evaluation may build, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 1024 * 1024
/** Most elements an array may have. */
export const MAX_ARRAY_LENGTH = 10_000
/** Largest compiled regular expression, in instructions. */
export const MAX_PATTERN_SIZE = 20_000
/** Most work one search may cost: instructions of the pattern times length of the text. */
export const MAX_PATTERN_WORK = 50_000_000

/** @throws EvaluationError when the text is longer than an evaluation may build */
export function limitText(text: string): string {
  if (text.length > MAX_TEXT_LENGTH) throw new EvaluationError(`a text grew beyond ${MAX_TEXT_LENGTH} characters`)
  return text
}

/** @throws EvaluationError when the array is longer than an evaluation may build */
export function limitArray<T>(array: readonly T[]): readonly T[] {
  if (array.length > MAX_ARRAY_LENGTH) throw new EvaluationError(`an array grew beyond ${MAX_ARRAY_LENGTH} elements`)
  return array
}
