import { describe, expect, test } from 'vitest'
import { CONTEXTS, compileList, constantNames } from '../../../../main/engine/expression/index.ts'

const route = (value: unknown) => compileList(value, CONTEXTS.route)
function problemsOf(value: unknown): [code: string, path: string][] {
  const result = route(value)
  return result.ok ? [] : result.problems.map(({ code, path }) => [code, path])
}

describe('lists that load', () => {
  test.each<[value: unknown]>([
    ["'mx'"],
    ['sender_domain'],
    [false],
    [1],
    [-1],
    [5n],
    [1.5],
    [-1e-7],
    [[{ if: 'true', then: "'a'" }, { else: "'b'" }]],
    [[{ if: true, then: 1 }, { else: false }]],
    [[{ if: 'sender', then: "'a'" }, { if: '1', then: "'b'" }, { else: 'sender' }]],
  ])('%o', (value) => {
    expect(problemsOf(value)).toEqual([])
  })
})

describe('lists that are refused', () => {
  const a = { if: 'true', then: "'a'" }
  const otherwise = { else: "'b'" }
  test.each<[value: unknown, problems: [code: string, path: string][]]>([
    [[{ else: "'mx'" }], [['else-without-if', '0000']]],
    [[a, otherwise, a], [['branch-after-else', '0002']]],
    [[a], [['no-else', '']]],
    [[], [['no-else', '']]],
    [[a, otherwise, otherwise], [['two-elses', '0002']]],
    [[{ if: 'true' }, otherwise], [['if-without-then', '0000']]],
    [[{ then: "'a'" }, otherwise], [['then-without-if', '0000']]],
    [[a, { else: "'b'", then: "'c'" }], [['then-in-else', '0001']]],
    [[a, { if: '1', then: "'c'", else: "'b'" }], [['then-in-else', '0001']]],
    [[{ if: '1', else: "'b'" }], [['then-in-else', '0000']]],
    [[a, { ...otherwise, comment: 'x' }], [['unknown-element-key', '0001.comment']]],
    [[{ ...a, If: 'x' }, otherwise], [['unknown-element-key', '0000.If']]],
    [[a, {}, otherwise], [['empty-element', '0001']]],
    [
      ["'mx'"],
      [
        ['element-not-a-table', '0000'],
        ['no-else', ''],
      ],
    ],
    [[a, [otherwise], otherwise], [['element-not-a-table', '0001']]],
    [[a, null, otherwise], [['element-not-a-table', '0001']]],
    [{ if: 'true', then: "'a'" }, [['not-an-expression', '']]],
    [null, [['not-an-expression', '']]],
    [undefined, [['not-an-expression', '']]],
    [NaN, [['not-an-expression', '']]],
    [new Date(0), [['not-an-expression', '']]],
    [[{ if: ['true'], then: "'a'" }, otherwise], [['not-an-expression', '0000.if']]],
    ['', [['syntax', '']]],
    ['relay', [['unknown-identifier', '']]],
    [[{ if: 'true', then: 'relay' }, otherwise], [['unknown-identifier', '0000.then']]],
    [[a, { else: 'relay' }], [['unknown-identifier', '0001.else']]],
    [[{ if: '1 +', then: "'a'" }, otherwise], [['syntax', '0000.if']]],
  ])('%o', (value, problems) => {
    expect(problemsOf(value)).toEqual(problems)
  })

  test('all problems come at once, each with its place', () => {
    const result = route([{ if: 'rcpt_domian == 1', then: 'relay' }, { if: '(1', then: 'len()' }, { if: '1' }, { then: "'a", x: 1 }])
    expect(result.ok).toBe(false)
    if (result.ok) return
    expect(result.problems.map(({ code, path, column, suggestion }) => ({ code, path, column, suggestion }))).toEqual([
      { code: 'unknown-identifier', path: '0000.if', column: 1, suggestion: 'rcpt_domain' },
      { code: 'unknown-identifier', path: '0000.then', column: 1, suggestion: "'relay'" },
      { code: 'paren', path: '0001.if', column: 1, suggestion: undefined },
      { code: 'arity', path: '0001.then', column: 1, suggestion: undefined },
      { code: 'if-without-then', path: '0002', column: undefined, suggestion: undefined },
      { code: 'unknown-element-key', path: '0003.x', column: undefined, suggestion: undefined },
      { code: 'then-without-if', path: '0003', column: undefined, suggestion: undefined },
      { code: 'unterminated-string', path: '0003.then', column: 1, suggestion: undefined },
      { code: 'no-else', path: '', column: undefined, suggestion: undefined },
    ])
  })

  test.each([
    ['relay', "'relay'"],
    ['smarthost_2', "'smarthost_2'"],
    ['sendr', "'sendr'"],
    ['len', "'len'"],
    ['mx', "'mx'"],
  ])('a bare word %s in result position is suggested in quotes', (word, suggestion) => {
    for (const value of [word, [{ if: '1', then: word }, { else: "'a'" }], [{ if: '1', then: "'a'" }, { else: word }]]) {
      const result = route(value)
      expect(result.ok ? [] : result.problems.map((problem) => problem.suggestion)).toEqual([suggestion])
    }
  })

  test('mx without quotes is a variable where a host is being chosen', () => {
    expect(compileList('mx', CONTEXTS.tls).ok).toBe(true)
    expect(compileList('mx', CONTEXTS.connection).ok).toBe(true)
  })
})

test('constant names are found with their places, also through if_then', () => {
  const result = route([
    { if: "sender == 'not-a-name'", then: "'relay'" },
    { if: 'retry_num > 1', then: "if_then(size > 5, 'big', if_then(1, 'small', sender))" },
    { if: 'retry_num > 7', then: "'x' + sender" },
    { else: "'mx'" },
  ])
  if (!result.ok) throw new Error('was refused')
  expect(constantNames(result.list)).toEqual([
    { name: 'relay', path: '0000.then', column: 1 },
    { name: 'big', path: '0001.then', column: 19 },
    { name: 'small', path: '0001.then', column: 37 },
    { name: 'mx', path: '0003.else', column: 1 },
  ])
  const plain = route("'mx'")
  if (!plain.ok) throw new Error('was refused')
  expect(constantNames(plain.list)).toEqual([{ name: 'mx', path: '', column: 1 }])
})
