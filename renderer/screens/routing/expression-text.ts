/**
 * As much of the rule language as the window must read to say a rule in plain words: its words and literals, not its grammar. The engine alone
 * decides what an expression means.
 */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'operator'
  /** As written. */
  readonly text: string
  /** A string without its quotes and escapes; otherwise as written. */
  readonly value: string
  /** Offsets in the text. */
  readonly start: number
  readonly end: number
}

const SHAPES = /\s+|'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|[A-Za-z0-9_$.]+|==|=>|=<|>=|<=|!=|&&|\|\||[-+*/!=<>&|^()[\],]/gy
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', "'": "'", '"': '"', n: '\n', r: '\r', t: '\t' }

/** The words of an expression, or null when there is something in it that belongs to no expression. */
export function tokens(text: string): readonly Token[] | null {
  const found: Token[] = []
  let end = 0
  for (const match of text.matchAll(SHAPES)) {
    const [shape] = match
    const start = match.index
    end = start + shape.length
    if (shape.trim() === '') continue
    found.push({ kind: kindOf(shape), text: shape, value: /^['"]/.test(shape) ? unquote(shape) : shape, start, end })
  }
  return end === text.length ? found : null
}

function kindOf(shape: string): Token['kind'] {
  if (/^['"]/.test(shape)) return 'string'
  if (/^[\d.]+$/.test(shape)) return 'number'
  return /^[\w$.]/.test(shape) ? 'name' : 'operator'
}

/** A text as a literal that reads back as it. */
export function quote(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return `'${escaped}'`
}

/** What a literal with its quotes stands for; an unknown escape stays as it is. */
function unquote(literal: string): string {
  return literal.slice(1, -1).replace(/\\([\s\S])/g, (both: string, character: string) => ESCAPES[character] ?? both)
}

/** The text when the whole expression is one literal, such as the `then` of nearly every rule; null otherwise. */
export function literalOf(expression: string): string | null {
  const all = tokens(expression)
  const only = all?.length === 1 ? all[0] : undefined
  return only?.kind === 'string' ? only.value : null
}

/** Puts values where the variables stand, so that one can see what was compared: `retry_num > 1` becomes `2 > 1`. */
export function withValues(expression: string, values: Readonly<Record<string, string | number>>): string {
  let shown = ''
  let from = 0
  for (const token of tokens(expression) ?? []) {
    const value = token.kind === 'name' && Object.hasOwn(values, token.text) ? values[token.text] : undefined
    if (value === undefined) continue
    shown += expression.slice(from, token.start) + (typeof value === 'number' ? String(value) : quote(value))
    from = token.end
  }
  return shown + expression.slice(from)
}
