import { isIPv4, isIP } from 'node:net'
import type { RelayRoute } from '../../contract/index.ts'
import { toAsciiDomain } from '../mail/index.ts'
import { errorCode } from '../system/index.ts'
import type { Clock } from '../system/index.ts'
import { usableAddresses } from './addresses.ts'
import { dnsTemporary, relayNotFound } from './problems.ts'
import type { NextHops } from './types.ts'
import { LateError, within } from './within.ts'

/** Most addresses of one relay host that are tried (routing rules 4.4). */
export const MAX_RELAY_ADDRESSES = 10

export interface RelayWorld {
  /** Addresses as the operating system finds them. */
  readonly lookup: (name: string) => Promise<readonly string[]>
  readonly clock: Clock
  /** How long the operating system may take. */
  readonly patienceMs: number
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

/** A relay host by address or by name: no MX lookup, IPv4 first, loopback allowed (routing rules 4.4). */
export async function relayNextHops(route: RelayRoute, world: RelayWorld): Promise<NextHops> {
  const name = relayName(route.address)
  const found = isIP(name) === 0 ? await ask(name, world) : { addresses: [name] }
  if ('problem' in found) return { hosts: [], problem: found.problem }
  const addresses = relayAddresses(found.addresses)
  if (addresses.length === 0) return { hosts: [], problem: relayNotFound(route.address, 'there is no address that mail can be sent to') }
  return { hosts: [{ name, preference: null, addresses, port: route.port, problem: null }], problem: null }
}

/** The relay's address as a name for DNS and TLS: an IP address without brackets, a name as A-labels without final dot. */
export function relayName(address: string): string {
  const bare = /^\[(?:ipv6:)?(.+)\]$/i.exec(address)?.[1] ?? address
  return isIP(bare) === 0 ? toAsciiDomain(address) || address : bare
}

/** IPv4 first, each family in the order found, at most ten. */
export function relayAddresses(found: readonly string[]): string[] {
  const usable = usableAddresses(found, true)
  return [...usable.filter(isIPv4), ...usable.filter((address) => !isIPv4(address))].slice(0, MAX_RELAY_ADDRESSES)
}

type Found = { readonly addresses: readonly string[] } | Pick<NextHops, 'problem'>

async function ask(name: string, { lookup, clock, patienceMs, signal }: RelayWorld): Promise<Found> {
  try {
    return { addresses: await within(clock, patienceMs, () => lookup(name), signal) }
  } catch (thrown) {
    if (thrown instanceof LateError) return { problem: dnsTemporary(name, 'no answer in time') }
    const code = errorCode(thrown)
    if (code === 'ENOTFOUND') return { problem: relayNotFound(name, 'there is no such name') }
    return { problem: dnsTemporary(name, code === '' ? String(thrown) : code) }
  }
}
