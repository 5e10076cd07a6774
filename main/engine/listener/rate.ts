import type { Clock } from '../system/index.ts'

const HOUR_MS = 3_600_000
/** More clients than any office has; beyond it the oldest windows go, so strangers cannot grow this without end. */
const MAX_CLIENTS = 10_000

/** Messages per client address in fixed windows of one hour. */
export interface MessageRate {
  /** Counts one message. @returns false when the client has used up this hour's share; 0 as `perHour` means no limit */
  take(client: string, perHour: number): boolean
}

export function createMessageRate(clock: Clock): MessageRate {
  const windows = new Map<string, { hour: number; count: number }>()
  return {
    take(client, perHour) {
      if (perHour === 0) return true
      const hour = Math.floor(clock.now() / HOUR_MS)
      const current = windows.get(client)
      const window = current?.hour === hour ? current : { hour, count: 0 }
      if (window.count >= perHour) return false
      window.count++
      windows.delete(client)
      windows.set(client, window)
      const oldest = windows.keys().next()
      if (windows.size > MAX_CLIENTS && oldest.done !== true) windows.delete(oldest.value)
      return true
    },
  }
}
