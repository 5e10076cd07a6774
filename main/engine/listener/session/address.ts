import ipaddr from 'ipaddr.js'
import { toAsciiDomain } from '../../mail/index.ts'

/** RFC 5321 §4.5.3.1 gives 64 octets to the local part and 255 to the domain. Longer local parts exist; longer paths do not. */
const MAX_PATH_CHARACTERS = 320
const MAX_DOMAIN_CHARACTERS = 255

/** A path as it stood in the command. */
export interface Path {
  /** '' for `<>`; otherwise a mailbox without source route, its local part quoted only where it has to be. */
  readonly address: string
  readonly bracketed: boolean
  /** What follows it. */
  readonly rest: string
}

/**
 * Reads a path (RFC 5321 §4.1.2) from the beginning of a text. The brackets may be missing, as devices write it.
 * @param bareName  a name without domain that is taken all the same (`postmaster`, RFC 5321 §4.5.1), in lower case
 * @returns null when it is no path
 */
export function readPath(text: string, bareName?: string): Path | null {
  const bracketed = text.startsWith('<')
  const inside = bracketed ? text.slice(1) : text
  const end = endOfPath(inside, bracketed ? '>' : ' ')
  if (end < 0 || end > MAX_PATH_CHARACTERS + 255) return null
  const written = inside
    .slice(0, end)
    .trim()
    .replace(/^@[^:<>"]+:/, '')
  const rest = inside.slice(bracketed ? end + 1 : end)
  if (rest !== '' && !rest.startsWith(' ')) return null
  if (written === '' || written.toLowerCase() === bareName) return { address: written, bracketed, rest }
  const address = readMailbox(written)
  return address === null ? null : { address, bracketed, rest }
}

/** Where the closing sign is, outside quotes; -1 when there is none. A path without brackets may end with the text. */
function endOfPath(text: string, sign: '>' | ' '): number {
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (quoted && character === '\\') i++
    else if (character === '"') quoted = !quoted
    else if (!quoted && character === sign) return i
    else if (!quoted && character === '<') return -1
  }
  return sign === ' ' && !quoted ? text.length : -1
}

/** @returns the mailbox, or null when it is none */
function readMailbox(text: string): string | null {
  if (text.length > MAX_PATH_CHARACTERS) return null
  const at = text.lastIndexOf('@')
  if (at <= 0) return null
  const local = readLocalPart(text.slice(0, at))
  const domain = text.slice(at + 1)
  return local === null || !isDomain(domain) ? null : `${local}@${domain}`
}

/** Dots may stand anywhere: addresses such as `a..b@` exist, and whoever owns them decides. */
const DOT_STRING = /^[^\s\p{Cc}"(),:;<>@[\\\]]+$/u
const QUOTED_STRING = /^"((?:[^\p{Cc}"\\]|\\[^\p{Cc}])*)"$/u

function readLocalPart(text: string): string | null {
  if (DOT_STRING.test(text)) return text
  const inside = QUOTED_STRING.exec(text)?.[1]?.replace(/\\(.)/gu, '$1')
  if (inside === undefined) return null
  // Quotes that are not needed mean nothing (RFC 5321 §4.1.2), and mailboxes are looked up without them.
  return /^[^.].*[^.]$|^[^.]$/u.test(inside) && !inside.includes('..') && DOT_STRING.test(inside) ? inside : text
}

/** Names as devices write them: underscores are let through. */
function isDomain(text: string): boolean {
  if (text.length === 0 || text.length > MAX_DOMAIN_CHARACTERS) return false
  if (text.startsWith('[')) return isLiteral(text)
  if (isAscii(text)) return text.split('.').every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label))
  return !/[\s\p{Cc}<>"]/u.test(text) && toAsciiDomain(text) !== ''
}

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3). */
export function isLiteral(text: string): boolean {
  const inside = /^\[(.*)\]$/.exec(text)?.[1]
  if (inside === undefined) return false
  const v6 = /^IPv6:(.*)$/i.exec(inside)?.[1]
  return v6 === undefined ? ipaddr.IPv4.isValidFourPartDecimal(inside) : ipaddr.IPv6.isValid(v6) && !v6.includes('%')
}

export function isAscii(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text) // eslint-disable-line no-control-regex -- the range of ASCII begins with them
}

/** What RFC 5321 §4.1.1.1 wants behind HELO and EHLO: a domain name or an address literal. */
export function isHelloName(text: string): boolean {
  return isLiteral(text) || (/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text) && !/^[\d.]+$/.test(text))
}
