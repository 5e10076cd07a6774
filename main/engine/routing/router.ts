import type { Explanation, Route, Settings } from '../../contract/index.ts'
import { toText } from '../expression/index.ts'
import { toAsciiDomain } from '../mail/index.ts'
import type { Clock, Random, Resolver } from '../system/index.ts'
import { addressId } from './addresses.ts'
import { BUILT_IN_MX, routeNamed } from './built-in.ts'
import type { DnsCache } from './dns-cache.ts'
import { createLookups } from './lookups.ts'
import { mxNextHops } from './mx-hops.ts'
import { dnsTemporary, routeUnknown, rulesFailed } from './problems.ts'
import { relayNextHops } from './relay-hops.ts'
import { ruleFunctions } from './rule-functions.ts'
import { compileStrategies } from './strategies.ts'
import type { Named, StrategyName } from './strategies.ts'
import type { HostFacts, NextHops, RecipientFacts, RouteDecision, Router } from './types.ts'
import { variablesOf } from './variables.ts'
import { within } from './within.ts'

/** How long the rules for one recipient, and the resolution of one next hop, may take in all, whatever a resolver does. */
export const DECISION_LIMIT_MS = 60_000
/** How long one question of a rule, or of a relay's name to the operating system, may take. */
const QUESTION_LIMIT_MS = 30_000
/** The shipped TLS rule names it after a TLS failure; it is there only where somebody allowed insecure retries (routing rules 1.3). */
const INSECURE_RETRY = 'invalid-tls'
/** Rules can make up names without end. */
const MAX_TOLD = 1_000

export interface RouterWorld {
  readonly settings: Settings
  readonly resolver: Resolver
  /** Outlives the router: new settings make a new router and keep it. */
  readonly cache: DnsCache
  /** Addresses as the operating system finds them, for relay hosts. */
  readonly lookup: (name: string) => Promise<readonly string[]>
  readonly random: Random
  readonly clock: Clock
  /** Our names beside `server.hostname` and the EHLO names of the settings. */
  readonly ownNames?: readonly string[]
  /** This computer's addresses, now. */
  readonly ownAddresses: () => readonly string[]
  /** Whether mail for port 25 of those addresses comes to us (routing rules 4.7). */
  readonly listensOn25: () => boolean
  /** Told once for each name of a schedule, TLS or connection strategy that is not defined; `default` is used then. */
  readonly onUnknownName?: (strategy: StrategyName, name: string) => void
  /** Told when the rules for a schedule, TLS or connection could not be evaluated, once for each reason; `default` is used then. */
  readonly onRulesFailed?: (strategy: StrategyName, reason: string) => void
}

/** Routing for one settings: compiled once, asked for every recipient and attempt. */
export function createRouter(world: RouterWorld): Router {
  const { settings, clock, cache } = world
  const ruleLookups = createLookups(world, () => clock.monotonic() + QUESTION_LIMIT_MS)
  const strategies = compileStrategies(settings, ruleFunctions(settings, ruleLookups))
  const ownNames = ownNamesOf(settings, world.ownNames ?? [])

  /** Waits only where a rule does, and never longer than the limit. */
  async function ask(strategy: StrategyName, facts: RecipientFacts, host: HostFacts | null): Promise<Named> {
    const named = strategies.ask(strategy, facts, host)
    return named instanceof Promise ? within(clock, DECISION_LIMIT_MS, () => named) : named
  }

  async function decide(facts: RecipientFacts): Promise<RouteDecision> {
    try {
      return lookedUp(settings, await ask('route', facts, null))
    } catch (thrown) {
      return { route: null, name: '', rule: null, trace: [], problem: rulesFailed(messageOf(thrown)) }
    }
  }

  const toldAlready = new Set<string>()
  function tell(listener: RouterWorld['onUnknownName'], strategy: StrategyName, what: string): void {
    const key = `${strategy} ${what}`
    if (toldAlready.has(key) || toldAlready.size >= MAX_TOLD) return
    toldAlready.add(key)
    listener?.(strategy, what)
  }

  /** The name as it is when it is defined, else `default`, so that a policy called `default` holds wherever the rules give nothing better. */
  async function pick(strategy: 'schedule' | 'tls' | 'connection', facts: RecipientFacts, host: HostFacts | null): Promise<string> {
    try {
      const { name } = await ask(strategy, facts, host)
      if (name === 'default' || Object.hasOwn(tableOf(settings, strategy), name)) return name
      if (name !== INSECURE_RETRY) tell(world.onUnknownName, strategy, name)
    } catch (thrown) {
      tell(world.onRulesFailed, strategy, messageOf(thrown))
    }
    return 'default'
  }

  async function nextHops(route: Route, domain: string, signal?: AbortSignal): Promise<NextHops> {
    const endsAt = clock.monotonic() + DECISION_LIMIT_MS
    const lookups = createLookups(world, () => endsAt, signal)
    const ownAddresses = world.listensOn25() ? new Set(world.ownAddresses().map(addressId)) : new Set<string>()
    try {
      switch (route.type) {
        case 'local':
          return { hosts: [], problem: null }
        case 'relay':
          return await relayNextHops(route, { lookup: world.lookup, clock, patienceMs: QUESTION_LIMIT_MS, signal })
        case 'mx':
          return await mxNextHops(route, domain, { lookups, random: world.random, ownNames, ownAddresses })
      }
    } catch (thrown) {
      // Nothing above throws by design; if it does, the fault is ours and the mail waits.
      return { hosts: [], problem: dnsTemporary(domain, messageOf(thrown)) }
    }
  }

  async function explain(facts: RecipientFacts, resolve: boolean): Promise<Explanation> {
    const { route, rule, trace, problem } = await decide(facts)
    const told = { recipient: facts.recipient, rule, trace: [...trace] }
    if (route === null) return { ...told, route: null, type: null, targets: [], problem }
    const hops = resolve ? await nextHops(route, domainForHops(facts)) : { hosts: [], problem: null }
    return { ...told, route: route.id, type: route.type, targets: targetsOf(hops), problem: hops.problem }
  }

  return {
    decide,
    nextHops,
    explain,
    pickSchedule: (facts) => pick('schedule', facts, null),
    pickTls: (facts, host) => pick('tls', facts, host),
    pickConnection: (facts, host) => pick('connection', facts, host),
    flush: () => cache.flush(),
  }
}

/** Looks the name up (routing rules 2.9): an unknown one waits, unless the settings say that it goes straight to MX. */
function lookedUp(settings: Settings, { name, rule, trace }: Named): RouteDecision {
  const { routes, routeFallback } = settings.queue
  const route = routeNamed(routes, name) ?? (routeFallback === 'mx' ? (routeNamed(routes, 'mx') ?? BUILT_IN_MX) : null)
  return { route, name, rule, trace, problem: route === null ? routeUnknown(name) : null }
}

function tableOf(settings: Settings, strategy: 'schedule' | 'tls' | 'connection'): Readonly<Record<string, unknown>> {
  switch (strategy) {
    case 'schedule':
      return settings.queue.schedules
    case 'tls':
      return settings.queue.tls
    case 'connection':
      return settings.queue.connections
  }
}

/** Every name by which an MX record can mean us (routing rules 4.7). */
function ownNamesOf({ server, queue }: Settings, more: readonly string[]): ReadonlySet<string> {
  const ehloNames = [...Object.values(queue.connections), ...Object.values(queue.sourceIps)].map((entry) => entry.ehloHostname ?? '')
  return new Set([server.hostname, ...ehloNames, ...more].map(toAsciiDomain).filter((name) => name !== ''))
}

/** The domain as the rules see it, overrides included. */
function domainForHops(facts: RecipientFacts): string {
  return toText(variablesOf(facts, null)('rcpt_domain'))
}

function targetsOf({ hosts }: NextHops): Explanation['targets'] {
  return hosts.flatMap(({ name, preference, addresses, port }) => addresses.map((address) => ({ host: name, address, port, preference })))
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
