import ipaddr from 'ipaddr.js'
import { mapText } from './text-functions.ts'
import { fromBoolean, toText } from './value.ts'
import type { Value } from './value.ts'

const ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u0080-\u{10ffff}]+$/u
const QUOTED = /^"(?:[^"\\\r\n]|\\[^\r\n])+"$/u

const isIpv4 = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(text)
const isIpv6 = (text: string): boolean => text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text)

export const isIpv4Address = (value: Value): Value => fromBoolean(isIpv4(toText(value)))
export const isIpv6Address = (value: Value): Value => fromBoolean(isIpv6(toText(value)))
export function isIpAddress(value: Value): Value {
  const text = toText(value)
  return fromBoolean(isIpv4(text) || isIpv6(text))
}

/** The labels under which DNS keeps an address: reversed octets, or reversed nibbles for IPv6; `''` for anything else. */
export function ipReverseName(value: Value): Value {
  const text = toText(value)
  if (isIpv4(text)) return text.split('.').reverse().join('.')
  if (!isIpv6(text)) return ''
  const nibbles = ipaddr.IPv6.parse(text).parts.map((part) => part.toString(16).padStart(4, '0'))
  return Array.from(nibbles.join('')).reverse().join('.')
}

/** A syntactic check (2.10): a local part, one `@` outside quotes, a domain with a dot; no dot leads, ends or doubles. */
export function isEmail(value: Value): Value {
  const text = toText(value)
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(0, at))
  const domain = text.slice(at + 1)
  return fromBoolean(at > 0 && (QUOTED.test(local) || isDotted(local)) && isDotted(domain) && domain.includes('.'))
}

function isDotted(text: string): boolean {
  return ATOM.test(text) && text.split('.').every((atom) => atom !== '')
}

/** The part of an address before or after its last `@`, trimmed; `''` without one or for another part name. */
export function emailPart(value: Value, part: Value): Value {
  const name = toText(part)
  return mapText(value, (text) => {
    const at = text.lastIndexOf('@')
    if (at < 0) return ''
    if (name === 'local') return text.slice(0, at).trim()
    return name === 'domain' ? text.slice(at + 1).trim() : ''
  })
}
