import type { Router } from '../routing/index.ts'
import type { Entry, RecipientState } from '../spool/index.ts'
import type { Group } from './groups.ts'
import { isPending, nextWakeAt, prolong } from './schedule.ts'

/** A place in a lane: this message has recipients for that next hop. Which ones, and whether still so, is asked when its turn comes. */
export interface Job {
  readonly slot: Slot
  readonly key: string
  /** Nobody waits for it any more; its turn passes. */
  dropped: boolean
  /** What the rules said when it was put there; only kept while it may be used at once. */
  decided: { readonly groups: readonly Group[]; readonly router: Router; readonly version: number; readonly at: number } | null
}

/** One message at work: what is true of it, and who may change that. */
export class Slot {
  private current: Entry
  /** Rises with every change of the entry. */
  version = 0
  /** Jobs in the lanes, by lane. */
  jobs: Map<string, Job> | null = null
  /** Jobs to put into the lanes when the slot is free: new ones behind, those that had their turn in front. */
  newJobs: Job[] = []
  blocked: Job[] = []
  /** An attempt is running. */
  attempting = false
  /** Finished and forgotten. */
  gone = false
  /** After trouble with the disk or with a report: not before this time. */
  notBefore = 0
  /** The queue's `stoppedMs` up to which its life has been prolonged. */
  stoppedSeen: number
  private tail: Promise<unknown> | null = null
  private working = 0

  constructor(entry: Entry, stoppedSeen: number) {
    this.current = entry
    this.stoppedSeen = stoppedSeen
  }

  get id(): string {
    return this.current.head.id
  }

  get entry(): Entry {
    return this.current
  }

  set entry(entry: Entry) {
    this.current = entry
    this.version++
  }

  get busy(): boolean {
    return this.working > 0
  }

  /** Resolves when everything asked so far is done. */
  get settled(): Promise<unknown> {
    return this.tail ?? Promise.resolve()
  }

  /** One piece of work at a time, in the order asked. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.working++
    const done = (this.tail ?? Promise.resolve()).then(work).finally(() => {
      this.working--
      if (this.working === 0) this.tail = null
    })
    this.tail = done.then(ignore, ignore)
    return done
  }

  /** Replaces the states at those places. */
  setStates(changes: ReadonlyMap<number, RecipientState>): void {
    this.entry = { ...this.entry, recipients: this.entry.recipients.map((state, i) => changes.get(i) ?? state) }
  }

  /** Longer life for time in which nothing could be tried, seen since the last call. */
  catchUpStopped(stoppedMs: number): void {
    const ms = stoppedMs - this.stoppedSeen
    this.stoppedSeen = stoppedMs
    if (ms > 0 && this.entry.heldAt === null) this.entry = prolongEntry(this.entry, ms)
  }

  /** Pending recipients whose time has come. */
  due(now: number): number[] {
    const due: number[] = []
    for (const [i, state] of this.entry.recipients.entries()) if (isPending(state) && state.dueAt <= now) due.push(i)
    return due
  }

  /** When it must be looked at next without other cause; null when held. What is due already and stands in a lane is not counted. */
  wakeAt(now: number): number | null {
    if (this.entry.heldAt !== null) return null
    const inLanes = this.jobs !== null && this.jobs.size > 0
    let next = Infinity
    for (const state of this.entry.recipients) {
      const at = nextWakeAt(inLanes ? withoutPast(state, now) : state)
      if (at !== null) next = Math.min(next, at)
      else if (!state.reported) next = Math.min(next, now)
    }
    return next === Infinity ? (inLanes ? null : Math.max(now, this.notBefore)) : Math.max(next, this.notBefore)
  }

  get finished(): boolean {
    return this.entry.recipients.every((state) => !isPending(state) && state.reported)
  }
}

/** The entry with a longer life. */
export function prolongEntry(entry: Entry, ms: number): Entry {
  return {
    ...entry,
    recipients: entry.recipients.map((state) => prolong(state, ms)),
    lifeStoppedMs: (entry.lifeStoppedMs ?? 0) + ms,
  }
}

/** Times that have come do not wake again what waits for its turn in a lane. */
function withoutPast(state: RecipientState, now: number): RecipientState {
  return {
    ...state,
    dueAt: state.dueAt <= now ? Infinity : state.dueAt,
    notifyDueAt: state.notifyDueAt !== null && state.notifyDueAt <= now ? null : state.notifyDueAt,
  }
}

function ignore(): void {
  // Whoever asked for the work gets its error; the next piece only waits for the end.
}
