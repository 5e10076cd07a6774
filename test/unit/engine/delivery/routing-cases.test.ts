import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { TlsSettings } from '../../../../main/contract/index.ts'
import type { SimulatedHost } from '../../../support/simulated-network.ts'
import { MX, relay, stateOf, tried, world } from './attempt.ts'

/** Part E of the worked cases: one attempt of one message, from scripts of the servers to a state for each recipient. */
interface Case {
  readonly id: string
  readonly limiter?: unknown
  readonly tls_policy?: { readonly starttls?: TlsSettings['starttls'] }
  readonly tls_expr?: string
  readonly route?: {
    readonly implicit?: boolean
    readonly port?: number
    readonly auth?: boolean
    readonly protocol?: 'smtp' | 'lmtp'
    readonly address?: string
  }
  readonly hosts: readonly { readonly h: string; readonly ip: readonly string[]; readonly s: Readonly<Record<string, unknown>> }[]
  readonly rcpts: readonly string[]
  readonly tried?: readonly string[]
  readonly commands?: readonly string[]
  readonly clear_text?: boolean
  readonly state: Readonly<Record<string, string>>
}

const file = new URL('../../../fixtures/routing-cases.json', import.meta.url)
const { E } = JSON.parse(readFileSync(file, 'utf8')) as { E: { cases: readonly Case[] } }

// Limiters are not in effect yet, so a case about them has nothing to run against.
const cases = E.cases.filter((one) => one.limiter === undefined)

describe('worked cases of delivery sessions', () => {
  test('there are cases to run', () => {
    expect(cases.length).toBeGreaterThanOrEqual(13)
  })

  test.each(cases.map((one) => [one.id, one] as const))('%s', async (_id, one) => {
    const servers = Object.fromEntries(one.hosts.flatMap((host) => host.ip.map((ip) => [ip, scriptFor(one, host.s, ip)])))
    const { attempt, network, delivery } = world(servers)
    const report = await attempt({
      ...(one.route === undefined ? { route: MX } : { route: routeOf(one.route) }),
      hosts: one.hosts.map((host) => [host.h, host.ip]),
      port: one.route?.port ?? 25,
      recipients: one.rcpts,
      tls: { ...one.tls_policy, ...(one.tls_expr?.includes('starttls = disable') ? { starttls: 'disable' } : {}) },
    })
    await delivery.closeIdle()

    for (const [index, address] of one.rcpts.entries()) {
      const [state = '', host] = (one.state[address] ?? '').split('@')
      const outcome = report.outcomes[index]
      expect(stateOf(outcome)).toBe(state)
      if (host !== undefined) expect(outcome?.kind === 'completed' ? outcome.host : outcome?.entity).toBe(host)
    }
    if (one.tried !== undefined) expect(tried(report)).toEqual(one.tried)
    const record = network.record(one.hosts[0]!.ip[0]!)
    if (one.commands !== undefined) expect(record.commands.map(commandShape)).toEqual(one.commands)
    if (one.clear_text === true) expect(record.encrypted).toEqual([false])
  })
})

function routeOf(route: NonNullable<Case['route']>): ReturnType<typeof relay> {
  return relay({
    address: route.address ?? 'r',
    port: route.port ?? 25,
    protocol: route.protocol ?? 'smtp',
    tls: { implicit: route.implicit ?? true, allowInvalidCertificates: false },
    auth: route.auth === true ? { username: 'user', secret: 'secret', allowCleartext: false } : null,
  })
}

/** A script is for the host, or for one of its addresses. */
function scriptFor(one: Case, script: Readonly<Record<string, unknown>>, ip: string): SimulatedHost {
  const own = script[ip] ?? (Object.keys(script).some((key) => /^\d+$/.test(key)) ? {} : script)
  return {
    ...(own as SimulatedHost),
    lmtp: one.route?.protocol === 'lmtp',
    implicitTls: one.route !== undefined && (one.route.implicit ?? true),
  }
}

/** `BDAT 26 LAST` as the cases write it: `BDAT <n> LAST`. */
function commandShape(command: string): string {
  const [verb = '', argument = ''] = command.split(' ')
  if (verb === 'AUTH') return `AUTH ${argument} <b64>`
  if (verb === 'BDAT') return command.replace(/\d+/, '<n>')
  return verb
}
