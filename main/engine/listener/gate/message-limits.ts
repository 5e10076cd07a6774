import type { Account, Limits, NamedDevice } from '../../../contract/index.ts'
import type { Clock } from '../../system/index.ts'
import { createSlidingCount } from './sliding-count.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** More senders than any office has. */
const MOST_SENDERS = 10_000

/** Somebody whose messages are counted, and how many it may send; 0: any number. */
export interface CountedSender {
  readonly key: string
  readonly perHour: number
  readonly perDay: number
}

/**
 * Under which names a message counts. Who signs in is counted by its account wherever it comes from, everybody else by address. A limit that
 * the settings give to one device or account stands in place of the general one; a device's own holds for those who sign in there as well.
 */
export function countedSenders(address: string, account: Account | null, device: NamedDevice | null, limits: Limits): CountedSender[] {
  const general = (own: number, all: number): number => (own === 0 ? all : own)
  const client: CountedSender = {
    key: `client ${address}`,
    perHour: general(device?.maxMessagesPerHour ?? 0, account === null ? limits.maxMessagesPerHour : 0),
    perDay: general(device?.maxMessagesPerDay ?? 0, account === null ? limits.maxMessagesPerDay : 0),
  }
  if (account === null) return [client]
  const login: CountedSender = {
    key: `account ${account.name}`,
    perHour: general(account.maxMessagesPerHour, limits.maxMessagesPerHour),
    perDay: general(account.maxMessagesPerDay, limits.maxMessagesPerDay),
  }
  return [client, login]
}

/** Messages by sender within the last hour and the last day. They are counted in memory: after a restart of Mailroom they begin at none. */
export interface MessageCounts {
  /** Which limit has been reached; null when one more may come. */
  full(senders: readonly CountedSender[]): 'hour' | 'day' | null
  add(senders: readonly CountedSender[]): void
}

export function createMessageCounts(clock: Clock): MessageCounts {
  const hours = createSlidingCount(clock, HOUR_MS, MOST_SENDERS)
  const days = createSlidingCount(clock, DAY_MS, MOST_SENDERS)
  return {
    full(senders) {
      if (senders.some(({ key, perHour }) => perHour > 0 && hours.count(key) >= perHour)) return 'hour'
      return senders.some(({ key, perDay }) => perDay > 0 && days.count(key) >= perDay) ? 'day' : null
    },
    add(senders) {
      for (const { key } of senders) {
        hours.add(key)
        days.add(key)
      }
    },
  }
}
