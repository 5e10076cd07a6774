import { Resolver as NodeResolver } from 'node:dns/promises'
import { isIP, isIPv4 } from 'node:net'
import { errorCode } from '../disk.ts'
import { DnsError } from '../network.ts'
import type { Resolver, ResolverOptions } from '../network.ts'

/** Most records of one answer that are looked at. */
export const MAX_RECORDS = 1000

/**
 * The real resolver, on Node's own (c-ares; no hosts file). Facts it relies on, each with a test against a scripted server: answers with another
 * id or question are ignored, a truncated answer is asked for again by TCP, search suffixes are never tried, and an alias that leads nowhere
 * comes back as an empty list. Records under another owner name than the one asked for cannot be told apart here.
 */
export function createNodeResolver(options: ResolverOptions): Resolver {
  const ask = <T>(name: string, query: (resolver: NodeResolver, name: string) => Promise<T[]>): Promise<T[]> =>
    askOnce(options, name, query)
  return {
    async mx(name) {
      const found = await ask(name, (resolver, asked) => resolver.resolveMx(asked))
      return { records: found.map(({ priority, exchange }) => ({ preference: priority, exchange })), ttlSeconds: null }
    },
    async a(name) {
      return withTtl(await ask(name, (resolver, asked) => resolver.resolve4(asked, { ttl: true })))
    },
    async aaaa(name) {
      return withTtl(await ask(name, (resolver, asked) => resolver.resolve6(asked, { ttl: true })))
    },
    async txt(name) {
      const found = await ask(name, (resolver, asked) => resolver.resolveTxt(asked))
      return found.map((chunks) => chunks.join(''))
    },
    ptr: (address) => ask(reverseName(address), (resolver, asked) => resolver.resolvePtr(asked)),
  }
}

/**
 * One question with a channel of its own: cancelling ends this question alone, and the system's servers are read anew, so a change of network
 * is noticed.
 */
async function askOnce<T>(
  options: ResolverOptions,
  name: string,
  query: (resolver: NodeResolver, name: string) => Promise<T[]>,
): Promise<T[]> {
  if (!isAskable(name)) throw new DnsError('bad-name', 'EBADNAME', `"${name}" is not a name that DNS can be asked for`)
  const resolver = new NodeResolver({ timeout: options.timeoutMs, tries: options.attempts })
  // c-ares lengthens its waits with every try and server; this is the end that was promised.
  const deadline = setTimeout(() => resolver.cancel(), options.timeoutMs * options.attempts)
  try {
    if (options.servers.length > 0) resolver.setServers(options.servers)
    // The final dot says that the name is complete (RFC 5321 §2.3.5 forbids inferring one).
    const found = await query(resolver, `${name}.`)
    if (found.length === 0) throw new DnsError('missing', 'ENODATA', `DNS has no such record for ${name}`)
    return found.slice(0, MAX_RECORDS)
  } catch (thrown) {
    throw thrown instanceof DnsError ? thrown : toDnsError(name, errorCode(thrown))
  } finally {
    clearTimeout(deadline)
  }
}

/** Letters, digits, `-` and `_` in labels of 1 to 63, 253 in all. c-ares would read a backslash as an escape and stop at a NUL. */
function isAskable(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(name)
}

function toDnsError(name: string, code: string): DnsError {
  switch (code) {
    case 'ENODATA':
      return new DnsError('missing', code, `DNS has no such record for ${name}`)
    case 'ENOTFOUND':
      return new DnsError('no-such-name', code, `DNS knows no name ${name}`)
    case 'EBADNAME':
      return new DnsError('bad-name', code, `"${name}" is not a name that DNS can be asked for`)
    case 'ECANCELLED':
      return new DnsError('temporary', 'ETIMEOUT', `DNS gave no answer for ${name} in time`)
    default:
      return new DnsError('temporary', code === '' ? 'EUNKNOWN' : code, `DNS gave no usable answer for ${name} (${code})`)
  }
}

/** The smallest TTL of the records counts for all of them. */
function withTtl(found: readonly { readonly address: string; readonly ttl: number }[]): { addresses: string[]; ttlSeconds: number } {
  return { addresses: found.map(({ address }) => address), ttlSeconds: Math.min(...found.map(({ ttl }) => ttl)) }
}

/** The name under which an address is looked up (RFC 1035 §3.5, RFC 3596 §2.5); '' when it is no address. */
function reverseName(address: string): string {
  if (isIPv4(address)) return `${address.split('.').reverse().join('.')}.in-addr.arpa`
  if (isIP(address) !== 6 || address.includes('%')) return ''
  return `${[...hexOfIpv6(address)].reverse().join('.')}.ip6.arpa`
}

/** All 32 digits of an IPv6 address. */
function hexOfIpv6(address: string): string {
  // The URL parser writes an address in hexadecimal groups, also when its end was in IPv4 form.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'))
  const before = groups(head)
  const after = groups(tail)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join('')
}
