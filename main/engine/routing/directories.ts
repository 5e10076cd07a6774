import type { Directory } from '../../contract/index.ts'
import { addressKey, domainOf, toAsciiDomain } from '../mail/index.ts'

/** What is "ours": the answers of is_local_domain and is_local_address (routing rules 1.10). */
export interface Directories {
  /** A listed domain, or one that a mailbox takes as a whole (`@domain`). */
  isLocalDomain(directory: string, domain: string): boolean
  /**
   * A listed address, a mailbox's address, or any address in a domain that a mailbox takes as a whole. A mailbox for `*` makes every address in
   * our own domains exist, and none elsewhere: a rule that keeps local addresses here must not keep the rest of the world's as well.
   */
  isLocalAddress(directory: string, address: string): boolean
}

interface Names {
  readonly domains: ReadonlySet<string>
  readonly wholeDomains: ReadonlySet<string>
  readonly addresses: ReadonlySet<string>
  readonly catchesAll: boolean
}

const NOTHING: Names = { domains: new Set(), wholeDomains: new Set(), addresses: new Set(), catchesAll: false }

/** Prepared once for each settings; domains are compared as lower-case A-labels, local parts in lower case. */
export function createDirectories(settings: Readonly<Record<string, Directory>>): Directories {
  const byId = new Map(Object.entries(settings).map(([id, directory]) => [id, namesOf(directory)]))
  const fallback = byId.get('default') ?? NOTHING
  const named = (id: string): Names => byId.get(id) ?? fallback
  return {
    isLocalDomain(directory, domain) {
      const { domains, wholeDomains } = named(directory)
      const name = toAsciiDomain(domain)
      return domains.has(name) || wholeDomains.has(name)
    },
    isLocalAddress(directory, address) {
      const { addresses, wholeDomains, domains, catchesAll } = named(directory)
      if (addresses.has(addressKey(address))) return true
      const domain = toAsciiDomain(domainOf(address))
      return wholeDomains.has(domain) || (catchesAll && domains.has(domain))
    },
  }
}

function namesOf(directory: Directory): Names {
  const patterns = [...directory.addresses, ...directory.mailboxes.flatMap((mailbox) => mailbox.addresses)]
  return {
    domains: new Set(directory.domains.map(toAsciiDomain)),
    wholeDomains: new Set(patterns.filter((pattern) => pattern.startsWith('@')).map((pattern) => toAsciiDomain(pattern.slice(1)))),
    addresses: new Set(patterns.filter((pattern) => pattern !== '*' && !pattern.startsWith('@')).map(addressKey)),
    catchesAll: patterns.includes('*'),
  }
}
