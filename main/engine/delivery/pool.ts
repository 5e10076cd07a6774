import type { Clock, Timer } from '../system/index.ts'
import { FaultError } from './fault.ts'
import type { Session } from './session.ts'
import { Transcript } from './transcript.ts'

export interface PoolLimits {
  /** Transactions over one connection. Many servers end a conversation at a hundred. */
  readonly maxTransactions: number
  /** How long a connection nobody uses is kept: long enough for the next message of a burst, short enough not to hold a stranger's server. */
  readonly idleMs: number
  /** Connections to one next hop at a time; more wait in line. */
  readonly maxPerHop: number
}

export const DEFAULT_POOL_LIMITS: PoolLimits = { maxTransactions: 100, idleMs: 2_000, maxPerHop: 10 }

/** A session lent out. It must be given back with `release`, whatever happened. */
export interface Lease {
  readonly session: Session
  /** It had carried a message before, so it may have died unnoticed. */
  readonly reused: boolean
  /** @param reusable   the conversation is in a state to go on with */
  release(reusable: boolean): void
}

interface Idle {
  readonly session: Session
  readonly timer: Timer
}

/** All there is to know about one next hop. A hop nobody uses is forgotten. */
interface Hop {
  /** Oldest first. */
  readonly idle: Idle[]
  /** Connections lent out, being opened, or idle. */
  open: number
  /** First come, first served: whoever waits is told that a place may be free. */
  readonly waiting: (() => void)[]
  /** Told so, and not yet come to take it: until then nobody else may. */
  called: number
}

/**
 * Connections kept for the next message to the same next hop: same address and port, same encryption, same login, same source address (the key says
 * so). The connection used last is lent first, so that in quiet times the others are let go.
 */
export class ConnectionPool {
  readonly #clock: Clock
  readonly #limits: PoolLimits
  readonly #hops = new Map<string, Hop>()
  /** Connections that have said QUIT and wait for the answer. */
  readonly #goodbyes = new Set<Promise<void>>()

  constructor(clock: Clock, limits: PoolLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /**
   * @param open   makes a new session when no idle one is there
   * @param fresh   an idle one will not do
   * @throws FaultError of `open`, or `cancelled` while waiting in line
   */
  async lend(key: string, open: () => Promise<Session>, signal: AbortSignal, fresh = false): Promise<Lease> {
    let queued = false
    for (;;) {
      const hop = this.#hopOf(key)
      if (!queued && (hop.called > 0 || hop.waiting.length > 0)) {
        await this.#placeFree(hop, signal, false)
        queued = true
        continue
      }
      const idle = fresh ? undefined : hop.idle.pop()
      if (idle !== undefined) {
        idle.timer.cancel()
        idle.session.wire.watchIdle(null)
        this.#callNext(hop)
        return this.#lease(key, hop, idle.session, true)
      }
      if (hop.open < this.#limits.maxPerHop) return this.#openNew(key, hop, open)
      // All places taken: one by a connection that is idle but not wanted, or by others, for which we wait.
      const unwanted = hop.idle.shift()
      if (unwanted !== undefined) this.#drop(key, hop, unwanted)
      else await this.#placeFree(hop, signal, queued)
      queued = true
    }
  }

  /** Ends every idle connection and waits until they, and those that were just ending, are closed. */
  async closeIdle(): Promise<void> {
    for (const [key, hop] of this.#hops) {
      for (const idle of hop.idle.splice(0)) this.#drop(key, hop, idle)
    }
    await Promise.all(this.#goodbyes)
  }

  /** A connection is ending, with nobody to wait for it. @param goodbye  never rejects */
  seeOff(goodbye: Promise<void>): void {
    this.#goodbyes.add(goodbye)
    void goodbye.then(() => this.#goodbyes.delete(goodbye))
  }

  async #openNew(key: string, hop: Hop, open: () => Promise<Session>): Promise<Lease> {
    hop.open += 1
    this.#callNext(hop)
    try {
      return this.#lease(key, hop, await open(), false)
    } catch (error) {
      this.#free(key, hop)
      throw error
    }
  }

  #lease(key: string, hop: Hop, session: Session, reused: boolean): Lease {
    let given = false
    return {
      session,
      reused,
      release: (reusable) => {
        if (given) return
        given = true
        if (reusable && session.transactions < this.#limits.maxTransactions && !session.wire.disturbed) {
          this.#keep(key, hop, session)
        } else {
          this.seeOff(session.quit())
          this.#free(key, hop)
        }
      },
    }
  }

  #keep(key: string, hop: Hop, session: Session): void {
    // What happens from here on belongs to no attempt.
    session.wire.useTranscript(new Transcript(this.#clock))
    const onEnd = (): void => this.#dropIfIdle(key, hop, idle)
    const idle: Idle = { session, timer: this.#clock.after(this.#limits.idleMs, onEnd) }
    hop.idle.push(idle)
    session.wire.watchIdle(onEnd)
    this.#callNext(hop)
  }

  /** Tells the next in line when there is a place for one more than were told already. */
  #callNext(hop: Hop): void {
    const places = hop.idle.length + this.#limits.maxPerHop - hop.open
    if (hop.called < places) hop.waiting.shift()?.()
  }

  #dropIfIdle(key: string, hop: Hop, idle: Idle): void {
    const at = hop.idle.indexOf(idle)
    if (at < 0) return
    hop.idle.splice(at, 1)
    this.#drop(key, hop, idle)
  }

  #drop(key: string, hop: Hop, idle: Idle): void {
    idle.timer.cancel()
    idle.session.wire.watchIdle(null)
    this.#free(key, hop)
    this.seeOff(idle.session.quit())
  }

  #free(key: string, hop: Hop): void {
    hop.open -= 1
    this.#callNext(hop)
    if (hop.open === 0 && hop.called === 0 && hop.waiting.length === 0 && this.#hops.get(key) === hop) this.#hops.delete(key)
  }

  #hopOf(key: string): Hop {
    const known = this.#hops.get(key)
    if (known !== undefined) return known
    const hop: Hop = { idle: [], open: 0, waiting: [], called: 0 }
    this.#hops.set(key, hop)
    return hop
  }

  /** @param inFront  had its turn already, and somebody's connection broke before it came */
  async #placeFree(hop: Hop, signal: AbortSignal, inFront: boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const onFree = (): void => {
        signal.removeEventListener('abort', onAbort)
        hop.called += 1
        resolve()
      }
      const onAbort = (): void => {
        const at = hop.waiting.indexOf(onFree)
        if (at >= 0) hop.waiting.splice(at, 1)
        reject(new FaultError({ kind: 'cancelled', stage: null }))
      }
      if (signal.aborted) {
        onAbort()
        return
      }
      signal.addEventListener('abort', onAbort, { once: true })
      if (inFront) hop.waiting.unshift(onFree)
      else hop.waiting.push(onFree)
    })
    hop.called -= 1
  }
}
