import type { Route } from '../../contract/index.ts'
import { domainOf, toAsciiDomain } from '../mail/index.ts'

/** RFC 5321 §4.5.3.1.8 lets every server take a hundred recipients; merged transactions stay well below (routing rules 6.1). */
const MAX_MERGED = 50

/** One next hop: one connection, one transaction. */
export interface HopGroup<T> {
  readonly route: Route
  /** Of its first recipient, A-labels in lower case. */
  readonly domain: string
  readonly members: readonly T[]
}

/**
 * Due recipients of one message by domain and route id, in the order of each group's first recipient (routing rules 6.1). Only a relay with
 * `batch-domains` takes several domains into one group, at most fifty recipients in each.
 */
export function groupByNextHop<T extends { readonly address: string; readonly route: Route }>(recipients: readonly T[]): HopGroup<T>[] {
  const groups: { route: Route; domain: string; members: T[] }[] = []
  const open = new Map<string, T[]>()
  for (const recipient of recipients) {
    const { route } = recipient
    const domain = toAsciiDomain(domainOf(recipient.address))
    const merges = route.type === 'relay' && route.batchDomains
    // A route id has no blank in it, so a merged group's key is no other group's.
    const key = merges ? route.id : `${route.id} ${domain}`
    const members = open.get(key)
    if (members !== undefined && !(merges && members.length >= MAX_MERGED)) {
      members.push(recipient)
      continue
    }
    const group = { route, domain, members: [recipient] }
    open.set(key, group.members)
    groups.push(group)
  }
  return groups
}
