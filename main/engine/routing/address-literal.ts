import { isIPv4, isIPv6 } from 'node:net'

/** A domain in brackets (RFC 5321 §4.1.3): its address and its canonical spelling, or null when it is malformed. */
export function readAddressLiteral(domain: string): { readonly address: string; readonly name: string } | null {
  const inner = /^\[(.*)\]$/s.exec(domain)?.[1]
  if (inner === undefined) return null
  if (isIPv4(inner)) return { address: inner, name: `[${inner}]` }
  const address = /^ipv6:(.*)$/is.exec(inner)?.[1]
  // A zone (%eth0) means something on one computer alone.
  if (address === undefined || !isIPv6(address) || address.includes('%')) return null
  return { address: address.toLowerCase(), name: `[IPv6:${address.toLowerCase()}]` }
}

/** Whether the domain is meant as an address literal, well-formed or not. */
export function isAddressLiteral(domain: string): boolean {
  return domain.startsWith('[') || domain.endsWith(']')
}
