import type { Alert, DayCounts, ListenerState, Status } from '../contract/index.ts'
import type { InterfaceAddress } from './system/index.ts'

export interface StatusFacts {
  readonly running: boolean
  readonly deliveryPaused: Status['deliveryPaused']
  readonly hostname: string
  readonly interfaces: readonly InterfaceAddress[]
  readonly listeners: readonly ListenerState[]
  readonly counts: Pick<Status, 'today' | 'rack' | 'lastDeliveredAt' | 'stalls'> & { readonly days: readonly DayCounts[] }
  readonly waiting: number
  readonly held: number
  readonly alerts: readonly Alert[]
  readonly secretsProtected: boolean
}

export function statusOf({ interfaces, counts, ...facts }: StatusFacts): Status {
  const { today, days, rack, lastDeliveredAt, stalls } = counts
  return {
    ...facts,
    listeners: [...facts.listeners],
    alerts: [...facts.alerts],
    addresses: deviceAddresses(interfaces),
    // What waits and what is held is a matter of now; the log only knows what happened.
    today: { ...today, waiting: facts.waiting, held: facts.held },
    days: [...days],
    rack: [...rack],
    lastDeliveredAt,
    stalls,
  }
}

/** Addresses to type into a device: the office's IPv4 first, link-local ones never, loopback only when there is nothing else. */
export function deviceAddresses(interfaces: readonly InterfaceAddress[]): string[] {
  const reachable = interfaces.filter(({ address, internal }) => !internal && !address.startsWith('169.254.') && !/^fe80:/i.test(address))
  const ordered = [...reachable.filter(({ family }) => family === 4), ...reachable.filter(({ family }) => family === 6)]
  const addresses = ordered.map(({ address }) => address)
  return addresses.length > 0 ? addresses : ['127.0.0.1']
}
