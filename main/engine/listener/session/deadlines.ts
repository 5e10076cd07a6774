import type { Clock, Timer } from '../../system/index.ts'

export interface DeadlineOptions {
  readonly clock: Clock
  readonly idleMs: number
  readonly sessionMs: number
  /** Called once. Idle is a client that we wait for, and from which nothing comes. */
  readonly late: (why: 'idle' | 'session') => void
  /** Whether it is the client's turn now. */
  readonly waits: () => boolean
}

/** The two clocks of a connection: how long nothing may come, and how long it may last. One timer, set anew only when it has run out. */
export class Deadlines {
  readonly #options: DeadlineOptions
  readonly #begun: number
  #heardAt: number
  #timer: Timer | null = null

  constructor(options: DeadlineOptions) {
    this.#options = options
    this.#begun = options.clock.monotonic()
    this.#heardAt = this.#begun
    this.#arm()
  }

  /** Something came. @returns ms since the last time */
  heard(): number {
    const now = this.#options.clock.monotonic()
    const gap = now - this.#heardAt
    this.#heardAt = now
    return gap
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #arm(): void {
    const { clock, idleMs, sessionMs } = this.#options
    const now = clock.monotonic()
    const next = Math.min(this.#heardAt + idleMs, this.#begun + sessionMs)
    // While we are the ones who take their time it is looked at again a little later.
    this.#timer = clock.after(Math.max(next - now, Math.min(idleMs, 1_000)), () => this.#check())
  }

  #check(): void {
    const { clock, idleMs, sessionMs, late, waits } = this.#options
    const now = clock.monotonic()
    if (now >= this.#begun + sessionMs) late('session')
    else if (now >= this.#heardAt + idleMs && waits()) late('idle')
    else this.#arm()
  }
}
