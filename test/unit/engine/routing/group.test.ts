import { expect, test } from 'vitest'
import { groupByNextHop } from '../../../../main/engine/routing/index.ts'
import { mxRoute, relayRoute } from './world.ts'

const told = (groups: ReturnType<typeof groupByNextHop>): [string, string, string[]][] =>
  groups.map(({ domain, route, members }) => [domain, route.id, members.map((member) => member.address)])

test('one group for each domain and route, in the order of its first recipient', () => {
  const [mx, relay] = [mxRoute('mx'), relayRoute('relay')]
  const due = [
    { address: 'a@one.test', route: mx },
    { address: 'b@two.test', route: mx },
    { address: 'c@one.test', route: relay },
    { address: 'd@One.Test', route: mx },
  ]
  expect(told(groupByNextHop(due))).toEqual([
    ['one.test', 'mx', ['a@one.test', 'd@One.Test']],
    ['two.test', 'mx', ['b@two.test']],
    ['one.test', 'relay', ['c@one.test']],
  ])
})

test('routes are compared by id, not by what is in them', () => {
  const due = [
    { address: 'a@one.test', route: mxRoute('x') },
    { address: 'b@one.test', route: mxRoute('x', { ipLookup: 'ipv6_only' }) },
    { address: 'c@one.test', route: mxRoute('y') },
  ]
  expect(groupByNextHop(due)).toHaveLength(2)
})

test('two spellings of one internationalised domain are one domain', () => {
  const route = mxRoute('mx')
  const due = [
    { address: 'a@bücher.test', route },
    { address: 'b@xn--bcher-kva.test', route },
  ]
  expect(told(groupByNextHop(due))).toEqual([['xn--bcher-kva.test', 'mx', ['a@bücher.test', 'b@xn--bcher-kva.test']]])
})

test('a relay keeps domains apart unless it may take them together, then fifty at a time', () => {
  const due = (route: ReturnType<typeof relayRoute>): { address: string; route: typeof route }[] =>
    Array.from({ length: 120 }, (_, i) => ({ address: `x@d${i}.test`, route }))
  expect(groupByNextHop(due(relayRoute('r')))).toHaveLength(120)
  expect(groupByNextHop(due(relayRoute('r', { batchDomains: true }))).map((group) => group.members.length)).toEqual([50, 50, 20])
})

test('nothing due, no group', () => {
  expect(groupByNextHop([])).toEqual([])
})
