import { expect, test } from 'vitest'
import { EvaluationError } from '../../../../main/engine/expression/index.ts'
import { compileFor, environment, valueFor } from './support.ts'

const sum = (text: string, times: number): string => Array<string>(times).fill(text).join(' + ')

test('a text that grows beyond its limit ends the evaluation', () => {
  expect(() => valueFor(sum('sender', 100), { sender: 'a'.repeat(20_000) })).toThrow(EvaluationError)
})

test('an array that grows beyond its limit ends the evaluation', () => {
  expect(() => valueFor(sum('recipients', 100), { recipients: Array(200).fill('a') })).toThrow(EvaluationError)
  expect(() => valueFor("split(sender, 'a')", { sender: 'a'.repeat(50_000) })).toThrow(EvaluationError)
})

test('an array whose text is too long ends the evaluation', () => {
  expect(() =>
    valueFor("contains(recipients + '', 'x') + len(to_lowercase(recipients)) + ('' + len(trim(recipients + recipients)))"),
  ).not.toThrow()
  expect(() => valueFor('starts_with(recipients, 1)', { recipients: Array(5000).fill('a'.repeat(500)) })).toThrow(EvaluationError)
})

test('an answer from outside that is too large ends the evaluation', () => {
  const flooded = environment()
  flooded.functions = { ...flooded.functions, dnsQuery: () => Array<string>(20_000).fill('a'), keyGet: () => 'a'.repeat(2_000_000) }
  expect(() => compileFor("dns_query('a', 'mx')").evaluate(flooded)).toThrow(EvaluationError)
  expect(() => compileFor("key_get('', 'a')").evaluate(flooded)).toThrow(EvaluationError)
})

test('a search that would take too long ends the evaluation', () => {
  expect(() => valueFor("matches('(a?b?c?){1000}z', sender)", { sender: 'abc'.repeat(100_000) })).toThrow(EvaluationError)
})

test('patterns that hang backtracking engines answer at once', () => {
  const sender = 'a'.repeat(5000)
  expect(valueFor("matches('(a+)+$', sender)", { sender: `${sender}!` })).toBe(0n)
  expect(valueFor("matches('^(a|aa)+$', sender)", { sender: `${sender}!` })).toBe(0n)
  expect(valueFor("matches('(.*)*x', sender)", { sender })).toBe(0n)
})
