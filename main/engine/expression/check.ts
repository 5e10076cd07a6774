import { REFUSED_FUNCTIONS, REPLACEMENTS } from './context.ts'
import type { ExpressionContext } from './context.ts'
import { ExpressionError } from './errors.ts'
import { FUNCTIONS } from './functions.ts'
import { compilePattern } from './pattern.ts'
import type { Pattern } from './pattern.ts'
import { printString } from './print.ts'
import { nearestName } from './suggest.ts'
import { literalOf, walk } from './syntax-tree.ts'
import type { CallNode, NameNode, Node } from './syntax-tree.ts'

/** What a checked tree needs to run: the patterns of its `matches`, ready. */
export interface CheckedTree {
  patterns: ReadonlyMap<CallNode, Pattern>
}

/**
 * Sees to it that every name exists in the context, every call has its arguments and every literal-only argument is a literal.
 * @throws ExpressionError for the first that does not hold, in reading order
 */
export function check(text: string, root: Node, context: ExpressionContext): CheckedTree {
  const patterns = new Map<CallNode, Pattern>()
  walk(root, (node) => {
    if (node.type === 'name') checkName(text, node, root, context)
    if (node.type === 'call') checkCall(text, node, context, patterns)
  })
  return { patterns }
}

function checkName(text: string, node: NameNode, root: Node, context: ExpressionContext): void {
  if (literalOf(node) !== undefined || context.variables.includes(node.name)) return
  if (FUNCTIONS.has(node.name)) {
    throw new ExpressionError('syntax', `${node.name} is a function: write its arguments in brackets behind it`, { text, at: node.at })
  }
  throw unknownName(text, node, root, context)
}

function unknownName(text: string, node: NameNode, root: Node, context: ExpressionContext): ExpressionError {
  const { name } = node
  const place = { text, at: node.at }
  const replacement = REPLACEMENTS.get(name.toLowerCase())
  if (replacement) {
    const message = `"${name}" is not known in ${context.name}: ${replacement.hint}`
    return new ExpressionError('unknown-identifier', message, place, replacement.suggestion)
  }
  const message = `unknown variable "${name}"`
  if (REFUSED_FUNCTIONS.has(name)) return refusedFunction(name, place)
  if (/^[0-9.]/.test(name)) {
    return new ExpressionError('unknown-identifier', `${message}; durations are whole numbers with d, h, m, s or ms`, place)
  }
  const nearest = nearestName(name, [...context.variables, 'true', 'false'])
  if (nearest !== undefined && (node !== root || nearest.toLowerCase() === name.toLowerCase())) {
    return new ExpressionError('unknown-identifier', `${message}; ${nearest} is the nearest one there is`, place, nearest)
  }
  const quoted = printString(name)
  return new ExpressionError('unknown-identifier', `${message}; if it is a text, write it in quotes: ${quoted}`, place, quoted)
}

function refusedFunction(name: string, place: { text: string; at: number }): ExpressionError {
  const reason = REFUSED_FUNCTIONS.get(name) ?? ''
  return new ExpressionError('unknown-identifier', `${name} is not available: ${reason}`, place)
}

function checkCall(text: string, node: CallNode, context: ExpressionContext, patterns: Map<CallNode, Pattern>): void {
  const definition = FUNCTIONS.get(node.name)
  if (!definition) throw unknownFunction(text, node, context)
  const count = node.args.length
  if (count !== definition.arity) {
    const wanted = definition.arity === 1 ? '1 argument' : `${definition.arity} arguments`
    throw new ExpressionError('arity', `${node.name} takes ${wanted}, not ${count}`, { text, at: node.at })
  }
  if (definition.kind === 'matches') patterns.set(node, checkPattern(text, node))
  if (definition.kind === 'config') checkSettingKey(text, node)
}

function unknownFunction(text: string, node: CallNode, context: ExpressionContext): ExpressionError {
  const { name } = node
  const place = { text, at: node.at }
  if (REFUSED_FUNCTIONS.has(name)) return refusedFunction(name, place)
  if (context.variables.includes(name) || literalOf({ ...node, type: 'name' }) !== undefined) {
    return new ExpressionError('syntax', `${name} is no function; an operator is missing behind it`, place)
  }
  const nearest = nearestName(name, FUNCTIONS.keys())
  const hint = nearest === undefined ? '' : `; ${nearest} is the nearest one there is`
  return new ExpressionError('unknown-identifier', `unknown function "${name}"${hint}`, place, nearest)
}

function checkPattern(text: string, node: CallNode): Pattern {
  const pattern = node.args[0]
  if (pattern?.type !== 'string') {
    const at = pattern?.at ?? node.at
    throw new ExpressionError('bad-regex', "the pattern of matches has to be a text in quotes: matches('^a', rcpt)", { text, at })
  }
  try {
    return compilePattern(pattern.pattern)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ExpressionError('bad-regex', `the pattern cannot be used: ${error.message}`, { text, at: pattern.at })
  }
}

function checkSettingKey(text: string, node: CallNode): void {
  const key = node.args[0]
  if (key?.type === 'string') return
  throw new ExpressionError('syntax', "config_get takes the key as a text in quotes: config_get('server.hostname')", {
    text,
    at: key?.at ?? node.at,
  })
}
