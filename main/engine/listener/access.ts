import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

/** RFC 1918, RFC 4193, link-local and loopback: what an office calls its own network. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8', 'fc00::/7', 'fe80::/10', '::1/128']
const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** Networks ready to be asked; built once per settings. */
export interface Networks {
  /** Anything that is not an IP address is outside. */
  includes(address: string): boolean
}

/**
 * @param networks CIDRs, single addresses, `private` or `loopback`; the config room has checked their form, and what still cannot be read
 * lets nobody in
 */
export function compileNetworks(networks: readonly string[]): Networks {
  const known = compiled.get(networks)
  if (known !== undefined) return known
  const ranges = networks.flatMap((network) => rangesOf(network))
  const made: Networks = {
    includes(address) {
      const parsed = parseAddress(address)
      return parsed !== null && ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range))
    },
  }
  compiled.set(networks, made)
  return made
}

/** Settings are replaced as a whole and never changed, so the list itself is the key. */
const compiled = new WeakMap<readonly string[], Networks>()

function rangesOf(network: string): Range[] {
  const word = network.trim().toLowerCase()
  if (word === 'private') return PRIVATE.map((cidr) => ipaddr.parseCIDR(cidr))
  if (word === 'loopback') return LOOPBACK.map((cidr) => ipaddr.parseCIDR(cidr))
  if (ipaddr.isValidCIDR(word)) return [ipaddr.parseCIDR(word)]
  const single = parseAddress(word)
  return single === null ? [] : [[single, single.kind() === 'ipv4' ? 32 : 128]]
}

/** An IPv4 client of a socket for both families appears as ::ffff:192.0.2.1 and is meant as IPv4; a zone index (%eth0) says nothing about the network. */
function parseAddress(address: string): Address | null {
  const bare = address.replace(/%.*$/, '')
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null
}

/** Whether an account may use this reverse-path: patterns are whole addresses, `*@domain` or `*`; none means any. Case does not count. */
export function maySendAs(senders: readonly string[], reversePath: string): boolean {
  if (senders.length === 0) return true
  const address = reversePath.toLowerCase()
  return senders.some((pattern) => {
    const wanted = pattern.toLowerCase()
    return wanted === '*' || wanted === address || (wanted.startsWith('*@') && address.endsWith(wanted.slice(1)))
  })
}
