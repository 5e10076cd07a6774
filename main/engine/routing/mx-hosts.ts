import { toAsciiDomain } from '../mail/index.ts'
import { shuffled } from '../system/index.ts'
import type { MxRecord, Random } from '../system/index.ts'

export interface MxHost {
  /** A-labels, lower case, no final dot. */
  readonly name: string
  readonly preference: number
}

/** Hosts in levels of equal preference, best first, each level in the order of this attempt; or why there are none. */
export type MxChoice =
  | { readonly kind: 'hosts'; readonly levels: readonly (readonly MxHost[])[] }
  | { readonly kind: 'null-mx' }
  | { readonly kind: 'routing-loop' }

/**
 * The mail servers that an MX answer stands for (routing rules 4.2, steps 3 to 5, and 4.7): null MX (RFC 7505), duplicates removed, ourselves
 * and everything not better than us removed (RFC 5321 §5.1), equal preferences shuffled anew. The cut to `limits.mx` comes after this.
 * @param records   at least one; '' or '.' as exchange is the root
 * @param ownNames  as A-labels in lower case without final dot
 */
export function mxHosts(records: readonly MxRecord[], ownNames: ReadonlySet<string>, random: Random): MxChoice {
  const hosts = byPreference(withoutDuplicates(records.map(asHost).filter((host) => host.name !== '')))
  if (hosts.length === 0) return { kind: 'null-mx' }
  const own = hosts.find((host) => ownNames.has(host.name))
  const better = own === undefined ? hosts : hosts.filter((host) => host.preference < own.preference)
  if (better.length === 0) return { kind: 'routing-loop' }
  return { kind: 'hosts', levels: levelsOf(better).map((level) => shuffled(random, level)) }
}

/** Best first; equal preferences stay in the order of the answer. */
export function byPreference<T extends { readonly preference: number }>(records: readonly T[]): T[] {
  return [...records].sort((left, right) => left.preference - right.preference)
}

function asHost({ preference, exchange }: MxRecord): MxHost {
  return { name: exchange === '.' ? '' : toAsciiDomain(exchange) || exchange.toLowerCase(), preference }
}

/** Of hosts named twice the best preference counts. */
function withoutDuplicates(hosts: readonly MxHost[]): MxHost[] {
  const best = new Map<string, MxHost>()
  for (const host of hosts) {
    const known = best.get(host.name)
    if (known === undefined || host.preference < known.preference) best.set(host.name, host)
  }
  return [...best.values()]
}

function levelsOf(hosts: readonly MxHost[]): MxHost[][] {
  const levels = new Map<number, MxHost[]>()
  for (const host of hosts) {
    const level = levels.get(host.preference)
    if (level === undefined) levels.set(host.preference, [host])
    else level.push(host)
  }
  return [...levels.values()]
}
