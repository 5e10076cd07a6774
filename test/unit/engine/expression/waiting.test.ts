import { describe, expect, test } from 'vitest'
import { CONTEXTS, compileList, evaluateList, evaluateListNow, newCaptures } from '../../../../main/engine/expression/index.ts'
import type { CompiledList, Environment, WaitingFunctions } from '../../../../main/engine/expression/index.ts'
import { compileFor, environment } from './support.ts'

function listOf(value: unknown): CompiledList {
  const result = compileList(value, CONTEXTS.route)
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '))
  return result.list
}

/** Notes each question in the order it is asked; every answer comes later. */
function noting(asked: string[], answers: Partial<WaitingFunctions> = {}): Environment {
  const base = environment({}, true)
  const note = (name: string, key: string): void => void asked.push(`${name} ${key}`)
  return {
    ...base,
    functions: {
      ...base.functions,
      keyExists: async (store, key) => (note('exists', key), base.functions.keyExists(store, key)),
      keyGet: async (store, key) => (note('get', key), base.functions.keyGet(store, key)),
      ...answers,
    },
  }
}

describe('an expression that waits', () => {
  test('answers at once when what it asks answers at once', () => {
    expect(compileFor("key_get('', 'vip@client.example') + '!'").evaluate(environment())).toBe('gold!')
  })

  test('says that it waits, and others that they do not', () => {
    expect(compileFor("1 + len([key_get('', 'a')])").waits).toBe(true)
    expect(compileFor("matches('a', rcpt) && config_get('a')").waits).toBe(false)
  })

  test.each([
    ["key_get('', 'a') + key_get('', 'b')", ['get a', 'get b']],
    ["key_exists('', 'a') && key_exists('', 'b')", ['exists a']],
    ["!key_exists('', 'a') || key_exists('', 'b')", ['exists a']],
    ["key_exists('', 'a') || key_exists('', 'b')", ['exists a', 'exists b']],
    ["if_then(key_exists('', 'a'), key_get('', 'b'), key_get('', 'c'))", ['exists a', 'get b', 'get c']],
    ["[1, key_get('', 'a'), key_get('', 'b')]", ['get a', 'get b']],
    ["key_get('', key_get('', 'vip@client.example'))", ['get vip@client.example', 'get gold']],
    ["!key_exists('', 'a') ^ -key_exists('', 'b')", ['exists a', 'exists b']],
    ["split(key_get('', 'a'), ',')[key_exists('', 'b')]", ['get a', 'exists b']],
    ["dns_query('a', 'nonsense')", []],
  ])('asks in reading order: %s', async (text, order) => {
    const asked: string[] = []
    await compileFor(text).evaluate(noting(asked))
    expect(asked).toEqual(order)
  })

  test.each([
    ["matches('(gold)', key_get('', 'vip@client.example')) && $1 == 'gold'", 1n],
    ["[matches('(a)', 'a'), key_exists('', 'x'), matches('(b)', 'b'), $1]", [1n, 0n, 1n, 'b']],
    ["[key_get('', 'vip@client.example'), matches('(a)', 'a'), $1, key_exists('', 'x'), $0]", ['gold', 1n, 'a', 0n, 'a']],
    ["key_get('', 'vip@client.example') == 'gold'", 1n],
    ["substring(key_get('', 'vip@client.example'), key_exists('', 'vip@client.example'), 2)", 'ol'],
    ["'' && key_exists('', 'a')", ''],
    ["sender || key_exists('', 'a')", 'alice@example.org'],
    ["key_get('', 'vip@client.example') || 'x'", 'gold'],
  ])('has the value it would have at once: %s', async (text, value) => {
    expect(compileFor(text).evaluate(environment())).toEqual(value)
    expect(await compileFor(text).evaluate(environment({}, true))).toEqual(value)
  })

  test('fails with what the outside failed with', async () => {
    const down = new Error('directory down')
    const failing = noting([], {
      isLocalDomain: () => Promise.reject(down),
      keyGet: () => {
        throw down
      },
    })
    const expression = compileFor("is_local_domain('', rcpt_domain) || 1")
    await expect(expression.evaluate(failing)).rejects.toBe(down)
    expect(() => compileFor("key_get('', 'a')").evaluate(failing)).toThrow(down)
    await expect(evaluateList(listOf("key_get('', 'a')"), failing)).rejects.toBe(down)
  })
})

describe('deciding by a list', () => {
  const list = listOf([
    { if: "is_local_domain('', rcpt_domain)", then: "'local'" },
    { if: 'retry_num > 1', then: "'fallback'" },
    { else: "'mx'" },
  ])

  test.each([
    [0, 'mx', 2],
    [1, 'mx', 2],
    [2, 'fallback', 1],
    [9, 'fallback', 1],
  ])('failover: retry_num %i goes to %s by rule %i', async (retry_num, value, rule) => {
    expect(await evaluateList(list, environment({ retry_num }))).toMatchObject({ value, rule })
    expect(await evaluateList(list, environment({ retry_num }, true))).toMatchObject({ value, rule })
  })

  test('the trace has each evaluated condition in order', async () => {
    const trace = [
      { rule: 0, if: "is_local_domain('', rcpt_domain)", result: 0 },
      { rule: 1, if: 'retry_num > 1', result: 1 },
    ]
    expect(await evaluateList(list, environment({ retry_num: 2 }))).toEqual({ value: 'fallback', rule: 1, trace })
    expect(await evaluateList(list, environment({ retry_num: 2 }, true))).toEqual({ value: 'fallback', rule: 1, trace })
  })

  test('the first true branch wins and the others are not evaluated', async () => {
    const decision = await evaluateList(list, environment({ rcpt_domain: 'example.org', retry_num: 5 }))
    expect(decision).toMatchObject({ value: 'local', rule: 0, trace: [{ rule: 0, result: 1 }] })
  })

  test('a plain expression has no rule and no trace', async () => {
    expect(await evaluateList(listOf("'mx'"), environment())).toEqual({ value: 'mx', rule: null, trace: [] })
  })

  test('a list without waiting functions answers at once', () => {
    const plain = listOf([{ if: "sender == ''", then: "'a'" }, { else: 'sender_domain' }])
    expect(plain.waits).toBe(false)
    expect(evaluateListNow(plain, environment())).toMatchObject({ value: 'example.org', rule: 1 })
    expect(list.waits).toBe(true)
  })

  test.each([false, true])('captures pass from a branch to the next, its then and the else (waiting: %s)', async (wait) => {
    const by = (value: unknown) => evaluateList(listOf(value), environment({}, wait))
    const passes = [
      { if: "matches('^(.*)[.]example$', rcpt_domain) && retry_num > 5", then: "'never'" },
      { if: "$1 == 'client' && !key_exists('', 'x')", then: "'relay-' + $1" },
      { else: "'mx'" },
    ]
    expect(await by(passes)).toMatchObject({ value: 'relay-client', rule: 1 })
    const cleared = [{ if: "matches('(client)', rcpt) && matches('(nothing)', rcpt)", then: "'a'" }, { else: "'else' + $1" }]
    expect(await by(cleared)).toMatchObject({ value: 'else' })
    const skipped = [
      { if: "!matches('(client)', rcpt)", then: "'a'" },
      { if: "0 && matches('nothing', rcpt)", then: "'b'" },
      { else: "'else-' + $1" },
    ]
    expect(await by(skipped)).toMatchObject({ value: 'else-client' })
  })

  test('captures of one decision are not seen by the next', async () => {
    const matching = listOf([{ if: "$1 == '' && matches('(client)', rcpt)", then: '$1' }, { else: "'stale'" }])
    const shared = environment()
    expect(await evaluateList(matching, { ...shared, captures: newCaptures() })).toMatchObject({ value: 'client' })
    expect(await evaluateList(matching, { ...shared, captures: newCaptures() })).toMatchObject({ value: 'client' })
  })
})
