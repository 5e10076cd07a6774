import { Readable } from 'node:stream'
import type { ConnectionSettings, RelayRoute, Route, RoutingProblem, TlsSettings } from '../../../../main/contract/index.ts'
import { createDelivery } from '../../../../main/engine/delivery/index.ts'
import type { Delivery, DeliveryParts, DeliveryReport, DeliveryRequest } from '../../../../main/engine/delivery/index.ts'
import type { EnvelopeRecipient, MailParameters, Outcome } from '../../../../main/engine/mail/index.ts'
import type { NextHopHost } from '../../../../main/engine/routing/index.ts'
import type { Network } from '../../../../main/engine/system/index.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import type { HeldClock } from '../../../support/held-clock.ts'
import { createSimulatedNetwork } from '../../../support/simulated-network.ts'
import type { SimulatedHost, SimulatedNetwork } from '../../../support/simulated-network.ts'

export const MX: Route = {
  type: 'mx',
  id: 'mx',
  description: '',
  maxHosts: 5,
  maxAddressesPerHost: 2,
  ipLookup: 'ipv4_then_ipv6',
  ipFallback: false,
  allowLoopback: false,
}

export function relay(changes: Partial<RelayRoute> = {}): RelayRoute {
  return {
    type: 'relay',
    id: 'relay',
    description: '',
    address: 'relay.example.org',
    port: 25,
    protocol: 'smtp',
    tls: { implicit: false, allowInvalidCertificates: false },
    auth: null,
    batchDomains: false,
    ...changes,
  }
}

export const TLS: TlsSettings = {
  id: 'default',
  dane: 'optional',
  mtaSts: 'optional',
  starttls: 'optional',
  allowInvalidCertificates: false,
  timeoutMs: { tls: 180_000, mtaSts: 300_000 },
}

export const CONNECTION: ConnectionSettings = {
  id: 'default',
  ehloHostname: null,
  sourceIps: [],
  timeoutMs: { connect: 30_000, greeting: 60_000, ehlo: 300_000, mailFrom: 300_000, rcptTo: 300_000, data: 600_000 },
}

export const MESSAGE = 'Subject: hello\r\n\r\nhello\r\n'

export interface Ask {
  readonly route?: Route
  /** Name and addresses, in the order to try. */
  readonly hosts?: readonly (readonly [name: string, addresses: readonly string[], problem?: RoutingProblem])[]
  readonly problem?: RoutingProblem
  readonly port?: number
  readonly recipients?: readonly (string | EnvelopeRecipient)[]
  readonly sender?: string | null
  readonly parameters?: MailParameters
  readonly message?: string | Buffer | (() => Readable)
  /** As accepted; the message's own when absent. */
  readonly size?: number
  readonly has8Bit?: boolean
  readonly tls?: Partial<TlsSettings>
  readonly connection?: Partial<ConnectionSettings>
}

export function request(ask: Ask): DeliveryRequest {
  const recipients = (ask.recipients ?? ['x@d.test']).map((recipient) =>
    typeof recipient === 'string' ? { address: recipient } : recipient,
  )
  const { message = MESSAGE } = ask
  const bytes = typeof message === 'function' ? null : Buffer.from(message)
  const hosts = (ask.hosts ?? [['a', ['1']]]).map(([name, addresses, problem = null]): NextHopHost => ({
    name,
    addresses,
    preference: 10,
    port: ask.port ?? 25,
    problem,
  }))
  return {
    entryId: 'e1',
    route: ask.route ?? MX,
    domain: 'd.test',
    envelope: { reversePath: ask.sender === undefined ? 'ann@example.net' : ask.sender, parameters: ask.parameters ?? {}, recipients },
    recipients,
    size: ask.size ?? bytes?.length ?? 0,
    has8Bit: ask.has8Bit ?? false,
    openMessage: typeof message === 'function' ? message : () => Readable.from(bytes === null ? [] : pieces(bytes)),
    nextHops: async () => ({ hosts, problem: ask.problem ?? null }),
    tlsFor: async () => ({ ...TLS, ...ask.tls }),
    connectionFor: async () => ({ ...CONNECTION, ...ask.connection }),
  }
}

function pieces(bytes: Buffer): Buffer[] {
  const size = 64 * 1024
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

export function delivery(clock: HeldClock, network: Network, parts: Partial<DeliveryParts> = {}): Delivery {
  return createDelivery({
    network,
    clock,
    random: { bytes: (count) => Buffer.alloc(count), below: () => 0 },
    hostname: () => 'mailroom.example',
    ownEhloFor: () => null,
    deliverLocally: () => Promise.reject(new Error('no local delivery in this test')),
    ...parts,
  })
}

export interface World {
  readonly clock: HeldClock
  readonly network: SimulatedNetwork
  readonly delivery: Delivery
  /** One attempt; time goes on by itself until it has ended. */
  attempt(ask?: Ask, signal?: AbortSignal): Promise<DeliveryReport>
  /** Lets time go on until the promise is settled. */
  settle<T>(promise: Promise<T>): Promise<T>
}

/** Servers by address, and a delivery in front of them. */
export function world(
  hosts: Readonly<Record<string, SimulatedHost>>,
  options: { readonly parts?: Partial<DeliveryParts>; readonly names?: Readonly<Record<string, readonly string[]>> } = {},
): World {
  const clock = createHeldClock()
  const network = createSimulatedNetwork(clock, hosts, options.names)
  const made = delivery(clock, network, options.parts)
  const settleWith = <T>(promise: Promise<T>): Promise<T> => settle(clock, promise)
  return {
    clock,
    network,
    delivery: made,
    settle: settleWith,
    attempt: (ask = {}, signal = new AbortController().signal) => settleWith(made.deliver(request(ask), signal)),
  }
}

/** Lets the clock go from timer to timer until the promise is settled. Idle connections are not waited for. */
export async function settle<T>(clock: HeldClock, promise: Promise<T>): Promise<T> {
  const state = { settled: false }
  const watched = promise.finally(() => {
    state.settled = true
  })
  watched.catch(() => undefined)
  for (let round = 0; round < 5000; round++) {
    await clock.advance(0)
    if (state.settled) return watched
    await clock.advance(clock.nextIn ?? 0)
  }
  throw new Error('it never ends')
}

/** `ok`, `temp:connection`, `perm:unexpected-reply`. */
export function stateOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'nothing'
  if (outcome.kind === 'completed') return 'ok'
  return `${outcome.kind === 'temp_fail' ? 'temp' : 'perm'}:${outcome.failure.class}`
}

export function states(report: DeliveryReport): string[] {
  return report.outcomes.map(stateOf)
}

/** The failure of the only recipient. */
export function failureOf(report: DeliveryReport): Extract<Outcome, { failure: unknown }>['failure'] {
  const [outcome] = report.outcomes
  if (outcome === undefined || outcome.kind === 'completed') throw new Error('it did not fail')
  return outcome.failure
}

/** `a/1` for each address tried. */
export function tried(report: DeliveryReport): string[] {
  return report.tries.map(({ host, address }) => `${host}/${address}`)
}
