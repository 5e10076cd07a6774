import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { capture, root } from '../../scripts/house.ts'
import { startMailroom } from '../support/peers/mailroom.ts'
import { createNamespace } from '../support/peers/namespace.ts'
import type { Namespace } from '../support/peers/namespace.ts'
import { TYPICAL } from '../support/relaying/configs.ts'
import { PROBES, SIGN_INS, WELCOME } from '../support/relaying/probes.ts'
import type { Probe } from '../support/relaying/probes.ts'
import type { Visit, Visited } from '../support/relaying/prober.ts'

/** Mailroom's own addresses, and those of everybody else; all of them in one namespace. */
const OURS = { v4: '203.0.113.1', v6: '2001:db8::1', lan: '192.168.77.1' }
const OFFICE = '192.168.77.9'
const STRANGERS = [
  ['from the internet', '203.0.113.5', OURS.v4],
  ['from the internet to the address of the office', '198.51.100.7', OURS.lan],
  ['by IPv6', '2001:db8::5', OURS.v6],
  ['by IPv4 in the clothes of IPv6', '::ffff:203.0.113.6', `::ffff:${OURS.v4}`],
  ['by 6to4, with a private address in it', '2002:a00:1::1', OURS.v6],
  ['by NAT64, with a private address in it', '64:ff9b::a00:1', OURS.v6],
] as const
/** Addresses that may be banned without the others being. */
const GUESSERS = ['203.0.113.50', '2001:db8:50::1'] as const
const ADDRESSES = [...Object.values(OURS), OFFICE, ...STRANGERS.map(([, from]) => from.replace('::ffff:', '')), ...GUESSERS]

async function probe(namespace: Namespace, visits: readonly Visit[]): Promise<readonly Visited[]> {
  const [program, ...args] = [...namespace.within, process.execPath, join(root, 'test', 'support', 'relaying', 'prober.ts')]
  const { code, stdout, stderr } = await capture(program, [...args, JSON.stringify(visits)])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as readonly Visited[]
}

/** Each failed guess takes longer than the one before, so they are shared out. */
const odd = (probes: readonly Probe[]): Probe[] => probes.filter((_, i) => i % 2 === 1)
const even = (probes: readonly Probe[]): Probe[] => probes.filter((_, i) => i % 2 === 0)

type Place = Pick<Visit, 'port' | 'security'>

/** Every manner in which one can talk on a port. */
function placesOf({ port, tls }: { readonly port: number; readonly tls: string }): Place[] {
  if (tls === 'implicit') return [{ port, security: 'implicit' }]
  return tls === 'none'
    ? [{ port, security: 'none' }]
    : [
        { port, security: 'none' },
        { port, security: 'starttls' },
      ]
}

/** Something was granted that only those may have who may send. */
const granted = /^(?:354|250 2\.1\.|235)/

describe.each(TYPICAL)('with $name', ({ config, welcomesOffice }) => {
  test('no stranger has anything accepted, whatever it tries', async () => {
    const namespace = await createNamespace(onTestFinished, ADDRESSES)
    const mailroom = await startMailroom(onTestFinished, { config, within: namespace.within })
    const { listeners } = await mailroom.ask('status.get', {})
    const ports = [...new Map(listeners.map((one) => [one.port, one])).values()]
    const places = ports.flatMap(placesOf)
    const visitsOf = (from: string, host: string, probes: readonly Probe[], at: readonly Place[] = places): Visit[] =>
      at.flatMap((place) => probes.map((one) => ({ from, host, ...place, probe: one })))

    // All that can be tried, from one of them; a part of it by every other way and in every other manner.
    const [[, internet, here], ...others] = STRANGERS
    const visits = [
      ...visitsOf(internet, here, PROBES, places.slice(0, 1)),
      ...visitsOf(
        internet,
        here,
        PROBES.filter((_, i) => i % 9 === 0),
        places.slice(1),
      ),
      ...others.flatMap(([, from, host]) =>
        visitsOf(
          from,
          host,
          PROBES.filter((_, i) => i % 7 === 0),
        ),
      ),
      ...visitsOf(GUESSERS[0], OURS.v4, odd(SIGN_INS), places.slice(-1)),
      ...visitsOf(GUESSERS[1], OURS.v6, even(SIGN_INS), places.slice(-1)),
    ]
    const visited = await probe(namespace, visits)
    const told = visited.map(({ heard }, i) => ({
      from: visits[i]?.from,
      security: visits[i]?.security,
      probe: visits[i]?.probe.name,
      heard,
    }))
    expect(told.filter(({ heard }) => heard.some((reply) => granted.test(reply)))).toEqual([])
    // Every one of them was heard, so that it was not the network that kept them out.
    expect(told.filter(({ heard }) => heard.length === 0 || heard.some((reply) => reply.startsWith('no connection')))).toEqual([])
    const events = await mailroom.events()
    expect(events.filter(({ type }) => type === 'accepted')).toEqual([])
    expect(events.filter(({ type }) => type === 'refused').length).toBeGreaterThan(10)

    const [welcomed] = await probe(namespace, visitsOf(OFFICE, OURS.lan, [WELCOME], places.slice(0, 1)))
    expect(welcomed?.heard.some((reply) => reply.startsWith('250 2.0.0 Stored'))).toBe(welcomesOffice)
  })
})

test('there is the first start, ten typical offices, and eighty things to try', () => {
  expect(TYPICAL.filter(({ config }) => config !== null)).toHaveLength(10)
  expect(PROBES.length + SIGN_INS.length).toBeGreaterThanOrEqual(80)
})
