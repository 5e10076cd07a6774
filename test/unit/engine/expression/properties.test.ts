import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  CONTEXTS,
  EvaluationError,
  ExpressionError,
  FUNCTIONS,
  compile,
  compileList,
  toJsonText,
} from '../../../../main/engine/expression/index.ts'
import type { CompiledExpression, Value } from '../../../../main/engine/expression/index.ts'
import { compileFor, environment, valueFor } from './support.ts'

vi.setConfig({ testTimeout: 60_000 }) // thousands of runs, on machines that may be busy

function compileOrRefuse(text: string): CompiledExpression | undefined {
  try {
    return compile(text, CONTEXTS.tls)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    expect(error.column).toBeGreaterThanOrEqual(1)
    expect(error.column).toBeLessThanOrEqual(Array.from(text).length + 1)
    expect(error.message).not.toBe('')
    return undefined
  }
}

/** The value over the fixture as text, or that the evaluation outgrew its limits. */
function outcomeOf(expression: CompiledExpression): string {
  try {
    const value = expression.evaluate(environment())
    if (value instanceof Promise) throw new Error('waited')
    return toJsonText(value)
  } catch (error) {
    if (error instanceof EvaluationError) return 'too large'
    throw error
  }
}

const VARIABLES = CONTEXTS.tls.variables
const OPERATORS = ['||', '|', '&&', '&', '^', '==', '=', '!=', '>', '>=', '=>', '<', '<=', '=<', '+', '-', '*', '/']
const STRINGS = [
  "''",
  "'a'",
  `"it's"`,
  String.raw`'\'\\n\n'`,
  "'10'",
  "'1.5'",
  "'example.org'",
  "'🙂'",
  "'a,b'",
  String.raw`'\d'`,
  "'mx'",
  "'sha1'",
]
const NUMBERS = ['0', '1', '2', '10', '1.5', '.5', '9223372036854775807', '5m', '0.0000001', '123456789012345678901234567890.0']
const ATOMS = [...VARIABLES, ...STRINGS, ...NUMBERS, 'true', 'false', '$0', '$1', '$name', '[]']

const token = fc.constantFrom(
  ...OPERATORS,
  ...ATOMS,
  ...FUNCTIONS.keys(),
  '(',
  ')',
  '[',
  ']',
  ',',
  '!',
  '-',
  "'",
  '"',
  '#',
  'relay',
  '1.2.3',
  '}',
  '\\',
)
const soup = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(' '))
const tightSoup = fc.array(token, { maxLength: 20 }).map((tokens) => tokens.join(''))

/** Well-formed expressions, with and without brackets of their own. */
const { expression } = fc.letrec<{ expression: string; atom: string; call: string; array: string; chain: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    tie('atom'),
    tie('call'),
    tie('array'),
    tie('chain'),
    tie('chain'),
    tie('expression').map((inner) => `(${inner})`),
    fc.tuple(fc.constantFrom('!', '-', '!!', '- -'), tie('atom')).map(([prefix, inner]) => `${prefix}${inner}`),
    fc.tuple(tie('expression'), tie('expression')).map(([target, index]) => `(${target})[${index}]`),
  ),
  atom: fc.constantFrom(...ATOMS),
  call: fc
    .tuple(fc.constantFrom(...FUNCTIONS), fc.array(tie('expression'), { minLength: 3, maxLength: 3 }))
    .map(([[name, { kind, arity }], args]) => {
      const rest = args.slice(0, arity)
      if (kind === 'matches') rest[0] = String.raw`'(?i)(a)?\.(.)'`
      if (kind === 'config') rest[0] = "'server.hostname'"
      return `${name}(${rest.join(', ')})`
    }),
  array: fc.array(tie('expression'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  chain: fc
    .tuple(tie('expression'), fc.array(fc.tuple(fc.constantFrom(...OPERATORS), tie('expression')), { minLength: 1, maxLength: 4 }))
    .map(([first, rest]) => [first, ...rest.map(([operator, operand]) => `${operator} ${operand}`)].join(' ')),
}))

describe('whatever is written', () => {
  const unlucky = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 30 }), soup, tightSoup, expression)

  test('an expression loads or is refused with a place; nothing else is thrown', () => {
    fc.assert(
      fc.property(unlucky, (text) => {
        const compiled = compileOrRefuse(text)
        if (compiled) outcomeOf(compiled)
      }),
      { numRuns: 3000 },
    )
  })

  test('a list loads or names its problems; nothing is thrown', () => {
    const part = fc.oneof(unlucky, fc.boolean(), fc.double(), fc.bigInt(), fc.constant(null), fc.constant([]))
    const element = fc.oneof(
      { weight: 9, arbitrary: fc.record({ if: part, then: part, else: part, other: part }, { requiredKeys: [] }) },
      { weight: 1, arbitrary: fc.anything() },
    )
    fc.assert(
      fc.property(fc.oneof(fc.array(element, { maxLength: 4 }), part, fc.anything()), (value) => {
        const result = compileList(value, CONTEXTS.route)
        if (!result.ok) expect(result.problems.length).toBeGreaterThan(0)
      }),
      { numRuns: 1000 },
    )
  })

  test('a pattern loads or is refused, and searching ends', () => {
    const piece = fc.constantFrom(
      'a',
      '(',
      ')',
      '[',
      ']',
      '*',
      '+',
      '?',
      '{2,9}',
      '|',
      '^',
      '$',
      '.',
      '\\d',
      '\\1',
      '(?i)',
      '(?P<n>',
      '(?=',
      '\\pL',
      '\\',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), fc.string({ maxLength: 50 }), (pieces, text) => {
        const compiled = compileOrRefuse(`matches('${pieces.join('')}', sender)`)
        const value = compiled?.evaluate(environment({ sender: text }))
        if (compiled) expect(value === 0n || value === 1n).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a well-formed expression', () => {
  test('loads, and its printed form reads back as the same expression with the same value', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const first = compile(text, CONTEXTS.tls)
        const second = compile(first.print(), CONTEXTS.tls)
        expect(second.print()).toBe(first.print())
        expect(outcomeOf(second)).toBe(outcomeOf(first))
      }),
      { numRuns: 2000 },
    )
  })

  test('has the same value whether the outside answers at once or later', async () => {
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const compiled = compile(text, CONTEXTS.tls)
        const later = await (async () => compiled.evaluate(environment({}, true)))().then(toJsonText, (error: unknown) => {
          if (error instanceof EvaluationError) return 'too large'
          throw error
        })
        expect(later).toBe(outcomeOf(compiled))
      }),
      { numRuns: 1000 },
    )
  })

  test('keeps its value when every operator is bracketed as the precedence says', () => {
    const levels = ['* /', '+ -', '> >= < <=', '== !=', '^', '&&', '||'].map((operators) => operators.split(' '))
    const bracketed = (parts: string[]): string => {
      let left = parts
      for (const level of levels) {
        const next: string[] = []
        for (const part of left) {
          const operator = next.at(-1) ?? ''
          if (level.includes(operator)) next.splice(-2, 2, `(${next.at(-2) ?? ''} ${operator} ${part})`)
          else next.push(part)
        }
        left = next
      }
      return left.join(' ')
    }
    const operand = fc.constantFrom('0', '1', '2', '3', "'a'", "''", "'2'", '1.5', 'retry_num', 'sender', '[1]')
    const operator = fc.constantFrom(...levels.flat())
    fc.assert(
      fc.property(operand, fc.array(fc.tuple(operator, operand), { maxLength: 6 }), (first, rest) => {
        const parts = [first, ...rest.flat()]
        expect(valueFor(parts.join(' '))).toEqual(valueFor(bracketed(parts)))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('ints', () => {
  const MAX = 2n ** 63n - 1n
  const MIN = -(2n ** 63n)
  const clamp = (value: bigint): bigint => (value > MAX ? MAX : value < MIN ? MIN : value)
  const int = fc.oneof(
    fc.bigInt({ min: MIN, max: MAX }),
    fc.constantFrom(MAX, MIN, MAX - 1n, MIN + 1n, 0n, 1n, -1n),
    fc.bigInt({ min: -9n, max: 9n }),
  )
  const model: Record<string, (a: bigint, b: bigint) => Value> = {
    '+': (a, b) => clamp(a + b),
    '-': (a, b) => clamp(a - b),
    '*': (a, b) => clamp(a * b),
    '==': (a, b) => (a === b ? 1n : 0n),
    '!=': (a, b) => (a === b ? 0n : 1n),
    '<': (a, b) => (a < b ? 1n : 0n),
    '<=': (a, b) => (a <= b ? 1n : 0n),
    '>': (a, b) => (a > b ? 1n : 0n),
    '>=': (a, b) => (a >= b ? 1n : 0n),
    '/': (a, b) => (b === 0n ? 0 : Number(a) / Number(b) + 0),
  }
  test.each(Object.keys(model))('%s is that of 64-bit ints that stop at their ends', (operator) => {
    fc.assert(
      fc.property(int, int, (a, b) => {
        expect(valueFor(`${a} ${operator} ${b}`)).toBe(model[operator]?.(a, b))
      }),
    )
  })
  test('unary minus stops at the end too', () => {
    fc.assert(
      fc.property(int, (a) => {
        expect(valueFor(`-(${a})`)).toBe(clamp(-a))
      }),
    )
  })
})

describe('equality and order', () => {
  const scalar = fc.oneof(
    fc.constantFrom('0', '1', '2.5', '-1', "'a'", "'1'", "''", "'b'"),
    fc.string({ maxLength: 3 }).map((text) => JSON.stringify(text.replace(/[\\"']/g, ''))),
  )
  const operand = fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
  )
  test('!= is the opposite of ==, and == does not mind the sides', () => {
    fc.assert(
      fc.property(operand, operand, (a, b) => {
        expect(valueFor(`(${a} != ${b}) == !(${a} == ${b})`)).toBe(1n)
        expect(valueFor(`(${a} == ${b}) == (${b} == ${a})`)).toBe(1n)
      }),
    )
  })
  test('dedup and is_intersect go by ==', () => {
    const items = fc.array(operand, { maxLength: 6 })
    fc.assert(
      fc.property(items, items, (a, b) => {
        const kept: string[] = []
        for (const item of a) if (!kept.some((other) => valueFor(`${other} == ${item}`) === 1n)) kept.push(item)
        expect(valueFor(`dedup([${a.join(',')}])`)).toEqual(valueFor(`[${kept.join(',')}]`))
        const shared = a.some((item) => b.some((other) => valueFor(`${item} == ${other}`) === 1n))
        expect(valueFor(`is_intersect([${a.join(',')}], [${b.join(',')}])`)).toBe(shared ? 1n : 0n)
      }),
    )
  })
  test('strings are in the order of their bytes', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 6 })
    fc.assert(
      fc.property(text, text, (sender, rcpt) => {
        const bytes = Buffer.compare(Buffer.from(sender), Buffer.from(rcpt))
        expect(valueFor('sender < rcpt', { sender, rcpt })).toBe(bytes < 0 ? 1n : 0n)
        expect(valueFor('sender >= rcpt', { sender, rcpt })).toBe(bytes >= 0 ? 1n : 0n)
      }),
    )
  })
})

test('a string is read back as it was printed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const literal = `'${text.replace(/[\\']/g, '\\$&')}'`
      expect(compileFor(literal).evaluate(environment())).toBe(text)
    }),
  )
})
