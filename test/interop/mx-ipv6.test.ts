import { beforeAll, expect, test } from 'vitest'
import { asking } from '../support/peers/dns.ts'
import { listening, retrying, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { createNamespace, startNamespaceHosts } from '../support/peers/namespace.ts'
import type { NamespaceHosts } from '../support/peers/namespace.ts'
import { Cleanups } from '../support/peers/processes.ts'

const V6 = ['fd00:25::1', 'fd00:25::2', 'fd00:25::3'] as const
const V4 = ['198.51.100.1', '198.51.100.2', '198.51.100.3'] as const
/** Addresses where nobody listens. */
const DEAD = { v4: '198.51.100.9', v6: 'fd00:25::9' }

/** The local part of a recipient says by which of these routes it goes. */
const ROUTES = `[queue.strategy]
route = "email_part(rcpt, 'local')"
[queue.route]
v4only = { type = "mx", ip-lookup = "ipv4_only" }
v6only = { type = "mx", ip-lookup = "ipv6_only" }
v4first = { type = "mx", ip-lookup = "ipv4_then_ipv6" }
v6first = { type = "mx", ip-lookup = "ipv6_then_ipv4", limits.multihomed = 3 }
v4both = { type = "mx", ip-lookup = "ipv4_then_ipv6", ip-fallback = true }
v6both = { type = "mx", ip-lookup = "ipv6_then_ipv4", ip-fallback = true }
`

let hosts: NamespaceHosts
let mailroom: Mailroom

beforeAll(async () => {
  const { defer, run } = new Cleanups()
  const namespace = await createNamespace(defer, [...V4, ...V6, ...Object.values(DEAD)])
  const exchange = (name: string): { MX: [number, string][] } => ({ MX: [[10, `mx.${name}.test`]] })
  hosts = await startNamespaceHosts(defer, namespace, [...V4, ...V6], {
    'dual.test': exchange('dual'),
    'mx.dual.test': { A: [V4[0]], AAAA: [V6[0]] },
    'six.test': exchange('six'),
    'mx.six.test': { AAAA: [V6[1]] },
    'four.test': exchange('four'),
    'mx.four.test': { A: [V4[1]] },
    'broken4.test': exchange('broken4'),
    'mx.broken4.test': { A: [DEAD.v4], AAAA: [V6[2]] },
    'broken6.test': exchange('broken6'),
    'mx.broken6.test': { A: [V4[2]], AAAA: [DEAD.v6] },
    'lame.test': exchange('lame'),
    'mx.lame.test': { A: 'SERVFAIL', AAAA: [V6[0]] },
    'many.test': exchange('many'),
    'mx.many.test': { AAAA: [DEAD.v6, 'fd00:25::a', V6[2], V6[1]] },
  })
  mailroom = await startMailroom(defer, { config: listening() + asking(hosts.dns) + ROUTES + retrying('1h'), within: namespace.within })
  return run
})

test.each([
  ['v4only@dual.test', [V4[0]], 'completed'],
  ['v6only@dual.test', [V6[0]], 'completed'],
  ['v4first@dual.test', [V4[0]], 'completed'],
  ['v6first@dual.test', [V6[0]], 'completed'],
  ['v4first@six.test', [V6[1]], 'completed'],
  ['v6first@four.test', [V4[1]], 'completed'],
  // One family that exists is the only one that is tried, unless the route says otherwise.
  ['v4first@broken4.test', [DEAD.v4], 'temp_fail'],
  ['v4both@broken4.test', [DEAD.v4, V6[2]], 'completed'],
  ['v6first@broken6.test', [DEAD.v6], 'temp_fail'],
  ['v6both@broken6.test', [DEAD.v6, V4[2]], 'completed'],
  // What cannot be asked about one family does no harm when the other has addresses.
  ['v4first@lame.test', [V6[0]], 'completed'],
  ['v6first@many.test', [DEAD.v6, 'fd00:25::a', V6[2]], 'completed'],
  ['v6only@four.test', [], 'perm_fail'],
  ['v4only@six.test', [], 'perm_fail'],
  ['v4only@[IPv6:fd00:25::2]', [V6[1]], 'completed'],
] as const)('%s: tried %j: %s', async (recipient, addresses, outcome) => {
  const before = hosts.connections().length
  await mailroom.ask('message.sendTest', { to: recipient, from: 'ann@device.test' })
  const [attempt] = await mailroom.attempts(recipient, 1)
  expect(attempt?.tries.map(({ address }) => address)).toEqual(addresses)
  expect(attempt?.results).toMatchObject([{ outcome }])
  // What the log says is what the servers saw: those that were reached, in that order.
  const reached = addresses.filter((address) => [...V4, ...V6].some((host) => host === address))
  expect(hosts.connections().slice(before)).toEqual(reached)
})

test('the command, run on that computer, tells the same addresses', async () => {
  const explanation = await mailroom.ask('routing.explain', {
    recipient: 'v6both@broken6.test',
    sender: '',
    retryNum: 0,
    variables: {},
    resolve: true,
  })
  expect(explanation.targets).toEqual([
    { host: 'mx.broken6.test', address: DEAD.v6, port: 25, preference: 10 },
    { host: 'mx.broken6.test', address: V4[2], port: 25, preference: 10 },
  ])
})
