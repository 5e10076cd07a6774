import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lackOf, printConditions, readConditions, splitValues } from '../../../../renderer/screens/routing/rule-words.ts'
import type { Condition, ListKind } from '../../../../renderer/screens/routing/rule-words.ts'

describe('an expression said in plain words', () => {
  test.each<[string, Condition[]]>([
    ["is_local_domain('', rcpt_domain)", [{ kind: 'own-domain' }]],
    ["is_local_domain('*', rcpt_domain)", [{ kind: 'own-domain' }]],
    ["is_local_address('', rcpt)", [{ kind: 'own-address' }]],
    ['retry_num > 1', [{ kind: 'tries', failed: 2 }]],
    ['retry_num >= 3', [{ kind: 'tries', failed: 3 }]],
    ["rcpt_domain == 'x.example'", [{ kind: 'rcpt-domain', values: ['x.example'] }]],
    ["rcpt_domain='x.example'", [{ kind: 'rcpt-domain', values: ['x.example'] }]],
    ["contains(['a','b'], rcpt_domain)", [{ kind: 'rcpt-domain', values: ['a', 'b'] }]],
    ["rcpt == 'a@x.example'", [{ kind: 'rcpt', values: ['a@x.example'] }]],
    ["received_from_ip == '192.168.1.61'", [{ kind: 'device', values: ['192.168.1.61'] }]],
    ['sender == "scan@x.example"', [{ kind: 'sender', values: ['scan@x.example'] }]],
    ["sender_domain == 'x.example'", [{ kind: 'sender-domain', values: ['x.example'] }]],
    ["source == 'authenticated'", [{ kind: 'signed-in' }]],
    ['received_via_port == 2525', [{ kind: 'port', values: ['2525'] }]],
    ['size > 10000000', [{ kind: 'larger', bytes: 10_000_000 }]],
    ['true', [{ kind: 'all' }]],
    [
      "retry_num > 0 && rcpt_domain == 'x'",
      [
        { kind: 'tries', failed: 1 },
        { kind: 'rcpt-domain', values: ['x'] },
      ],
    ],
    ["retry_num > 0 & source == 'authenticated'", [{ kind: 'tries', failed: 1 }, { kind: 'signed-in' }]],
  ])('%s', (text, conditions) => {
    expect(readConditions(text)).toEqual(conditions)
  })

  test.each([
    '',
    "retry_num > 1 || rcpt_domain == 'x'",
    "!is_local_domain('', rcpt_domain)",
    "is_local_domain('branch', rcpt_domain)",
    "is_local_domain('', sender_domain)",
    '(retry_num > 1)',
    'retry_num == 2',
    'retry_num > 1.5',
    'retry_num >= 0',
    "source == 'dsn'",
    "source != 'authenticated'",
    'rcpt_domain == other',
    "contains(['a' 'b'], rcpt_domain)",
    'contains([], rcpt_domain)',
    "contains(['a'], rcpt_domain) == 1",
    "contains(['a'], local_ip)",
    "received_via_port == '2525'",
    "matches('^a', rcpt)",
    "rcpt_domain == 'x' &&",
    "rcpt_domain == 'x' && last_error == 'connection'",
    "rcpt_domain == 'open",
  ])('%s has no plain words and stays text', (text) => {
    expect(readConditions(text)).toBeNull()
  })

  const word = fc.string({ minLength: 1, unit: 'binary' })
  const listKind = fc.constantFrom<ListKind>('rcpt-domain', 'rcpt', 'device', 'sender', 'sender-domain')
  const condition = fc.oneof(
    fc.constantFrom<Condition>({ kind: 'all' }, { kind: 'own-domain' }, { kind: 'own-address' }, { kind: 'signed-in' }),
    fc.record({ kind: fc.constant('tries' as const), failed: fc.integer({ min: 1, max: 99 }) }),
    fc.record({ kind: fc.constant('larger' as const), bytes: fc.integer({ min: 1, max: 1e12 }) }),
    fc.record({ kind: listKind, values: fc.array(word, { minLength: 1, maxLength: 4 }) }),
    fc.record({
      kind: fc.constant('port' as const),
      values: fc.array(fc.integer({ min: 1, max: 65_535 }).map(String), { minLength: 1, maxLength: 3 }),
    }),
  )
  test('whatever the window writes it reads back', () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 4 }), (conditions) => {
        expect(readConditions(printConditions(conditions))).toEqual(conditions)
      }),
    )
  })
})

describe('a typed list', () => {
  test.each<[ListKind, string, string[]]>([
    ['rcpt-domain', 'Example.ORG, @b.example;c.example.\nuser@d.example', ['example.org', 'b.example', 'c.example', 'd.example']],
    ['rcpt', 'Ann.B@Example.ORG', ['Ann.B@example.org']],
    ['device', ' 192.168.1.61 , FE80::1 ', ['192.168.1.61', 'fe80::1']],
    ['port', '25 587,25', ['25', '587']],
    ['sender', ' , ', []],
  ])('%s: %s', (kind, typed, values) => {
    expect(splitValues(kind, typed)).toEqual(values)
  })

  test.each<[Condition, ReturnType<typeof lackOf>]>([
    [{ kind: 'rcpt', values: [] }, 'values'],
    [{ kind: 'port', values: ['smtp'] }, 'port'],
    [{ kind: 'tries', failed: Number.NaN }, 'number'],
    [{ kind: 'tries', failed: 0 }, 'number'],
    [{ kind: 'larger', bytes: -1 }, 'number'],
    [{ kind: 'own-domain' }, null],
    [{ kind: 'tries', failed: 1 }, null],
  ])('%o lacks %s', (condition, lack) => {
    expect(lackOf(condition)).toBe(lack)
  })
})
