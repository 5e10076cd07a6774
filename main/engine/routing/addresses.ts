import ipaddr from 'ipaddr.js'
import type { IpLookup, RoutingProblem } from '../../contract/index.ts'
import type { Answer } from './lookups.ts'
import { dnsTemporary, noAddress, onlyUnusableAddresses } from './problems.ts'

export type Family = 'a' | 'aaaa'

/** Which families an MX route asks for, in order (routing rules 4.3). */
export function familiesOf(ipLookup: IpLookup): readonly [Family] | readonly [Family, Family] {
  switch (ipLookup) {
    case 'ipv4_only':
      return ['a']
    case 'ipv6_only':
      return ['aaaa']
    case 'ipv4_then_ipv6':
      return ['a', 'aaaa']
    case 'ipv6_then_ipv4':
      return ['aaaa', 'a']
  }
}

export interface AddressRules {
  /** Of one host, all families together. */
  readonly limit: number
  readonly allowLoopback: boolean
}

/**
 * The addresses of one host to try, in order, or why there are none (routing rules 4.3). What cannot be used is dropped before the cut.
 * @param answers  of the families that were asked, preferred family first; with `seed` the second is there only when the first had nothing usable
 */
export function addressesFor(
  host: string,
  answers: readonly Answer<string>[],
  { limit, allowLoopback }: AddressRules,
): { readonly addresses: readonly string[]; readonly problem: RoutingProblem | null } {
  const found = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []))
  const usable = usableAddresses(found, allowLoopback)
  if (usable.length > 0) return { addresses: usable.slice(0, limit), problem: null }
  const failure = answers.find((answer) => answer.kind === 'temporary')
  if (failure !== undefined) return { addresses: [], problem: dnsTemporary(host, failure.reason) }
  return { addresses: [], problem: found.length > 0 ? onlyUnusableAddresses(host) : noAddress(host) }
}

/** Each once, without what no mail can be sent to: unspecified, multicast, broadcast, and loopback unless allowed. */
export function usableAddresses(addresses: readonly string[], allowLoopback: boolean): string[] {
  return [...new Set(addresses)].filter((address) => {
    const range = rangeOf(address)
    return !USELESS.has(range) && (allowLoopback || range !== 'loopback')
  })
}

const USELESS: ReadonlySet<string> = new Set(['unspecified', 'multicast', 'broadcast', 'invalid'])

function rangeOf(address: string): string {
  // `process` looks through IPv4-mapped addresses, which reach the same place as what they map.
  return ipaddr.isValid(address) ? ipaddr.process(address).range() : 'invalid'
}

/** One spelling for each address, for comparing; the address itself when it is none. */
export function addressId(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toNormalizedString() : address
}
