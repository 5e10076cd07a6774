export type ExpressionErrorKind =
  'unknown-identifier' | 'arity' | 'paren' | 'unterminated-string' | 'bad-regex' | 'bad-character' | 'bad-number' | 'syntax'

export interface ErrorPlace {
  text: string // the whole expression
  at: number // offset of the fault in UTF-16 units
}

/** An expression that cannot be loaded. `message` says what was found and what would do, for a person; the place is `column`. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
  readonly kind: ExpressionErrorKind
  readonly column: number // 1-based, in characters (code points)
  readonly suggestion: string | undefined // expression text to put in the place of what was found
  constructor(kind: ExpressionErrorKind, message: string, place: ErrorPlace, suggestion?: string) {
    super(message)
    this.kind = kind
    this.column = columnAt(place.text, place.at)
    this.suggestion = suggestion
  }
}

/** An evaluation that outgrew its limits. Failures of the functions handed in pass through as they are. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
}

/** The 1-based column, in characters, of an offset in UTF-16 units. */
export function columnAt(text: string, at: number): number {
  let column = 1
  for (let offset = 0; offset < at && offset < text.length; column += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  return column
}
