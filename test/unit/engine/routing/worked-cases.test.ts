import { describe, expect, test } from 'vitest'
import type { Route, Strategy } from '../../../../main/contract/index.ts'
import { groupByNextHop } from '../../../../main/engine/routing/index.ts'
import cases from '../../../fixtures/routing-cases.json' with { type: 'json' }
import { factsFor, localRoute, mxRoute, plain, relayRoute, routerWith, routesOf, settingsWith } from './world.ts'

/** The worked cases of the rule book, parts B (name and route) and C, and more of the same kinds. */

interface Element {
  readonly if?: string
  readonly then?: string | boolean
  readonly else?: string | boolean
}
type StrategyValue = string | boolean | readonly Element[]

function strategyOf(value: StrategyValue): Strategy {
  if (typeof value === 'string' || typeof value === 'boolean') return plain(String(value))
  const branches = value.flatMap((element) => (element.if === undefined ? [] : [{ if: element.if, then: String(element.then) }]))
  return { branches, else: String(value.find((element) => element.else !== undefined)?.else) }
}

describe('B: the name a strategy gives, and the route that is', () => {
  interface CaseB {
    id: string
    value: StrategyValue | null
    load: string
    name?: string
    defined?: string[]
    route?: string
    name_for?: Record<string, string>
  }
  const given = (cases.B.cases as unknown as CaseB[]).filter((row) => row.load === 'ok')
  const more: CaseB[] = [
    { id: 'local', value: "'local'", load: 'ok', name: 'local', defined: [], route: 'builtin-local' },
    { id: 'defined mx', value: "'mx'", load: 'ok', name: 'mx', defined: ['mx'], route: 'mx' },
    { id: 'defined local', value: "'local'", load: 'ok', name: 'local', defined: ['local'], route: 'local' },
    { id: 'typo', value: "'rely'", load: 'ok', name: 'rely', defined: ['relay'], route: 'tempfail' },
    { id: 'case', value: "'Relay'", load: 'ok', name: 'Relay', defined: ['relay'], route: 'tempfail' },
    { id: 'empty name', value: "''", load: 'ok', name: '', defined: ['relay'], route: 'tempfail' },
    { id: 'array', value: "['relay']", load: 'ok', name: 'default', defined: ['relay'], route: 'tempfail' },
    { id: 'float', value: '1 / 2', load: 'ok', name: 'default', defined: ['relay'], route: 'tempfail' },
    { id: 'a route called default', value: '1', load: 'ok', name: 'default', defined: ['default'], route: 'default' },
    { id: 'name of an object property', value: "'constructor'", load: 'ok', name: 'constructor', defined: [], route: 'tempfail' },
    { id: 'prototype', value: "'__proto__'", load: 'ok', name: '__proto__', defined: [], route: 'tempfail' },
    { id: 'short-circuit', value: "true && 'relay'", load: 'ok', name: 'default', defined: ['relay'], route: 'tempfail' },
    { id: 'if_then', value: "if_then(1, 'relay', 'mx')", load: 'ok', name: 'relay', defined: ['relay'], route: 'relay' },
    {
      id: 'capture',
      value: [{ if: "matches('@(.*)\\.example$', rcpt)", then: "'to-' + $1" }, { else: "'mx'" }],
      load: 'ok',
      name: 'to-client',
      defined: ['to-client'],
      route: 'to-client',
    },
    { id: 'else', value: [{ if: '0', then: "'a'" }, { else: "'mx'" }], load: 'ok', name: 'mx', defined: [], route: 'builtin-mx' },
  ]
  test.each([...given, ...more].filter((row) => row.name !== undefined).map((row) => [row.id, row] as const))('%s', async (_, row) => {
    const routes = routesOf(...(row.defined ?? []).map((id) => relayRoute(id)))
    const { router } = routerWith(settingsWith({ route: strategyOf(row.value ?? ''), routes }))
    const decision = await router.decide(factsFor('Bob.Smith@client.example'))
    expect(decision.name).toBe(row.name)
    if (row.route === 'tempfail') {
      expect(decision.route).toBeNull()
      expect(decision.problem).toMatchObject({ kind: 'temporary', class: 'io', cause: 'route-unknown' })
      expect(decision.problem?.text).toContain(`"${row.name}"`)
    } else if (row.route !== undefined) {
      expect(decision.problem).toBeNull()
      const builtIn = decision.route === null || !Object.hasOwn(routes, decision.route.id)
      expect(`${builtIn ? 'builtin-' : ''}${decision.route?.id}`).toBe(row.route)
    }
  })

  test.each(given.flatMap((row) => Object.entries(row.name_for ?? {})))('%s goes by default to %s', async (recipient, name) => {
    const { router } = routerWith(settingsWith())
    expect((await router.decide(factsFor(recipient))).name).toBe(name)
  })
})

describe('C: route selection and grouping', () => {
  interface CaseC {
    id: string
    config: string
    sender?: string
    rcpts: { a: string; retry?: number; due_in?: number }[]
    routes?: Record<string, string>
    groups?: [domain: string, route: string, recipients: string[]][]
  }
  const local = "is_local_domain('', rcpt_domain)"
  const failover = { branches: [branch(local, 'local'), branch('retry_num > 1', 'fallback')], else: "'mx'" }
  const configs: Record<string, Strategy> = {
    'seed-relay': { branches: [branch(local, 'relay')], else: "'mx'" },
    'seed-failover': failover,
    'seed-lmtp': { branches: [branch(local, 'lmtp')], else: "'mx'" },
    office: { branches: [branch(local, 'local')], else: "'smarthost'" },
    split: { branches: [branch("is_local_address('', rcpt)", 'local'), branch(local, 'google')], else: "'mx'" },
    bysender: { branches: [branch("sender_domain == 'branch.example.org'", 'relay-b'), branch("sender == ''", 'mx')], else: "'relay-a'" },
    'two MX routes': { branches: [branch("starts_with(rcpt, 'a@')", 'mx-a')], else: "'mx-b'" },
  }
  const routes: Route[] = [
    ...['relay', 'fallback', 'lmtp', 'smarthost', 'google', 'relay-a', 'relay-b'].map((id) => relayRoute(id)),
    localRoute('local'),
    mxRoute('mx'),
    mxRoute('mx-a', { ipLookup: 'ipv4_only' }),
    mxRoute('mx-b', { ipLookup: 'ipv6_only' }),
  ]
  const more: CaseC[] = [
    { id: 'relay, not local', config: 'seed-relay', rcpts: [{ a: 'x@client.example' }], routes: { 'x@client.example': 'mx' } },
    { id: 'first attempt', config: 'seed-failover', rcpts: [{ a: 'x@client.example' }], routes: { 'x@client.example': 'mx' } },
    { id: 'third attempt', config: 'seed-failover', rcpts: [{ a: 'x@c.example', retry: 2 }], routes: { 'x@c.example': 'fallback' } },
    { id: 'much later', config: 'seed-failover', rcpts: [{ a: 'x@c.example', retry: 40 }], routes: { 'x@c.example': 'fallback' } },
    { id: 'lmtp', config: 'seed-lmtp', rcpts: [{ a: 'x@branch.example.org' }], routes: { 'x@branch.example.org': 'lmtp' } },
    { id: 'subdomain', config: 'office', rcpts: [{ a: 'x@sub.example.org' }], routes: { 'x@sub.example.org': 'smarthost' } },
    { id: 'split, known', config: 'split', rcpts: [{ a: 'ALICE@Example.org' }], routes: { 'ALICE@Example.org': 'local' } },
    { id: 'split, unknown', config: 'split', rcpts: [{ a: 'bob@example.org' }], routes: { 'bob@example.org': 'google' } },
    { id: 'split, foreign', config: 'split', rcpts: [{ a: 'alice@client.example' }], routes: { 'alice@client.example': 'mx' } },
    { id: 'null sender', config: 'bysender', sender: '', rcpts: [{ a: 'q@c.example' }], routes: { 'q@c.example': 'mx' } },
    { id: 'other sender', config: 'bysender', sender: 'x@y.example', rcpts: [{ a: 'q@c.example' }], routes: { 'q@c.example': 'relay-a' } },
    {
      id: 'two routes in one domain',
      config: 'split',
      rcpts: [{ a: 'bob@example.org' }, { a: 'alice@example.org' }, { a: 'carol@example.org' }],
      groups: [
        ['example.org', 'google', ['bob@example.org', 'carol@example.org']],
        ['example.org', 'local', ['alice@example.org']],
      ],
    },
    {
      id: 'each recipient by its own count',
      config: 'seed-failover',
      rcpts: [{ a: 'a@c.example', retry: 2 }, { a: 'b@c.example' }, { a: 'c@c.example', retry: 3 }],
      groups: [
        ['c.example', 'fallback', ['a@c.example', 'c@c.example']],
        ['c.example', 'mx', ['b@c.example']],
      ],
    },
    {
      id: 'domains meet whatever their case',
      config: 'office',
      rcpts: [{ a: 'a@C.Example' }, { a: 'b@c.example' }],
      groups: [['c.example', 'smarthost', ['a@C.Example', 'b@c.example']]],
    },
  ]
  const all = [...(cases.C.cases as unknown as CaseC[]), ...more]
  test.each(all.map((row) => [row.id, row] as const))('%s', async (_, row) => {
    const config = row.config.startsWith('two MX routes') ? 'two MX routes' : row.config
    const { router } = routerWith(settingsWith({ route: configs[config]!, routes: routesOf(...routes) }))
    const due = row.rcpts.filter((recipient) => (recipient.due_in ?? 0) <= 0)
    const decided = await Promise.all(
      due.map(async ({ a: address, retry }) => {
        const facts = factsFor(address, { retryNum: retry ?? 0, ...(row.sender === undefined ? {} : { sender: row.sender }) })
        const { route } = await router.decide(facts)
        return { address, route: route! }
      }),
    )
    if (row.routes !== undefined) {
      expect(Object.fromEntries(decided.map(({ address, route }) => [address, route.id]))).toEqual(row.routes)
    }
    if (row.groups !== undefined) {
      const groups = groupByNextHop(decided)
      expect(groups.map(({ domain, route, members }) => [domain, route.id, members.map(({ address }) => address)])).toEqual(row.groups)
    }
  })

  function branch(condition: string, name: string): { if: string; then: string } {
    return { if: condition, then: `'${name}'` }
  }
})
