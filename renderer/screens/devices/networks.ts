import ipaddr from 'ipaddr.js'
import type { DevicesView } from '../../../main/contract/devices.ts'

/** Who may send without signing in, as `access.networks` says it: what an entry means, and what a switch makes of the list. */

type Address = ReturnType<typeof ipaddr.parse>
type Range = readonly [Address, number]

/** How far an entry reaches: this computer; networks that the internet cannot reach; some of the internet; so much of it that it is everybody. */
export type Reach = 'here' | 'private' | 'internet' | 'everybody'

export interface NetworkRow {
  readonly kind: 'loopback' | 'private' | 'own' | 'added'
  /** As it stands, or would stand, in the settings. */
  readonly entry: string
  /** This computer's address in it; '' when it is none of its own. */
  readonly address: string
  readonly on: boolean
  /** The wider entry that it is part of, so that it cannot be switched by itself; null when there is none. */
  readonly within: string | null
  readonly reach: Reach | null
}

const LOOPBACK = ['127.0.0.0/8', '::1/128']
/** What `private` stands for (docs/settings.md): RFC 1918, RFC 4193, link-local and this computer. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10', ...LOOPBACK]
/** Networks with more addresses than these are no office any more. */
const WIDEST = { ipv4: 16, ipv6: 32 } as const

const rangesOf = (entry: string): readonly Range[] =>
  entry === 'private' ? PRIVATE.flatMap(ranges) : entry === 'loopback' ? LOOPBACK.flatMap(ranges) : ranges(entry)

function ranges(text: string): readonly Range[] {
  if (ipaddr.isValidCIDR(text)) return [ipaddr.parseCIDR(text)]
  if (!isAddress(text)) return []
  const address = ipaddr.parse(text)
  return [[address, address.kind() === 'ipv4' ? 32 : 128]]
}

/** `ipaddr.isValid` alone also takes `10.1` and `0x7f000001`, which nobody means. */
const isAddress = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)

function covers(outer: Range, inner: Range): boolean {
  return outer[0].kind() === inner[0].kind() && outer[1] <= inner[1] && inner[0].match(outer[0], outer[1])
}
/** Every address of `inner` is in `outer`. */
export function isPartOf(inner: string, outer: string): boolean {
  const parts = rangesOf(inner)
  return parts.length > 0 && parts.every((part) => rangesOf(outer).some((range) => covers(range, part)))
}

/** @returns null for an entry that cannot be read here, a macro for example */
export function reachOf(entry: string): Reach | null {
  const parts = rangesOf(entry)
  if (parts.length === 0) return null
  if (isPartOf(entry, 'loopback')) return 'here'
  if (isPartOf(entry, 'private')) return 'private'
  return parts.some(([address, bits]) => bits < WIDEST[address.kind()]) ? 'everybody' : 'internet'
}

export type TypedNetwork =
  | { readonly entry: string }
  | { readonly problem: 'network.problem.empty' | 'network.problem.bits' | 'network.problem.name' | 'network.problem.form' }

/** What a person typed, as the settings write it: an address, or a network with its own address in front. */
export function readNetwork(typed: string): TypedNetwork {
  const text = typed.trim().replace(/\s*\/\s*/, '/')
  if (text === '') return { problem: 'network.problem.empty' }
  if (text === 'private' || text === 'loopback' || isAddress(text)) return { entry: text }
  const [address = '', bits] = text.split('/')
  if (isAddress(address)) {
    if (bits === undefined || !/^\d+$/.test(bits) || !ipaddr.isValidCIDR(text)) return { problem: 'network.problem.bits' }
    const network =
      ipaddr.parse(address).kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text)
    return { entry: `${network.toString()}/${Number(bits)}` }
  }
  return { problem: /^[\p{L}\p{N}.-]*\p{L}[\p{L}\p{N}.-]*$/u.test(text) ? 'network.problem.name' : 'network.problem.form' }
}

/** The list as rows with a switch: this computer, all private networks, this computer's own networks, and what somebody added. */
export function networkRows(networks: readonly string[], own: DevicesView['networks']): readonly NetworkRow[] {
  const row = (kind: NetworkRow['kind'], entry: string, address = ''): NetworkRow => {
    const within = networks.find((one) => one !== entry && isPartOf(entry, one)) ?? null
    return { kind, entry, address, on: within !== null || networks.includes(entry), within, reach: reachOf(entry) }
  }
  const proposed = own.filter(({ cidr }) => !isPartOf(cidr, 'loopback'))
  const known = ['loopback', 'private', ...proposed.map(({ cidr }) => cidr)]
  return [
    row('loopback', 'loopback'),
    ...proposed.map(({ cidr, address }) => row('own', cidr, address)),
    row('private', 'private'),
    ...networks.filter((entry) => !known.includes(entry)).map((entry) => row('added', entry)),
  ]
}

/** The list with an entry more; what it covers need not be said beside it. */
export function withNetwork(networks: readonly string[], entry: string): readonly string[] {
  if (networks.includes(entry) || networks.some((one) => isPartOf(entry, one))) return networks
  return [...networks.filter((one) => !isPartOf(one, entry)), entry]
}

/**
 * The list without an entry. Who narrows "all private networks" means other offices, not this one: this computer and the networks it stands in
 * stay allowed and can be switched off by themselves.
 */
export function withoutNetwork(networks: readonly string[], entry: string, own: DevicesView['networks']): readonly string[] {
  const rest = networks.filter((one) => one !== entry)
  if (entry !== 'private') return rest
  return ['loopback', ...own.map(({ cidr }) => cidr).filter((cidr) => reachOf(cidr) === 'private')].reduce(withNetwork, rest)
}

/** The farthest that any entry reaches; null when nobody may send without signing in. */
export function farthest(networks: readonly string[]): Reach | null {
  const order: readonly Reach[] = ['everybody', 'internet', 'private', 'here']
  const reaches = networks.map(reachOf)
  return order.find((reach) => reaches.includes(reach)) ?? null
}
