import type { QueueEntry, QueueFilter, QueuePage, QueueSort } from '../../contract/index.ts'
import type { Entry } from '../spool/index.ts'
import type { Timer } from '../system/index.ts'
import { Alarms } from './alarms.ts'
import type { Group } from './groups.ts'
import type { LaneLimits, Turn, Went } from './lanes.ts'
import { DEFAULT_LIMITS, Lanes } from './lanes.ts'
import { cancelled } from './outcomes.ts'
import { findWaiting, fitsFilter } from './page.ts'
import { Leaving } from './leaving.ts'
import { Persist } from './persist.ts'
import { QueueTime } from './queue-time.ts'
import { LOOK_AGAIN_MS, Reach } from './reach.ts'
import { isPending, mendFutureTimes } from './schedule.ts'
import type { Job } from './slot.ts'
import { prolongEntry, Slot } from './slot.ts'
import type { Queue } from './types.ts'
import { viewOf } from './view.ts'
import { WakeHeap } from './wake-heap.ts'
import type { QueueParts } from './work.ts'
import { Work } from './work.ts'

/** While anything waits, the clock is looked at this often, so that sleep and a changed clock are noticed (routing rules 6.5). */
const LONGEST_SLEEP_MS = 5 * 60_000
/** Messages looked at in one turn of the event loop, so that a large backlog does not hold up the listener. */
const AT_ONCE = 100
/** Unsaved states beyond which no new attempts begin. */
const MOST_UNSAVED = 64
/** What the rules said this long ago still holds: they may ask for the age of a message in seconds. */
const DECISION_GOOD_MS = 1_000
/** After a fault of our own a message rests, so that it does not spin. */
const FAULT_PAUSE_MS = 5 * 60_000
/** Beyond the grace, what does not even react to being abandoned is left behind. */
const ABANDON_MS = 5_000

/** The queue over its parts. `limits` is for tests. */
export function createQueue(parts: QueueParts, limits: LaneLimits = DEFAULT_LIMITS): Queue {
  return new WorkingQueue(parts, limits)
}

class WorkingQueue implements Queue {
  private readonly parts: QueueParts
  private readonly slots = new Map<string, Slot>()
  private readonly wakes = new WakeHeap<Slot>()
  private readonly lanes: Lanes<Job>
  private readonly time: QueueTime
  private readonly alarms: Alarms
  private readonly persist: Persist
  private readonly leaving: Leaving
  private readonly reach: Reach
  private readonly work: Work
  private readonly abandon = new AbortController()
  private timer: Timer | null = null
  private timerAt = 0
  private looking = 0
  private pausedSince: { readonly now: number; readonly stoppedMs: number } | null = null
  private stopping = false
  held = 0

  constructor(parts: QueueParts, limits: LaneLimits) {
    this.parts = parts
    this.lanes = new Lanes<Job>(limits)
    this.time = new QueueTime(parts.clock)
    this.alarms = new Alarms(parts.activity, this.lanes)
    this.persist = new Persist(parts.activity, parts.clock)
    this.leaving = new Leaving(parts, this.persist)
    this.reach = new Reach(this.time, () => parts.hasNetwork?.() ?? true)
    this.work = new Work(parts, this.time, this.alarms, this.persist, this.leaving, this.reach)
  }

  get waiting(): number {
    return this.slots.size - this.held
  }

  start(entries: readonly Entry[]): void {
    const now = this.time.now()
    for (const entry of entries) {
      const slot = this.take({ ...entry, recipients: entry.recipients.map((state) => mendFutureTimes(state, now)) })
      this.wakes.set(slot, slot.wakeAt(now))
    }
    this.arm()
  }

  add(entry: Entry): void {
    const slot = this.take(entry)
    if (this.idle || this.looking >= AT_ONCE) this.rest(slot)
    else this.look(slot)
  }

  list(): QueueEntry[] {
    return [...this.slots.values()].map((slot) => this.view(slot))
  }

  page(filter: QueueFilter, sort: QueueSort, limit: number): QueuePage {
    const slots = [...this.slots.values()].map((slot) => ({ entry: slot.entry, slot, nextAt: () => this.nextAt(slot) }))
    const { first, fitting, routes } = findWaiting(slots, { filter, sort, limit }, this.parts.clock.now())
    return { entries: first.map(({ slot }) => this.view(slot)), fitting, waiting: this.waiting, held: this.held, routes: [...routes] }
  }

  ids(filter: QueueFilter): string[] {
    const fits = fitsFilter(filter, this.parts.clock.now())
    return [...this.slots.values()].filter((slot) => fits(slot.entry)).map((slot) => slot.id)
  }

  get(id: string): QueueEntry | undefined {
    const slot = this.slots.get(id)
    return slot && this.view(slot)
  }

  retryNow(id: string, by: string): boolean {
    const slot = this.slots.get(id)
    if (slot === undefined) return false
    this.parts.activity.record({ type: 'retried', entryId: id, by })
    if (slot.attempting) return true
    const now = this.time.now()
    const recipients = slot.entry.recipients.map((state) => (isPending(state) ? { ...state, dueAt: Math.min(state.dueAt, now) } : state))
    slot.entry = { ...slot.entry, recipients }
    for (const key of slot.jobs?.keys() ?? []) {
      this.reach.open(key)
      if (this.lanes.pausedUntil(key) !== null) this.lanes.resume(key, true)
    }
    if (!slot.busy) this.rest(slot)
    this.dispatch()
    return true
  }

  retryAll(by: string): void {
    for (const [id, slot] of this.slots) if (slot.entry.heldAt === null) this.retryNow(id, by)
  }

  async hold(id: string, by: string): Promise<boolean> {
    return this.change(id, async (slot) => {
      if (slot.entry.heldAt !== null) return
      this.reach.catchUp()
      slot.catchUpStopped(this.time.stoppedMs)
      slot.entry = { ...slot.entry, heldAt: this.time.now() }
      this.held++
      this.dropJobs(slot)
      await this.work.save(slot)
      this.parts.activity.record({ type: 'held', entryId: id, by })
    })
  }

  async release(id: string): Promise<boolean> {
    return this.change(id, async (slot) => {
      if (slot.entry.heldAt === null) return
      this.reach.catchUp()
      const now = this.time.now()
      // The hold's own time covers any sleep during it.
      slot.stoppedSeen = this.time.stoppedMs
      slot.entry = { ...prolongEntry(slot.entry, Math.max(0, now - slot.entry.heldAt)), heldAt: null }
      this.held--
      await this.work.save(slot)
      const due = slot.entry.recipients.filter(isPending).map((state) => Math.max(now, state.dueAt))
      this.parts.activity.record({ type: 'released', entryId: id, nextAttemptAt: Math.min(...due, Infinity) - this.time.leadMs })
    })
  }

  async cancel(id: string, bounce: boolean): Promise<boolean> {
    return this.change(id, async (slot) => {
      const ends = [...slot.entry.recipients.entries()].filter(([, state]) => isPending(state))
      this.dropJobs(slot)
      if (slot.entry.heldAt !== null) {
        this.held--
        slot.entry = { ...slot.entry, heldAt: null }
      }
      await this.work.settle(slot, new Map(ends.map(([i, state]) => [i, cancelled(state, bounce)])))
      await this.work.conclude(slot)
    })
  }

  setPaused(paused: boolean): void {
    if (paused === (this.pausedSince !== null)) return
    if (this.pausedSince === null) {
      this.pausedSince = { now: this.time.now(), stoppedMs: this.time.stoppedMs }
      this.timer?.cancel()
      this.timer = null
      return
    }
    this.time.addStopped(this.pausedSince)
    this.pausedSince = null
    this.dispatch()
  }

  settingsChanged(): void {
    this.alarms.settingsChanged(this.parts.settings())
    this.dispatch()
  }

  wake(): void {
    for (const key of this.reach.lookNow()) this.lanes.resume(key, true)
    this.turn()
  }

  async stop(graceMs: number): Promise<void> {
    this.stopping = true
    this.timer?.cancel()
    this.timer = null
    this.lanes.clear()
    this.persist.stop()
    const busy = [...this.slots.values()].filter((slot) => slot.busy)
    let giveUp: () => void = () => undefined
    const gaveUp = new Promise<void>((resolve) => (giveUp = resolve))
    const timers = [
      this.parts.clock.after(graceMs, () => this.abandon.abort()),
      this.parts.clock.after(graceMs + ABANDON_MS, () => giveUp()),
    ]
    await Promise.race([gaveUp, Promise.all(busy.map((slot) => slot.settled)).then(() => this.leaving.finish())])
    this.leaving.stop()
    for (const timer of timers) timer.cancel()
  }

  private get idle(): boolean {
    return this.stopping || this.pausedSince !== null
  }

  private take(entry: Entry): Slot {
    const slot = new Slot(entry, this.time.stoppedMs)
    this.slots.set(entry.head.id, slot)
    this.parts.changed?.()
    if (entry.heldAt !== null) this.held++
    return slot
  }

  private view(slot: Slot): QueueEntry {
    return viewOf(slot.entry, this.time.leadMs, this.restsUntil(slot))
  }

  /** Until when its route rests (queue's time); null when it stands in no lane. */
  private restsUntil(slot: Slot): number | null {
    let rests: number | null = null
    for (const key of slot.jobs?.keys() ?? []) rests = Math.max(rests ?? 0, this.lanes.pausedUntil(key) ?? 0)
    return rests
  }

  private nextAt(slot: Slot): number {
    if (slot.entry.heldAt !== null) return Infinity
    const due = slot.entry.recipients.filter(isPending).map((state) => state.dueAt)
    return Math.max(Math.min(...due, Infinity), this.restsUntil(slot) ?? 0)
  }

  /** A person's change, after whatever runs. @returns false when the message is not here, or ended first */
  private async change(id: string, work: (slot: Slot) => Promise<void>): Promise<boolean> {
    const slot = this.slots.get(id)
    if (slot === undefined) return false
    let done = false
    await this.exclusively(slot, async () => {
      if (slot.gone) return
      await work(slot)
      done = true
    })
    return done
  }

  /** Looks after a message whose time has come: expiry, then routes for what is due, else reports. */
  private look(slot: Slot): void {
    this.looking++
    void this.exclusively(slot, () => this.lookNow(slot)).finally(() => {
      this.looking--
      if (this.looking === AT_ONCE - 1) this.arm()
    })
  }

  private async lookNow(slot: Slot): Promise<void> {
    if (slot.gone || this.idle || slot.entry.heldAt !== null) return
    await this.work.expireDue(slot)
    const due = slot.due(this.time.now())
    const groups = due.length === 0 ? [] : await this.work.route(slot, due)
    for (const group of groups) this.queueUp(slot, group, groups)
    if (slot.newJobs.length === 0) await this.work.conclude(slot)
  }

  private queueUp(slot: Slot, group: Group, groups: readonly Group[]): void {
    slot.jobs ??= new Map()
    if (slot.jobs.has(group.lane)) return
    // What the rules said is kept only where it is used at once: a long lane stays small, and asks again when the turn comes.
    const decided = this.lanes.hasRoom(group.lane)
      ? { groups, router: this.parts.router(), version: slot.version, at: this.time.now() }
      : null
    const job: Job = { slot, key: group.lane, dropped: false, decided }
    slot.jobs.set(group.lane, job)
    slot.newJobs.push(job)
    if (this.alarms.isUnproven(group.route)) this.lanes.probe(group.lane)
  }

  private dropJobs(slot: Slot): void {
    for (const job of slot.jobs?.values() ?? []) job.dropped = true
    slot.jobs = null
    slot.newJobs = []
    slot.blocked = []
  }

  /** Gives turns to whoever may have one, and sets the timer for the rest. */
  private dispatch(): void {
    while (!this.idle && this.persist.pending < MOST_UNSAVED) {
      const turn = this.lanes.take(this.time.now())
      if (turn === undefined) break
      const { job } = turn
      if (job.dropped || job.slot.gone) this.lanes.finish(turn, 'unused')
      else if (this.reach.isClosed(turn.key)) {
        this.lanes.pause(turn.key, this.time.now() + LOOK_AGAIN_MS)
        this.lanes.pushFront(turn.key, job)
        this.lanes.finish(turn, 'unused')
      } else if (job.slot.busy) {
        this.lanes.finish(turn, 'unused')
        job.slot.blocked.push(job)
      } else {
        job.slot.attempting = true
        void this.exclusively(job.slot, () => this.attempt(turn))
      }
    }
    this.arm()
  }

  private async attempt(turn: Turn<Job>): Promise<void> {
    const { job } = turn
    const { slot } = job
    let open = true
    const leave = (went: Went) => {
      if (open) this.lanes.finish(turn, went)
      open = false
    }
    try {
      await this.work.expireDue(slot)
      const mine = (await this.groupsOf(slot, job)).filter((group) => group.lane === job.key)
      const group = mine[0]
      if (group !== undefined) await this.work.attempt(slot, group, this.abandon.signal, leave)
      job.decided = null
      if (mine.length > 1) slot.blocked.push(job)
      else slot.jobs?.delete(job.key)
      // Reports wait for the other groups when these are next anyway: one report for one look at a message (routing rules 7.4).
      if (slot.blocked.length === 0 && !this.stopping) await this.work.conclude(slot)
    } finally {
      leave('unused')
      slot.attempting = false
    }
  }

  private async groupsOf(slot: Slot, job: Job): Promise<readonly Group[]> {
    const { decided } = job
    const fresh = decided !== null && this.time.now() - decided.at < DECISION_GOOD_MS
    if (fresh && decided.version === slot.version && decided.router === this.parts.router()) return decided.groups
    return this.work.route(slot, slot.due(this.time.now()))
  }

  private async exclusively(slot: Slot, work: () => Promise<void>): Promise<void> {
    try {
      await slot.exclusively(work)
    } catch (thrown) {
      // A fault of ours must not cost the message: it rests, and is looked at again.
      slot.notBefore = this.time.now() + FAULT_PAUSE_MS
      this.dropJobs(slot)
      const text = `Message ${slot.id} met a fault in Mailroom and rests for five minutes: ${String(thrown)}`
      this.parts.activity.record({ type: 'problem', text, where: slot.id })
    }
    if (!slot.busy) this.rest(slot)
    this.dispatch()
  }

  /** Nobody works on it: its jobs go into the lanes, its next time into the heap. */
  private rest(slot: Slot): void {
    this.parts.changed?.()
    if (slot.gone) {
      this.slots.delete(slot.id)
      this.wakes.set(slot, null)
      return
    }
    for (const job of slot.newJobs) this.lanes.push(job.key, job)
    for (const job of slot.blocked.reverse()) this.lanes.pushFront(job.key, job)
    slot.newJobs = []
    slot.blocked = []
    this.wakes.set(slot, slot.wakeAt(this.time.now()))
    this.arm()
  }

  /** One timer for the earliest of all times; none while nothing waits. */
  private arm(): void {
    const heapAt = this.looking < AT_ONCE ? this.wakes.nextAt : null
    const at = Math.min(heapAt ?? Infinity, this.lanes.nextAt() ?? Infinity)
    if (this.timer !== null && (this.idle || at < this.timerAt || at === Infinity)) {
      this.timer.cancel()
      this.timer = null
    }
    if (this.idle || this.timer !== null || at === Infinity) return
    const now = this.time.now()
    const delay = Math.min(Math.max(0, at - now), LONGEST_SLEEP_MS)
    this.timerAt = now + delay
    const due = this.parts.clock.monotonic() + delay
    this.timer = this.parts.clock.after(delay, () => {
      this.timer = null
      this.time.timerCameLate(this.parts.clock.monotonic() - due)
      this.turn()
    })
  }

  private turn(): void {
    const now = this.time.now()
    for (let n = 0; n < AT_ONCE && !this.idle && this.looking < AT_ONCE; n++) {
      const slot = this.wakes.takeDue(now)
      if (slot === undefined) break
      // Whoever works on it sets its next time.
      if (!slot.busy) this.look(slot)
    }
    this.dispatch()
  }
}
