import { domainToASCII } from 'node:url'

/** The part after the last `@`, in lower case; '' when there is none. Address literals keep their brackets. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? '' : address.slice(at + 1).toLowerCase()
}

/** The part before the last `@`, as given; the whole text when there is no `@`. */
export function localPartOf(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? address : address.slice(0, at)
}

/** The address with its domain in lower case; the local part belongs to its own server and stays as given (RFC 5321 §2.4). */
export function normaliseAddress(address: string): string {
  const domain = domainOf(address)
  return domain === '' ? address : `${localPartOf(address)}@${domain}`
}

/**
 * The domain as A-labels without final dot (RFC 5890), for comparing and for DNS.
 * @returns '' when the name cannot be a domain name; address literals come back unchanged in lower case
 */
export function toAsciiDomain(domain: string): string {
  const lower = domain.toLowerCase()
  if (lower.startsWith('[')) return lower
  const bare = lower.endsWith('.') ? lower.slice(0, -1) : lower
  // The URL parser's own rules turn names such as `0x7f.1` into IP addresses; plain ASCII names need no conversion at all.
  return /^[\x21-\x7e]*$/.test(bare) ? bare : domainToASCII(bare)
}

/** The key under which two spellings of one address meet: local part and A-label domain in lower case (routing rules 1.10). */
export function addressKey(address: string): string {
  const domain = domainOf(address)
  return domain === '' ? address.toLowerCase() : `${localPartOf(address).toLowerCase()}@${toAsciiDomain(domain)}`
}
