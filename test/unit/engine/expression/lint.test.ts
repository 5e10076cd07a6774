import { describe, expect, test } from 'vitest'
import { CONTEXTS, compileList } from '../../../../main/engine/expression/index.ts'
import { compileFor } from './support.ts'

const lintsOf = (text: string) => compileFor(text).warnings.map(({ code, column, suggestion }) => [code, column, suggestion])

describe('likely mistakes inside an expression', () => {
  test.each<[expression: string, lints: unknown[]]>([
    ['queue_age > 1h', [['unit-mismatch', 13, 'queue_age > 3600']]],
    ['1d <= queue_age', [['unit-mismatch', 1, '86400 <= queue_age']]],
    ['expires_in < 30m && retry_num > 1', [['unit-mismatch', 14, 'expires_in < 1800']]],
    ['queue_age + 60 > 500ms', [['unit-mismatch', 18, 'queue_age + 60 > 0.5']]],
    ['queue_age == 1h + 30m', [['unit-mismatch', 14, 'queue_age == 3600 + 1800']]],
    ['queue_age * 1000 > 1h', []],
    ['queue_age > 1h / 1000', []],
    ['queue_age > 3600', []],
    ['size > 1h', []],
    ["rcpt_domain == ('a' || 'b')", [['or-of-constants', 17, "contains(['a', 'b'], rcpt_domain)"]]],
    ["('a' | 'b' | 'c') != rcpt_domain", [['or-of-constants', 2, "!contains(['a', 'b', 'c'], rcpt_domain)"]]],
    ["rcpt_domain == 'a' || 'b'", [['or-of-constants', 23, "contains(['a', 'b'], rcpt_domain)"]]],
    ["rcpt_domain == 'a' || 'b' || 'c'", [['or-of-constants', 23, "contains(['a', 'b', 'c'], rcpt_domain)"]]],
    ["rcpt_domain == 'a' || 'b' || size > 1", [['or-of-constants', 23, undefined]]],
    ["sender || 'none'", []],
    ["rcpt_domain == 'a' || rcpt_domain == 'b'", []],
    ["rcpt_domain == '*.example.org'", [['wildcard-literal', 16, "ends_with(rcpt_domain, '.example.org')"]]],
    ["rcpt_domain == 'outlook.*'", [['wildcard-literal', 16, "starts_with(rcpt_domain, 'outlook.')"]]],
    ["rcpt_domain != 'mail.*.de'", [['wildcard-literal', 16, String.raw`!matches("^mail\..*\.de$", rcpt_domain)`]]],
    ["is_local_domain('*', rcpt_domain)", []],
  ])('%s', (text, lints) => {
    expect(lintsOf(text)).toEqual(lints)
  })

  test.each(['queue_age > 1h', "('a' || 'b') == sender", "sender == 'x' || 'y'", "sender != 'a*b\"*'", "sender == '*'"])(
    'what is suggested for %s loads without warning',
    (text) => {
      const [lint] = compileFor(text).warnings
      expect(compileFor(lint?.suggestion ?? '').warnings).toEqual([])
    },
  )
})

function listWarnings(branches: [condition: string, result?: string][], otherwise: unknown = "'z'"): [string, string][] {
  const list = branches.map(([condition, result], index) => ({ if: condition, then: result ?? `'${index}'` }))
  const result = compileList([...list, { else: otherwise }], CONTEXTS.route)
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '))
  return result.warnings.map(({ code, path }) => [code, path])
}

describe('branches that are never reached', () => {
  test.each<[earlier: string, later: string]>([
    ["sender == 'a'", "sender == 'a'"],
    ["sender=='a'", "sender = 'a'"],
    ['retry_num > 0', 'retry_num > 1'],
    ['retry_num > 0', 'retry_num >= 1'],
    ['retry_num >= 1', 'retry_num > 0'],
    ['retry_num > 0', 'retry_num == 5'],
    ['0 < retry_num', 'retry_num > 1'],
    ['retry_num < 5', 'retry_num <= 4'],
    ['retry_num != 3', 'retry_num == 4'],
    ["retry_num > 0 && last_error == 'tls'", "retry_num > 1 && last_error == 'tls'"],
    ["last_error == 'tls' && retry_num > 0", "retry_num > 1 && last_error == 'tls' && size > 5"],
    ["sender == 'a' || sender == 'b'", "sender == 'b'"],
    ["sender == 'a' || size > 1", "sender == 'a' && size == 0 || size > 7"],
    ["contains(['a', 'b'], rcpt_domain)", "rcpt_domain == 'a'"],
    ["contains(['a', 'b', 'c'], rcpt_domain)", "contains(['c', 'a'], rcpt_domain)"],
    ["ends_with(rcpt_domain, '.de')", "rcpt_domain == 'office.de'"],
    ["sender != 'a'", "sender == 'b'"],
    ['sender', "sender == 'b'"],
    ["is_local_domain('', rcpt_domain)", "is_local_domain('', rcpt_domain) && retry_num > 1"],
    ["matches('a', rcpt)", "matches('a', rcpt)"],
  ])('%s before %s', (earlier, later) => {
    expect(listWarnings([[earlier], [later]])).toEqual([['branch-unreachable', '0001.if']])
  })

  test.each<[earlier: string, later: string]>([
    ['retry_num > 1', 'retry_num > 0'],
    ["retry_num > 1 && last_error == 'tls'", "retry_num > 0 && last_error == 'tls'"],
    ["retry_num > 0 && last_error == 'tls'", 'retry_num > 1'],
    ["sender == 'a'", "sender == 'A'"],
    ["sender == 'a'", "sender == 'a' || sender == 'b'"],
    ["contains(['a'], rcpt_domain)", "contains(['a', 'b'], rcpt_domain)"],
    ["ends_with(rcpt_domain, '.de')", "rcpt_domain == 'office.com'"],
    ['sender', "sender == ''"],
    ["$1 == 'a'", "$1 == 'a'"],
    ['retry_num > 5', 'retry_num < 3'],
    ["sender_domain == 'a'", "rcpt_domain == 'a'"],
    ['size > 1', 'priority > 2'],
  ])('%s does not cover %s', (earlier, later) => {
    expect(listWarnings([[earlier], [later]])).toEqual([])
  })

  test('everything behind a condition that is always true', () => {
    expect(listWarnings([['size > 1'], ['1 == 1'], ["sender == 'a'"]])).toEqual([
      ['branch-unreachable', '0002.if'],
      ['branch-unreachable', '0003'],
    ])
  })

  test('a branch that is switched off by false is left alone', () => {
    expect(listWarnings([['false'], ['size > 1']])).toEqual([])
  })

  test('hundreds of branches are looked through', () => {
    const branches = Array.from({ length: 400 }, (_, index): [string] => [`rcpt_domain == 'd${index}.example' && size < ${index}`])
    expect(listWarnings(branches)).toEqual([])
  })
})

describe('results that are no name', () => {
  test.each<[result: unknown, warned: boolean]>([
    [false, true],
    ['0', true],
    ['retry_num', true],
    ["sender == 'a'", true],
    ["retry_num > 0 && 'relay'", true],
    ["['a']", true],
    ['1.5', true],
    ['recipients', true],
    ['if_then(1, 2, 3)', true],
    ["'mx'", false],
    ['sender_domain', false],
    ["if_then(1, 'a', 'b')", false],
    ["if_then(1, 'a', 2)", false],
    ["sender && 'relay'", false],
    ['recipients[0]', false],
    ["key_get('', rcpt_domain)", false],
    ["'relay-' + sender_domain", false],
  ])('%j', (result, warned) => {
    expect(listWarnings([['size > 1']], result)).toEqual(warned ? [['else-not-string', '0001.else']] : [])
    expect(listWarnings([['size > 1', String(result)]])).toEqual(warned ? [['then-not-string', '0000.then']] : [])
  })
})
