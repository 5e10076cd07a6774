import type { Settings } from '../../contract/index.ts'
import type { Activity } from '../activity/index.ts'
import type { ReportedRecipient, ReportPlan } from '../bounce/index.ts'
import { decideReports } from '../bounce/index.ts'
import type { Delivery, DeliveryReport } from '../delivery/index.ts'
import type { Outcome } from '../mail/index.ts'
import type { Router } from '../routing/index.ts'
import type { Entry, RecipientState, Spool } from '../spool/index.ts'
import type { Clock, Random } from '../system/index.ts'
import type { Alarms } from './alarms.ts'
import { attemptedEvent, attemptGroup } from './attempt.ts'
import type { RuleAnswer } from './attempt.ts'
import { scheduleNamed } from './built-in.ts'
import { factsOf } from './facts.ts'
import type { Group, RoutedRecipient } from './groups.ts'
import { groupsOf } from './groups.ts'
import type { Went } from './lanes.ts'
import type { Chosen } from './outcomes.ts'
import { applyAbandoned, applyOutcome, applyUnreached, outcomeOfProblem } from './outcomes.ts'
import type { Leaving } from './leaving.ts'
import type { Persist } from './persist.ts'
import type { QueueTime } from './queue-time.ts'
import { LOOK_AGAIN_MS } from './reach.ts'
import type { Reach } from './reach.ts'
import type { Life } from './schedule.ts'
import { advanceNotify, applySchedule, expire, isExpired, withJitter } from './schedule.ts'
import type { Slot } from './slot.ts'

/** A report that could not be made is tried again after this long. */
const REPORT_AGAIN_MS = 5 * 60_000

/** What the queue is given at construction. */
export interface QueueParts {
  readonly spool: Pick<Spool, 'update' | 'remove' | 'read'>
  /** The rules in force. A new one after each change of settings. */
  router(): Router
  readonly delivery: Pick<Delivery, 'deliver'>
  readonly activity: Pick<Activity, 'record' | 'raise' | 'clear' | 'settled' | 'flush'>
  readonly clock: Clock
  readonly random: Random
  settings(): Settings
  /** Sends one report about these recipients. Resolves when the report is safe in the spool. @throws when it could not be kept; it is asked again later */
  report(entry: Entry, recipients: readonly ReportedRecipient[]): Promise<void>
  /** This computer has an address that others can reach; when absent, always. */
  hasNetwork?(): boolean
  /** Something about what waits is different from before; said often. */
  changed?(): void
  /** Spread long waits by ±10 %. */
  readonly jitter: boolean
}

/** What is done to one message while nobody else may touch it: expire, route, attempt, save, tell, report, forget. */
export class Work {
  private readonly parts: QueueParts
  private readonly time: QueueTime
  private readonly alarms: Alarms
  private readonly persist: Persist
  private readonly leaving: Leaving
  private readonly reach: Reach

  constructor(parts: QueueParts, time: QueueTime, alarms: Alarms, persist: Persist, leaving: Leaving, reach: Reach) {
    this.parts = parts
    this.time = time
    this.alarms = alarms
    this.persist = persist
    this.leaving = leaving
    this.reach = reach
  }

  /** Ends recipients whose life is over (routing rules 6.3). */
  async expireDue(slot: Slot): Promise<void> {
    this.reach.catchUp()
    const now = this.time.now()
    slot.catchUpStopped(this.time.stoppedMs)
    const changes = new Map<number, RecipientState>()
    for (const [i, state] of slot.entry.recipients.entries()) if (isExpired(state, now)) changes.set(i, expire(state))
    if (changes.size > 0) await this.settle(slot, changes)
  }

  /** Routes due recipients and groups them; those without a route have failed, and that is saved and told. */
  async route(slot: Slot, due: readonly number[]): Promise<Group[]> {
    const router = this.parts.router()
    const routed: RoutedRecipient[] = []
    for (const index of due) {
      const state = slot.entry.recipients[index]
      if (state === undefined) continue
      const decision = await router.decide(factsOf(slot.entry, state, this.time.now()))
      const { route, rule, trace, problem } = decision
      if (route !== null) routed.push({ index, address: state.address, route, rule, trace })
      else await this.notRouted(slot, index, outcomeOfProblem(problem ?? NO_ROUTE, decision.name), decision)
    }
    return groupsOf(routed)
  }

  /**
   * One attempt at one group: every recipient's outcome is durable when this resolves (routing rules 6.5).
   * @param released  called when the next hop is free again, before the states are saved
   */
  async attempt(slot: Slot, group: Group, signal: AbortSignal, released: (went: Went) => void): Promise<void> {
    const { entry } = slot
    const first = entry.recipients[group.members[0].index]
    if (first === undefined) throw new RangeError(`entry ${slot.id} has no recipient ${group.members[0].index}`)
    const startedAt = this.parts.clock.now()
    const startedMono = this.parts.clock.monotonic()
    const tools = {
      ...this.parts,
      router: this.parts.router(),
      settings: () => this.parts.settings(),
      facts: () => factsOf(entry, first, this.time.now()),
    }
    const report = await attemptGroup(entry, group, tools, signal)
    const now = this.time.now()
    const unreached = !signal.aborted && this.reach.explains(group.lane, report)
    released(unreached ? 'unused' : this.alarms.attempted(entry, group.route, report.outcomes, now))
    const changes = new Map<number, RecipientState>()
    for (const [i, member] of group.members.entries()) {
      const state = entry.recipients[member.index]
      const outcome = report.outcomes[i]
      if (state === undefined || outcome === undefined) continue
      const chosen = { route: group.route.id, rule: member.rule }
      const next = unreached
        ? applyUnreached(state, outcome, chosen, now, now + LOOK_AGAIN_MS)
        : await this.after(entry, state, outcome, chosen, now, signal.aborted)
      changes.set(member.index, next)
    }
    await this.settle(slot, changes, () => {
      const states = group.members.flatMap((member) => changes.get(member.index) ?? [])
      const durationMs = this.parts.clock.monotonic() - startedMono
      const story = { entry, group, attempt: first.retryNum + 1, startedAt, durationMs, report, states }
      this.parts.activity.record(attemptedEvent(story))
    })
  }

  /** Makes and sends what must be reported now, moves the notice clocks, and forgets the message when all is done. */
  async conclude(slot: Slot): Promise<void> {
    const now = this.time.now()
    const plan = decideReports(slot.entry, now, this.parts.settings())
    if (plan.recipients.length > 0 && !(await this.send(slot, plan))) return
    const changes = await this.reportedStates(slot.entry, plan, now)
    if (changes.size > 0) {
      slot.setStates(changes)
      if (!slot.finished || plan.recipients.length > 0) await this.save(slot)
    }
    this.forgetIfFinished(slot)
  }

  /** New states: saved, then told. What needs no report is settled in the same write. */
  async settle(slot: Slot, changes: ReadonlyMap<number, RecipientState>, tell?: () => void): Promise<void> {
    const before = slot.entry
    slot.setStates(withEnds(changes, before, this.parts.clock.now()))
    const plan = decideReports(slot.entry, this.time.now(), this.parts.settings())
    if (plan.recipients.length === 0 && plan.noticed.length === 0 && plan.settled.length > 0) {
      slot.setStates(await this.reportedStates(slot.entry, plan, this.time.now()))
    }
    await this.save(slot)
    tell?.()
    this.tellEnds(before, slot.entry)
  }

  async save(slot: Slot): Promise<void> {
    await this.persist.until(slot.id, () => this.parts.spool.update(slot.entry))
  }

  private forgetIfFinished(slot: Slot): void {
    if (!slot.finished) return
    slot.gone = true
    this.leaving.add(slot.id)
  }

  private async notRouted(slot: Slot, index: number, outcome: Outcome, answer: RuleAnswer): Promise<void> {
    const { entry } = slot
    const state = entry.recipients[index]
    if (state === undefined) return
    const now = this.time.now()
    const next = await this.after(entry, state, outcome, { route: null, rule: answer.rule }, now, false)
    const report: DeliveryReport = { outcomes: [outcome], tries: [], transcript: [] }
    this.alarms.notRouted(entry, outcome)
    await this.settle(slot, new Map([[index, next]]), () => {
      const group = { route: null, members: [answer] }
      const startedAt = this.parts.clock.now()
      const story = { entry, group, attempt: state.retryNum + 1, startedAt, durationMs: 0, report, states: [next] }
      this.parts.activity.record(attemptedEvent(story))
    })
  }

  /** A recipient after its outcome, with the schedule's answer to a temporary failure (routing rules 6.2). */
  private async after(
    entry: Entry,
    state: RecipientState,
    outcome: Outcome,
    chosen: Chosen,
    now: number,
    stopping: boolean,
  ): Promise<RecipientState> {
    if (stopping && outcome.kind === 'temp_fail' && outcome.failure.class === 'io') return applyAbandoned(state, outcome)
    const next = applyOutcome(state, outcome, chosen, now)
    if (next.status !== 'temp_fail') return next
    const schedule = await this.scheduleFor(entry, next, now)
    return applySchedule(next, schedule, lifeOf(entry), now, (ms) => (this.parts.jitter ? withJitter(ms, this.parts.random) : ms))
  }

  private async scheduleFor(entry: Entry, state: RecipientState, now: number) {
    const name = await this.parts.router().pickSchedule(factsOf(entry, state, now))
    return scheduleNamed(this.parts.settings(), name)
  }

  private async send(slot: Slot, plan: ReportPlan): Promise<boolean> {
    try {
      await this.parts.report(slot.entry, plan.recipients)
      return true
    } catch (thrown) {
      slot.notBefore = this.time.now() + REPORT_AGAIN_MS
      const text = `The report about message ${slot.id} could not be kept and is tried again in five minutes: ${String(thrown)}`
      this.parts.activity.record({ type: 'problem', text, where: slot.id })
      return false
    }
  }

  private async reportedStates(entry: Entry, plan: ReportPlan, now: number): Promise<Map<number, RecipientState>> {
    const changes = new Map<number, RecipientState>()
    for (const index of plan.settled) {
      const state = entry.recipients[index]
      if (state !== undefined) changes.set(index, { ...state, reported: true })
    }
    for (const index of plan.noticed) {
      const state = entry.recipients[index]
      if (state !== undefined) changes.set(index, advanceNotify(state, await this.scheduleFor(entry, state, now), lifeOf(entry), now))
    }
    this.alarms.untold(entry, plan)
    return changes
  }

  private tellEnds(before: Entry, after: Entry): void {
    for (const [i, state] of after.recipients.entries()) {
      if (state.disposition === null || before.recipients[i]?.disposition !== null) continue
      const { address: recipient, disposition, lastReply } = state
      this.parts.activity.record({ type: 'ended', entryId: after.head.id, recipient, disposition, text: lastReply ?? '' })
    }
  }
}

/** Whoever has come to its end now is dated. */
function withEnds(changes: ReadonlyMap<number, RecipientState>, before: Entry, now: number): ReadonlyMap<number, RecipientState> {
  return new Map(
    [...changes].map(([index, state]) => {
      const ended = state.disposition !== null && before.recipients[index]?.disposition === null
      return [index, ended ? { ...state, endedAt: Math.floor(now) } : state]
    }),
  )
}

/** What schedules count from. */
export function lifeOf(entry: Entry): Life {
  return { createdAt: entry.head.createdAt, stoppedMs: entry.lifeStoppedMs ?? 0 }
}

const NO_ROUTE = { kind: 'temporary', class: 'io', status: '4.3.5', text: 'The rules gave no route', cause: 'rules-failed' } as const
