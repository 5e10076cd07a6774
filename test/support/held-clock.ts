import type { Clock } from '../../main/engine/system/index.ts'

/** A clock that stands still until it is told to go on; timers run in the order in which they are due. */
export interface HeldClock extends Clock {
  /** Lets time pass; runs what falls due, and gives promises a turn after each timer. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock without letting time pass, as a person or NTP does. */
  setWall(now: number): void
  /** Milliseconds until the next timer; null when there is none. */
  readonly nextIn: number | null
}

/** @param start ms since 1970; Monday 23 November 2026, 12:00 UTC unless given */
export function createHeldClock(start = Date.UTC(2026, 10, 23, 12)): HeldClock {
  let elapsed = 0
  let offset = start
  let order = 0
  const timers = new Map<number, { at: number; run: () => void }>()
  function next(): [number, { at: number; run: () => void }] | undefined {
    let best: [number, { at: number; run: () => void }] | undefined
    for (const entry of timers) if (best === undefined || entry[1].at < best[1].at) best = entry
    return best
  }
  return {
    now: () => offset + elapsed,
    monotonic: () => elapsed,
    after(delayMs, run) {
      const id = order++
      timers.set(id, { at: elapsed + Math.max(0, delayMs), run })
      return { cancel: () => void timers.delete(id) }
    },
    async advance(ms) {
      const until = elapsed + ms
      await turn()
      for (let due = next(); due !== undefined && due[1].at <= until; due = next()) {
        elapsed = Math.max(elapsed, due[1].at)
        timers.delete(due[0])
        due[1].run()
        await turn()
      }
      elapsed = until
      await turn()
    },
    setWall(now) {
      offset = now - elapsed
    },
    get nextIn() {
      const due = next()
      return due === undefined ? null : Math.max(0, due[1].at - elapsed)
    },
  }
}

/** Lets everything that is already on its way through promises, streams and file reads come to rest. */
async function turn(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A clock on which waiting costs nothing: a timer runs as soon as everything else has had its turn. For tests of what happens, not of when. */
export function createHurriedClock(start = Date.UTC(2026, 10, 23, 12)): Clock {
  let elapsed = 0
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    after(delayMs, run) {
      const timer = setImmediate(() => {
        elapsed += Math.max(0, delayMs)
        run()
      })
      return { cancel: () => clearImmediate(timer) }
    },
  }
}
