import ipaddr from 'ipaddr.js'
import type { NamedDevice } from '../../contract/index.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6
interface Range {
  readonly device: NamedDevice
  readonly network: Address
  readonly bits: number
}

/** An IPv4 client of a socket for both families appears as ::ffff:192.0.2.1 and is meant as IPv4; a zone (%eth0) is this computer's own business. */
function parse(address: string): Address | null {
  const bare = address.replace(/%.*$/, '')
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null
}

/** One spelling for each address; what is no address stays as it is. */
export function plainAddress(address: string): string {
  return parse(address)?.toString() ?? address
}

/** The device that the settings name for this address: the narrowest range that fits, so that one can be let in out of a range that is blocked. */
export function findDevice(devices: readonly NamedDevice[], address: string): NamedDevice | null {
  const ranges = rangesOf(devices)
  if (ranges.length === 0) return null
  const client = parse(address)
  if (client === null) return null
  return ranges.find(({ network, bits }) => network.kind() === client.kind() && client.match(network, bits))?.device ?? null
}

/** Settings are replaced as a whole and never changed, so the list itself is the key. */
const compiled = new WeakMap<readonly NamedDevice[], readonly Range[]>()

/** Narrowest first. */
function rangesOf(devices: readonly NamedDevice[]): readonly Range[] {
  const known = compiled.get(devices)
  if (known !== undefined) return known
  const ranges = devices.flatMap((device) => {
    const [host = '', length] = device.address.split('/')
    const network = parse(host)
    if (network === null) return []
    const longest = network.kind() === 'ipv4' ? 32 : 128
    const bits = length === undefined ? longest : Number(length)
    return Number.isInteger(bits) && bits >= 0 && bits <= longest ? [{ device, network, bits }] : []
  })
  ranges.sort((a, b) => b.bits - a.bits)
  compiled.set(devices, ranges)
  return ranges
}
