import type { MxRoute, RoutingProblem } from '../../contract/index.ts'
import { toAsciiDomain } from '../mail/index.ts'
import type { MxRecord, Random } from '../system/index.ts'
import { isAddressLiteral, readAddressLiteral } from './address-literal.ts'
import { addressesFor, addressId, familiesOf, usableAddresses } from './addresses.ts'
import type { Answer, Lookups } from './lookups.ts'
import { mxHosts } from './mx-hosts.ts'
import type { MxHost } from './mx-hosts.ts'
import { combineProblems, dnsTemporary, noMailServer, noSuchDomain, notADomain, nullMx, routingLoop } from './problems.ts'
import type { NextHopHost, NextHops } from './types.ts'

/** MX delivery knows one port (routing rules 4.2). */
const SMTP_PORT = 25
/** Most hosts of one preference whose addresses are looked up; no sane domain has more, and `limits.mx` ends at 50. */
const MAX_HOSTS_LOOKED_UP = 100
const LOOKUPS_AT_ONCE = 10

export interface MxWorld {
  readonly lookups: Lookups
  readonly random: Random
  /** A-labels in lower case. */
  readonly ownNames: ReadonlySet<string>
  /** Our addresses where we listen on port 25; empty when we do not (routing rules 4.7). */
  readonly ownAddresses: ReadonlySet<string>
}

interface FoundHost extends NextHopHost {
  readonly isUs: boolean
}

/** The mail servers of a domain with their addresses, in the order to try (routing rules 4.2). */
export async function mxNextHops(route: MxRoute, domain: string, world: MxWorld): Promise<NextHops> {
  if (isAddressLiteral(domain)) return literalHop(route, domain, world)
  const name = toAsciiDomain(domain)
  if (name === '') return nothing(notADomain(domain))
  const answer = await world.lookups.mx(name)
  const records = recordsOf(name, answer)
  if ('problem' in records) return nothing(records.problem)
  const choice = mxHosts(records.records, world.ownNames, world.random)
  switch (choice.kind) {
    case 'null-mx':
      return nothing(nullMx(name))
    case 'routing-loop':
      return nothing(routingLoop(name))
    case 'hosts': {
      const hops = await withAddresses(route, name, choice.levels, world)
      return answer.kind === 'missing' && hops.problem?.cause === 'dns-missing' && hops.problem.class === 'dns'
        ? nothing(noMailServer(name))
        : hops
    }
  }
}

/** MX records, or the domain itself where it exists without (implicit MX, RFC 5321 §5.1), or the end of it. */
function recordsOf(domain: string, answer: Answer<MxRecord>): { records: readonly MxRecord[] } | { problem: RoutingProblem } {
  switch (answer.kind) {
    case 'found':
      return { records: answer.records }
    case 'missing':
      return { records: [{ preference: 0, exchange: domain }] }
    case 'no-such-name':
      return { problem: noSuchDomain(domain) }
    case 'bad-name':
      return { problem: notADomain(domain) }
    case 'temporary':
      return { problem: dnsTemporary(domain, answer.reason) }
  }
}

function literalHop(route: MxRoute, domain: string, { ownAddresses }: MxWorld): NextHops {
  const literal = readAddressLiteral(domain)
  if (literal === null) return nothing(notADomain(domain))
  const { name, address } = literal
  if (pointsAtUs([address], route, ownAddresses)) return nothing(routingLoop(domain))
  const answers = [{ kind: 'found' as const, records: [address] }]
  return asNextHops([
    { name, preference: 0, port: SMTP_PORT, ...addressesFor(name, answers, { limit: 1, allowLoopback: route.allowLoopback }) },
  ])
}

/**
 * The first `limits.mx` hosts with their addresses. Where an address of ours counts as us, whole levels are resolved before the cut: a level in
 * which we are found goes, and all behind it.
 */
async function withAddresses(route: MxRoute, domain: string, levels: readonly (readonly MxHost[])[], world: MxWorld): Promise<NextHops> {
  const find = (host: MxHost): Promise<FoundHost> => findHost(route, host, world)
  if (world.ownAddresses.size === 0) return asNextHops(await inTurn(levels.flat().slice(0, route.maxHosts), find))
  const hosts: FoundHost[] = []
  for (const level of levels) {
    const found = await inTurn(level.slice(0, MAX_HOSTS_LOOKED_UP), find)
    if (found.some((host) => host.isUs)) return hosts.length === 0 ? nothing(routingLoop(domain)) : asNextHops(hosts)
    hosts.push(...found)
    if (hosts.length >= route.maxHosts) break
  }
  return asNextHops(hosts.slice(0, route.maxHosts))
}

async function findHost(route: MxRoute, host: MxHost, { lookups, ownAddresses }: MxWorld): Promise<FoundHost> {
  const [first, second] = familiesOf(route.ipLookup)
  const answers = [await lookups[first](host.name)]
  if (second !== undefined && (route.ipFallback || !hasUsable(answers, route))) answers.push(await lookups[second](host.name))
  const { addresses, problem } = addressesFor(host.name, answers, {
    limit: route.maxAddressesPerHost,
    allowLoopback: route.allowLoopback,
  })
  const all = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []))
  const isUs = pointsAtUs(all, route, ownAddresses)
  return { name: host.name, preference: host.preference, addresses, port: SMTP_PORT, problem, isUs }
}

function hasUsable(answers: readonly Answer<string>[], route: MxRoute): boolean {
  return answers.some((answer) => answer.kind === 'found' && usableAddresses(answer.records, route.allowLoopback).length > 0)
}

/** Loopback is dropped anyway where it is not allowed; it says nothing about who is meant. */
function pointsAtUs(addresses: readonly string[], route: MxRoute, ownAddresses: ReadonlySet<string>): boolean {
  return usableAddresses(addresses, route.allowLoopback).some((address) => ownAddresses.has(addressId(address)))
}

function asNextHops(found: readonly (NextHopHost | FoundHost)[]): NextHops {
  const hosts = found.map(({ name, preference, addresses, port, problem }) => ({ name, preference, addresses, port, problem }))
  if (hosts.some((host) => host.addresses.length > 0)) return { hosts, problem: null }
  return { hosts, problem: combineProblems(hosts.flatMap((host) => host.problem ?? [])) }
}

function nothing(problem: RoutingProblem): NextHops {
  return { hosts: [], problem }
}

/** All results in order, a few at a time. */
async function inTurn<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let from = 0; from < items.length; from += LOOKUPS_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + LOOKUPS_AT_ONCE).map(run))))
  }
  return results
}
