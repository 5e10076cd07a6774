import type { Clock } from '../system/index.ts'

/** Wall and monotonic time that part by more than this in one step did not drift: somebody set the clock, or the machine slept. */
const JUMP_MS = 60_000

/**
 * The queue's time: the wall clock made fit for waiting.
 * - It never goes back. When the clock is set back, waits go on as planned, and our time runs ahead of the wall by `leadMs` until the wall
 *   catches up (it is never written down for people without taking the lead off again).
 * - When the wall jumps forward, the machine slept or the clock was set: what fell due meanwhile is due, but the jump is counted in `stoppedMs`,
 *   because nothing could be tried and no message's life shall end by it.
 * A timer that comes much too late tells of sleep where the monotonic clock goes on during sleep, as on Windows.
 */
export class QueueTime {
  private readonly clock: Clock
  private wall: number
  private mono: number
  private latest: number
  private lead = 0
  private stopped = 0

  constructor(clock: Clock) {
    this.clock = clock
    this.wall = clock.now()
    this.mono = clock.monotonic()
    this.latest = this.wall
  }

  /** ms since 1970; never less than before. */
  now(): number {
    const wall = this.clock.now()
    const mono = this.clock.monotonic()
    const drift = wall - this.wall - (mono - this.mono)
    this.wall = wall
    this.mono = mono
    if (drift < -JUMP_MS) this.lead -= drift
    if (drift > JUMP_MS) {
      const caughtUp = Math.min(this.lead, drift)
      this.lead -= caughtUp
      this.stopped += drift - caughtUp
    }
    this.latest = Math.max(this.latest, wall + this.lead)
    return this.latest
  }

  /** How far our time is ahead of the wall clock. */
  get leadMs(): number {
    return this.lead
  }

  /** All the time so far in which nothing could be tried, since this was made. */
  get stoppedMs(): number {
    return this.stopped
  }

  /** A timer meant for `lateMs` ago runs only now. */
  timerCameLate(lateMs: number): void {
    const before = this.stopped
    this.now()
    const seen = this.stopped - before
    if (lateMs - seen > JUMP_MS) this.stopped += lateMs - seen
  }

  /** Nothing was tried since `from` for another reason: a person paused everything. Sleep meanwhile is counted already. */
  addStopped(from: { readonly now: number; readonly stoppedMs: number }): void {
    const passed = this.now() - from.now
    this.stopped += Math.max(0, passed - (this.stopped - from.stoppedMs))
  }
}
