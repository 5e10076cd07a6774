import type { Ban } from '../../../contract/index.ts'
import type { Clock, Timer } from '../../system/index.ts'

/** Strangers push each other out, so their number costs no memory. */
const MOST_FAILURES = 10_000
const MOST_BANS = 1_000
const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 8_000

/** How long the answer to a failed sign-in is held back: doubled with each failure. @param failures  in a row, this one included */
export function signInDelayMs(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10), LONGEST_DELAY_MS)
}

/** Who guesses passwords, by address: held back longer each time, and then not heard for a while. Kept in memory; a restart lifts all bans. */
export interface SignInGuard {
  isBanned(address: string): boolean
  /** @returns how long to hold the answer back, and whether this one was one too many */
  failed(address: string): { readonly delayMs: number; readonly banned: boolean }
  /** The right password: what was typed wrong before is forgotten. */
  succeeded(address: string): void
  /** @returns whether there was one */
  lift(address: string): boolean
  /** Those that end last first. */
  bans(): Ban[]
}

interface KeptBan extends Ban {
  /** On the clock that never goes back. */
  readonly endsAt: number
  timer: Timer
}

/**
 * @param rules    asked at each failure; `failures` 0 never bans
 * @param changed  a ban began or ended
 */
export function createSignInGuard(
  clock: Clock,
  rules: () => { readonly failures: number; readonly banMs: number },
  changed: () => void,
): SignInGuard {
  const failures = new Map<string, { count: number; at: number }>()
  const bans = new Map<string, KeptBan>()

  function lift(address: string): boolean {
    bans.get(address)?.timer.cancel()
    failures.delete(address)
    if (!bans.delete(address)) return false
    changed()
    return true
  }

  /** Timers are cut to some weeks; a longer ban goes on. */
  function wait(address: string, endsAt: number): Timer {
    return clock.after(endsAt - clock.monotonic(), () => {
      const ban = bans.get(address)
      if (ban === undefined || ban.endsAt !== endsAt) return
      if (clock.monotonic() >= endsAt) lift(address)
      else ban.timer = wait(address, endsAt)
    })
  }

  function begin(address: string, count: number, banMs: number): void {
    const now = Math.floor(clock.now())
    const endsAt = clock.monotonic() + banMs
    bans.get(address)?.timer.cancel()
    bans.set(address, { address, since: now, until: now + banMs, failures: count, endsAt, timer: wait(address, endsAt) })
    const oldest = bans.keys().next()
    if (bans.size > MOST_BANS && oldest.done !== true) lift(oldest.value)
    changed()
  }

  return {
    isBanned: (address) => bans.has(address),
    failed(address) {
      const { failures: most, banMs } = rules()
      const before = failures.get(address)
      // Who was quiet for as long as a ban takes begins anew: a typing error a day is no attack.
      const count = before !== undefined && clock.monotonic() - before.at < banMs ? before.count + 1 : 1
      failures.delete(address)
      failures.set(address, { count, at: clock.monotonic() })
      const oldest = failures.keys().next()
      if (failures.size > MOST_FAILURES && oldest.done !== true) failures.delete(oldest.value)
      const banned = most > 0 && count >= most
      if (banned) begin(address, count, banMs)
      return { delayMs: signInDelayMs(count), banned }
    },
    succeeded: (address) => void failures.delete(address),
    lift,
    bans: () =>
      [...bans.values()]
        .sort((a, b) => b.endsAt - a.endsAt)
        .map(({ address, since, until, failures: count }) => ({ address, since, until, failures: count })),
  }
}
