/** How much may run at once. */
export interface LaneLimits {
  /** Attempts running at a time, slow ones not counted. */
  readonly total: number
  /** After this long an attempt is slow: it gives its turn to others and goes on beside them. */
  readonly slowAfterMs: number
  /** All attempts at a time, slow ones counted. */
  readonly hardTotal: number
  /** Attempts at one next hop at a time, by the first word of the lane's key. */
  readonly perLane: (key: string) => number
}

/** Twenty at a time, as many at a relay, five at somebody else's server (Postfix allows twenty; an office is a small sender). */
export const DEFAULT_LIMITS: LaneLimits = {
  total: 20,
  slowAfterMs: 5_000,
  hardTotal: 200,
  perLane: (key) => (key.startsWith('relay ') ? 20 : key === 'local' ? 8 : 5),
}

interface Lane<J> {
  readonly key: string
  /** Waiting jobs from `head` on. */
  jobs: J[]
  head: number
  /** To be taken before `jobs`, last first. */
  readonly front: J[]
  running: number
  /** The last attempt could not reach it. */
  troubled: boolean
  /** Nothing is taken before this time; after it one at a time until the sign-in is not refused. */
  pausedUntil: number | null
  probing: boolean
}

/** A job whose turn has come. */
export interface Turn<J> {
  readonly key: string
  readonly job: J
  /** Its next hop was not reached the time before. */
  readonly troubled: boolean
}

/** How an attempt ended for its next hop: reached, not reached, our sign-in was refused, or nothing was tried after all. */
export type Went = 'well' | 'badly' | 'rejected' | 'unused'

/**
 * Attempts waiting for their turn, in one lane for each next hop. Lanes are served in rotation and each has a limit of its own, and an attempt
 * that takes long gives its turn back: so a dead or slow host, with however many messages before it, never delays the others.
 */
export class Lanes<J> {
  private readonly limits: LaneLimits
  private readonly lanes = new Map<string, Lane<J>>()
  /** Lanes that have something to give, next one first. */
  private readonly ready = new Set<Lane<J>>()
  private readonly pausedLanes = new Set<Lane<J>>()
  /** When each running attempt began, oldest first. */
  private readonly fast = new Map<Turn<J>, number>()
  private readonly slow = new Set<Turn<J>>()
  /** Running attempts at next hops that were not reached the time before. */
  private troubled = 0

  constructor(limits: LaneLimits) {
    this.limits = limits
  }

  push(key: string, job: J): void {
    const lane = this.laneOf(key)
    lane.jobs.push(job)
    this.offer(lane)
  }

  /** Before all others of its lane: it had its turn and could not use it. */
  pushFront(key: string, job: J): void {
    const lane = this.laneOf(key)
    lane.front.push(job)
    this.offer(lane)
  }

  /** True when a job pushed now would be taken at once or nearly so. */
  hasRoom(key: string): boolean {
    const lane = this.lanes.get(key)
    return lane === undefined || (lane.pausedUntil === null && waitingIn(lane) === 0 && lane.running < this.limits.perLane(key))
  }

  /** The next job whose turn has come; `finish` must be called with it. */
  take(now: number): Turn<J> | undefined {
    this.endPauses(now)
    this.sortOutSlow(now)
    if (this.fast.size >= this.limits.total || this.fast.size + this.slow.size >= this.limits.hardTotal) return undefined
    for (const lane of this.ready) {
      this.ready.delete(lane)
      if (!this.mayRun(lane)) continue
      const job = lane.front.pop() ?? shift(lane)
      if (job === undefined) continue
      lane.running++
      this.offer(lane)
      const turn = { key: lane.key, job, troubled: lane.troubled }
      if (turn.troubled) this.troubled++
      this.fast.set(turn, now)
      return turn
    }
    return undefined
  }

  finish(turn: Turn<J>, went: Went): void {
    if (!this.fast.delete(turn)) this.slow.delete(turn)
    const lane = this.lanes.get(turn.key)
    if (lane === undefined) return
    lane.running--
    if (went !== 'unused') {
      lane.troubled = went === 'badly'
      lane.probing = went === 'rejected'
    }
    this.offer(lane)
    if (turn.troubled) this.leaveTroubled()
    if (lane.running === 0 && waitingIn(lane) === 0 && lane.pausedUntil === null && !lane.probing) this.lanes.delete(lane.key)
  }

  /** Nothing more goes this way before `until`; then one at a time until one goes well. */
  pause(key: string, until: number): void {
    const lane = this.laneOf(key)
    lane.pausedUntil = until
    lane.probing = true
    this.ready.delete(lane)
    this.pausedLanes.add(lane)
  }

  /** Ends a pause early. With `probe` one goes first, to see. */
  resume(key: string, probe: boolean): void {
    const lane = this.lanes.get(key)
    if (lane === undefined) return
    lane.pausedUntil = null
    lane.probing = probe
    this.pausedLanes.delete(lane)
    this.offer(lane)
  }

  /** One at a time until one goes well. */
  probe(key: string): void {
    this.laneOf(key).probing = true
  }

  /** Until when the lane is paused; null when it is not. */
  pausedUntil(key: string): number | null {
    return this.lanes.get(key)?.pausedUntil ?? null
  }

  /** When, without any other event, more may run than now; null when nothing waits for that. */
  nextAt(): number | null {
    let next = Infinity
    for (const lane of this.pausedLanes) if (waitingIn(lane) > 0) next = Math.min(next, lane.pausedUntil ?? Infinity)
    if (this.ready.size > 0 && this.fast.size >= this.limits.total && this.fast.size + this.slow.size < this.limits.hardTotal) {
      for (const startedAt of this.fast.values()) {
        next = Math.min(next, startedAt + this.limits.slowAfterMs)
        break
      }
    }
    return next === Infinity ? null : next
  }

  /** Forgets everything that waits. What runs goes on. */
  clear(): void {
    for (const lane of this.lanes.values()) {
      lane.jobs = []
      lane.head = 0
      lane.front.length = 0
    }
    this.ready.clear()
  }

  private mayRun(lane: Lane<J>): boolean {
    if (lane.pausedUntil !== null) return false
    if (lane.running >= (lane.probing ? 1 : this.limits.perLane(lane.key))) return false
    // Places that do not answer may take half of the room, so that there is always some for those that do.
    return !(lane.troubled && this.troubled >= this.limits.hardTotal / 2)
  }

  private offer(lane: Lane<J>): void {
    if (waitingIn(lane) > 0 && this.mayRun(lane)) this.ready.add(lane)
  }

  private leaveTroubled(): void {
    const full = this.troubled >= this.limits.hardTotal / 2
    this.troubled--
    if (full) for (const lane of this.lanes.values()) this.offer(lane)
  }

  private endPauses(now: number): void {
    for (const lane of this.pausedLanes) {
      if (lane.pausedUntil !== null && lane.pausedUntil > now) continue
      this.resume(lane.key, true)
    }
  }

  private sortOutSlow(now: number): void {
    for (const [turn, startedAt] of this.fast) {
      if (now - startedAt < this.limits.slowAfterMs) return
      this.fast.delete(turn)
      this.slow.add(turn)
    }
  }

  private laneOf(key: string): Lane<J> {
    let lane = this.lanes.get(key)
    if (lane === undefined) {
      lane = { key, jobs: [], head: 0, front: [], running: 0, troubled: false, pausedUntil: null, probing: false }
      this.lanes.set(key, lane)
    }
    return lane
  }
}

function waitingIn<J>(lane: Lane<J>): number {
  return lane.jobs.length - lane.head + lane.front.length
}

/** Takes the oldest; the array is cut only now and then, so that a long lane costs nothing. */
function shift<J>(lane: Lane<J>): J | undefined {
  const job = lane.jobs[lane.head]
  if (job === undefined) return undefined
  lane.head++
  if (lane.head > 1024 && lane.head * 2 > lane.jobs.length) {
    lane.jobs = lane.jobs.slice(lane.head)
    lane.head = 0
  }
  return job
}
