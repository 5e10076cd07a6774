import type { Route, TraceStep } from '../../contract/index.ts'
import { groupByNextHop } from '../routing/index.ts'

/** A due recipient and the route its rules gave it, now. */
export interface RoutedRecipient {
  /** Place in the entry's recipients. */
  readonly index: number
  readonly address: string
  readonly route: Route
  readonly rule: number | null
  readonly trace: readonly TraceStep[]
}

/** One connection, one transaction. */
export interface Group {
  /** Where it queues for a turn: one key for each next hop. */
  readonly lane: string
  readonly route: Route
  /** Of its first recipient, A-labels in lower case. */
  readonly domain: string
  readonly members: readonly [RoutedRecipient, ...RoutedRecipient[]]
}

/** Recipients of one message by next hop (routing rules 6.1), each group with the lane in which it waits. */
export function groupsOf(recipients: readonly RoutedRecipient[]): Group[] {
  return groupByNextHop(recipients).flatMap(({ route, domain, members }) => {
    const [first, ...others] = members
    return first === undefined ? [] : [{ lane: laneOf(route, domain), route, domain, members: [first, ...others] as const }]
  })
}

/** The next hop as a key: a relay is one place, an MX route is a place for each domain, the local mailboxes are one. */
function laneOf(route: Route, domain: string): string {
  switch (route.type) {
    case 'local':
      return 'local'
    case 'relay':
      return relayLane(route.id)
    case 'mx':
      return `mx ${route.id} ${domain}`
  }
}

/** The lane of a relay route. */
export const relayLane = (routeId: string): string => `relay ${routeId}`
