import { performance } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'

/** Node's timers take 32-bit milliseconds; a longer delay would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647

/** The real clock. Timers keep the process alive only through what they serve, so a stopped engine lets it end. */
export function createNodeClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS))
      return { cancel: () => clearTimeout(timer) }
    },
  }
}
