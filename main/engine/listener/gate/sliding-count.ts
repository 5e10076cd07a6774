import type { Clock } from '../../system/index.ts'

/** A window is counted in this many slices; what is older than the window is forgotten a slice at a time, so it may count one slice too long. */
const SLICES = 12

interface Counted {
  /** Number of the newest slice. */
  slice: number
  /** By slice number modulo SLICES + 1. */
  readonly counts: number[]
}

/** Events by key within a sliding window of time. Within any span as long as the window there are never more than were asked about. */
export interface SlidingCount {
  /** How many there were within the window that ends now. */
  count(key: string): number
  add(key: string): void
}

/** @param mostKeys  beyond it the key that was silent longest is forgotten, so that strangers cannot grow this without end */
export function createSlidingCount(clock: Clock, windowMs: number, mostKeys: number): SlidingCount {
  const sliceMs = windowMs / SLICES
  const keys = new Map<string, Counted>()

  function current(key: string): Counted | undefined {
    const counted = keys.get(key)
    if (counted === undefined) return undefined
    const now = Math.floor(clock.monotonic() / sliceMs)
    // The slice that the window's begin lies in still counts as a whole.
    for (let slice = Math.max(counted.slice + 1, now - SLICES); slice <= now; slice++) counted.counts[slice % (SLICES + 1)] = 0
    counted.slice = now
    return counted
  }

  return {
    count: (key) => current(key)?.counts.reduce((sum, one) => sum + one, 0) ?? 0,
    add(key) {
      const counted = current(key) ?? {
        slice: Math.floor(clock.monotonic() / sliceMs),
        counts: Array.from({ length: SLICES + 1 }, () => 0),
      }
      const at = counted.slice % (SLICES + 1)
      counted.counts[at] = (counted.counts[at] ?? 0) + 1
      keys.delete(key)
      keys.set(key, counted)
      const oldest = keys.keys().next()
      if (keys.size > mostKeys && oldest.done !== true) keys.delete(oldest.value)
    },
  }
}
