import ipaddr from 'ipaddr.js'
import type { OwnNetwork } from '../../contract/index.ts'
import type { InterfaceAddress } from '../system/index.ts'

/** The networks this computer is in, to choose from: not itself, not what every cable has (link-local), not a single address. */
export function ownNetworks(interfaces: readonly InterfaceAddress[], allowed: (address: string) => boolean): OwnNetwork[] {
  const found = new Map<string, OwnNetwork>()
  for (const { address, family, prefix, internal } of interfaces) {
    const bare = address.replace(/%.*$/, '')
    if (internal || !ipaddr.isValid(bare) || ipaddr.parse(bare).range() === 'linkLocal' || prefix >= (family === 4 ? 32 : 128)) continue
    const kind = family === 4 ? ipaddr.IPv4 : ipaddr.IPv6
    const cidr = `${kind.networkAddressFromCIDR(`${bare}/${prefix}`).toString()}/${prefix}`
    if (!found.has(cidr)) found.set(cidr, { cidr, address: bare, allowed: allowed(bare) })
  }
  return [...found.values()]
}
