/** Time as the engine knows it. A test or a simulation brings its own. */
export interface Clock {
  /** Milliseconds since 1970; may jump when somebody sets the computer's clock. */
  now(): number
  /** Milliseconds from an arbitrary beginning; never goes back. Use it for durations. */
  monotonic(): number
  /** Runs `run` once, `delayMs` from now (0 = as soon as possible). Delays beyond 24 days are cut to that. */
  after(delayMs: number, run: () => void): Timer
}

export interface Timer {
  /** The timer will not run any more; harmless when it has. */
  cancel(): void
}
