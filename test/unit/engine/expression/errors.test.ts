import { describe, expect, test } from 'vitest'
import { ExpressionError } from '../../../../main/engine/expression/index.ts'
import type { ContextName, ExpressionErrorKind } from '../../../../main/engine/expression/index.ts'
import { compileFor } from './support.ts'

function refusal(text: string, context: ContextName = 'route'): ExpressionError {
  try {
    compileFor(text, context)
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
  throw new Error(`was not refused: ${text}`)
}

type Row = [expression: string, kind: ExpressionErrorKind, column: number]

describe('a refused expression says what is wrong and where', () => {
  test.each<Row>([
    ['', 'syntax', 1],
    ['   ', 'syntax', 4],
    ['1 +', 'syntax', 4],
    ['+ 1', 'syntax', 1],
    ['1 + * 2', 'syntax', 5],
    ['1 2', 'syntax', 3],
    ["'a' 'b'", 'syntax', 5],
    ["sender 'a'", 'syntax', 8],
    ['1 === 1', 'syntax', 5],
    ['1 <> 2', 'syntax', 4],
    ['!', 'syntax', 2],
    ['-', 'syntax', 2],
    ['&& 1', 'syntax', 1],
    ['1 &&', 'syntax', 5],
    ['1,2', 'syntax', 2],
    [',', 'syntax', 1],
    ['()', 'syntax', 1],
    ['(1 2)', 'syntax', 4],
    ['[,]', 'syntax', 2],
    ['[1,,2]', 'syntax', 4],
    ['[1 2]', 'syntax', 4],
    ['recipients[]', 'syntax', 11],
    ['len(1,)', 'syntax', 7],
    ['len(,1)', 'syntax', 5],
    ['len', 'syntax', 1],
    ['retry_num > len', 'syntax', 13],
    ["rcpt('x')", 'syntax', 1],
    ['true(1)', 'syntax', 1],
    ["'a'('b')", 'syntax', 4],
    ['config_get(sender)', 'syntax', 12],
    ['1 and 2', 'syntax', 3],
    ['1 + 2)', 'paren', 6],
    ['(1 + 2', 'paren', 1],
    [')', 'paren', 1],
    [']', 'paren', 1],
    ['(1]', 'paren', 3],
    ['[1)', 'paren', 3],
    ['[1, 2', 'paren', 1],
    ['[', 'paren', 1],
    ['(', 'paren', 1],
    ['len(', 'paren', 4],
    ["len('a'", 'paren', 4],
    ['((1)', 'paren', 1],
    ['recipients[0', 'paren', 11],
    ["'abc", 'unterminated-string', 1],
    ["sender == 'abc", 'unterminated-string', 11],
    ['"abc\'', 'unterminated-string', 1],
    [String.raw`'abc\'`, 'unterminated-string', 1],
    ["'", 'unterminated-string', 1],
    ['1 # 2', 'bad-character', 3],
    ['1 % 2', 'bad-character', 3],
    ['a ? b : c', 'bad-character', 3],
    ['1 }', 'bad-character', 3],
    ['{', 'bad-character', 1],
    ['1;', 'bad-character', 2],
    ['~1', 'bad-character', 1],
    ['a@b', 'bad-character', 2],
    ['sender == ‘x’', 'bad-character', 11],
    ['é', 'bad-character', 1],
    ["'🙂' + ü", 'bad-character', 7],
    ['1 \u0000', 'bad-character', 3],
    ['1\u00a0', 'bad-character', 2],
    ['rcpt\\_domain', 'bad-character', 5],
    ['1.2.3', 'bad-number', 1],
    ['1 + 1_000', 'bad-number', 5],
    ['.', 'bad-number', 1],
    ['..', 'bad-number', 1],
    ['9223372036854775808', 'bad-number', 1],
    ['1 - 9223372036854775808', 'bad-number', 5],
    ['99999999999999999999', 'bad-number', 1],
    ['106751991168d', 'bad-number', 1],
    ['relay', 'unknown-identifier', 1],
    ['rcpt_domian', 'unknown-identifier', 1],
    ["retry_num > 1 && rcpt_domian == 'a'", 'unknown-identifier', 18],
    ["'🙂' == relay", 'unknown-identifier', 8],
    ['mx', 'unknown-identifier', 1],
    ['remote_ip', 'unknown-identifier', 1],
    ['TRUE', 'unknown-identifier', 1],
    ['Rcpt', 'unknown-identifier', 1],
    ['1.5h', 'unknown-identifier', 1],
    ['5w', 'unknown-identifier', 1],
    ['1abc', 'unknown-identifier', 1],
    ['a.b', 'unknown-identifier', 1],
    ['_', 'unknown-identifier', 1],
    ['$', 'unknown-identifier', 1],
    ['$1a', 'unknown-identifier', 1],
    ['constructor', 'unknown-identifier', 1],
    ['__proto__', 'unknown-identifier', 1],
    ["foo('a')", 'unknown-identifier', 1],
    ["constructor('a')", 'unknown-identifier', 1],
    ["sql_query('', '', [])", 'unknown-identifier', 1],
    ["key_set('', 'a', 1)", 'unknown-identifier', 1],
    ["counter_incr('', 'a', 1)", 'unknown-identifier', 1],
    ["counter_get('', 'a')", 'unknown-identifier', 1],
    ['ends_with(rcpt)', 'arity', 1],
    ['len()', 'arity', 1],
    ['1 + len(1, 2)', 'arity', 5],
    ['if_then(1, 2)', 'arity', 1],
    ["matches('a')", 'arity', 1],
    ['is_local_domain(rcpt_domain)', 'arity', 1],
    ["config_get('a', 'b')", 'arity', 1],
    ["matches('(', rcpt)", 'bad-regex', 9],
    ["matches('[', rcpt)", 'bad-regex', 9],
    ["matches('a**', rcpt)", 'bad-regex', 9],
    ["matches('(?=a)', rcpt)", 'bad-regex', 9],
    ["matches('(?<!a)b', rcpt)", 'bad-regex', 9],
    [String.raw`matches('(a)\1', rcpt)`, 'bad-regex', 9],
    ["matches('a{2000}', rcpt)", 'bad-regex', 9],
    ["matches('((a{30}){30}){30}', rcpt)", 'bad-regex', 9],
    ['matches(sender, rcpt)', 'bad-regex', 9],
    ["matches('a' + 'b', rcpt)", 'bad-regex', 13],
    ['matches(1, rcpt)', 'bad-regex', 9],
  ])('%j is %s at column %i', (text, kind, column) => {
    const { kind: found, column: at } = refusal(text)
    expect({ kind: found, column: at }).toEqual({ kind, column })
  })
})

describe('a suggestion is made where one is likely', () => {
  test.each<[expression: string, suggestion: string | undefined, context?: ContextName]>([
    ['relay', "'relay'"],
    ['mx', "'mx'"],
    ['rcpt_domian == 1', 'rcpt_domain'],
    ["sendr == ''", 'sender'],
    ['retrynum > 1', 'retry_num'],
    ['SENDER', 'sender'],
    ['TRUE', 'true'],
    ['rcpt_domain == outlook', "'outlook'"],
    ["start_with(rcpt, 'a')", 'starts_with'],
    ["isLocalDomain('', rcpt_domain)", 'is_local_domain'],
    ['utterly_unknown(1)', undefined],
    ["authenticated_as == 'x'", "source == 'authenticated'"],
    ['helo_domain', 'received_from_ip'],
    ['listener', 'received_via_port'],
    ['local_port == 25', 'received_via_port'],
    ["remote_ip == '1.2.3.4'", 'received_from_ip'],
    ["from == 'a'", 'sender'],
    ['rcpt_domain', 'sender_domain', 'dsn'],
    ['1 and 2', '&&'],
    ['1 OR 2', '||'],
    ['sender == “x”', "'"],
    ['1 ≠ 2', '!='],
  ])('%j: %j', (text, suggestion, context) => {
    if (context === 'dsn') expect(refusal(text, context).kind).toBe('unknown-identifier')
    else expect(refusal(text).suggestion).toBe(suggestion)
  })

  test('the message names what was found', () => {
    expect(refusal('rcpt_domian == 1').message).toBe('unknown variable "rcpt_domian"; rcpt_domain is the nearest one there is')
    expect(refusal('ends_with(rcpt)').message).toBe('ends_with takes 2 arguments, not 1')
    expect(refusal('authenticated_as').message).toContain("source == 'authenticated'")
    expect(refusal("sql_query('', '', [])").message).toContain('not supported')
    expect(refusal("key_set('', 'a', 1)").message).toContain('may not change a store')
  })
})

describe('variables exist by context', () => {
  const everywhere = ['rcpt', 'recipients', 'sender', 'retry_num', 'expires_in', 'last_error', 'queue_age', 'source', 'size']
  const hosts = ['mx', 'remote_ip', 'local_ip']
  test.each<ContextName>(['route', 'schedule'])('%s knows no host', (context) => {
    for (const name of everywhere) expect(() => compileFor(name, context)).not.toThrow()
    for (const name of hosts) expect(refusal(name, context).kind).toBe('unknown-identifier')
  })
  test.each<ContextName>(['tls', 'connection', 'match'])('%s knows the host', (context) => {
    for (const name of [...everywhere, ...hosts]) expect(() => compileFor(name, context)).not.toThrow()
  })
  test('reports know the sender and the state, but no recipient', () => {
    expect(() => compileFor("'MAILER-DAEMON@' + config_get('report.domain') + sender_domain + last_error", 'dsn')).not.toThrow()
    for (const name of ['rcpt', 'source', 'mx']) expect(refusal(name, 'dsn').kind).toBe('unknown-identifier')
  })
  test.each([
    'helo_domain',
    'listener',
    'is_tls',
    'remote_port',
    'local_port',
    'protocol',
    'asn',
    'country',
    'authenticated_as',
    'subject',
  ])('%s exists nowhere', (name) => {
    for (const context of ['route', 'schedule', 'tls', 'connection'] as const) {
      expect(refusal(name, context).kind).toBe('unknown-identifier')
    }
  })
})

describe('size is bounded', () => {
  test.each([
    ['brackets', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['arrays', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['prefixes', `${'!'.repeat(5000)}1`],
    ['calls', `${'len('.repeat(5000)}1${')'.repeat(5000)}`],
    ['indexes', `1${'[1'.repeat(5000)}${']'.repeat(5000)}`],
    ['index chains', `1${'[1]'.repeat(5000)}`],
    ['sums', Array(5000).fill('1').join('+')],
    ['choices', Array(5000).fill('1').join('||')],
    ['elements', `[${Array(20000).fill('1').join(',')}]`],
    ['text', `'${'a'.repeat(300_000)}'`],
  ])('too many %s are a syntax error', (_name, text) => {
    const error = refusal(text)
    expect(error.kind).toBe('syntax')
    expect(error.column).toBeGreaterThan(1)
  })

  test('a hundred nested brackets and five hundred choices are fine', () => {
    expect(() => compileFor(`${'('.repeat(100)}1${')'.repeat(100)}`)).not.toThrow()
    expect(() => compileFor(Array(500).fill("rcpt_domain == 'a'").join(' || '))).not.toThrow()
  })
})
