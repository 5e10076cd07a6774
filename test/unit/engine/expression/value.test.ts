import { describe, expect, test } from 'vitest'
import { isTruthy, toJson, toJsonText, toText, typeOf, valueOf } from '../../../../main/engine/expression/index.ts'

describe('valueOf', () => {
  test.each<[json: unknown, value: unknown, type: string]>([
    [5, 5n, 'int'],
    [-0, 0n, 'int'],
    [1e300, 2n ** 63n - 1n, 'int'],
    [-1e300, -(2n ** 63n), 'int'],
    [2n ** 70n, 2n ** 63n - 1n, 'int'],
    [1.5, 1.5, 'float'],
    [NaN, 0, 'float'],
    [Infinity, Number.MAX_VALUE, 'float'],
    [true, 1n, 'int'],
    [false, 0n, 'int'],
    ['5', '5', 'string'],
    [null, '', 'string'],
    [undefined, '', 'string'],
    [{ a: 1 }, '', 'string'],
    [[1, 'a', [true]], [1n, 'a', [1n]], 'array'],
  ])('%o', (json, value, type) => {
    expect(valueOf(json)).toEqual(value)
    expect(typeOf(valueOf(json))).toBe(type)
  })
})

test('toJson gives plain data and the type; toJsonText keeps all digits', () => {
  expect(toJson([1n, 1.5, 'a', [2n]])).toEqual({ value: [1, 1.5, 'a', [2]], type: 'array' })
  expect(toJsonText([2n ** 63n - 1n, 0.5, 'a"', []])).toBe('[9223372036854775807,0.5,"a\\"",[]]')
  expect(toJson(2n ** 53n + 1n)).toEqual({ value: 9007199254740992, type: 'int' })
})

test.each<[value: Parameters<typeof toText>[0], text: string]>([
  [5n, '5'],
  [-(2n ** 63n), '-9223372036854775808'],
  [2, '2'],
  [0.1, '0.1'],
  [1e21, '1000000000000000000000'],
  [-1.5e22, '-15000000000000000000000'],
  [1.25e-7, '0.000000125'],
  ['a', 'a'],
  [['a', 1n, 2.5], 'a\r\n1\r\n2.5'],
  [['a', ['b'], 'c'], 'a\r\nc'],
  [[], ''],
])('the text of %s', (value, text) => {
  expect(toText(value)).toBe(text)
})

test('truth', () => {
  for (const value of [1n, -1n, 0.1, '0', 'false', ' ', [0n], [[]]]) expect(isTruthy(value)).toBe(true)
  for (const value of [0n, 0, '', []]) expect(isTruthy(value)).toBe(false)
})
