import type { Route, Settings } from '../../contract/index.ts'
import type { Activity } from '../activity/index.ts'
import type { ReportPlan } from '../bounce/index.ts'
import type { Outcome } from '../mail/index.ts'
import { domainOf } from '../mail/index.ts'
import type { Entry } from '../spool/index.ts'
import { relayLane } from './groups.ts'
import type { Lanes, Went } from './lanes.ts'
import type { RouteHealth } from './route-health.ts'
import { findingOf, HEALTHY, judge } from './route-health.ts'

const RULES_FAILED = 'rules-failed'

/** Turns what attempts show about routes into what a person must know, and lets routes rest that would lock an account. */
export class Alarms {
  private readonly activity: Pick<Activity, 'raise' | 'clear'>
  private readonly lanes: Lanes<unknown>
  private readonly health = new Map<string, RouteHealth>()
  /** Keys raised here and not yet cleared, so that the many good attempts need not ask. */
  private readonly raised = new Set<string>()
  /** Routes tried with the settings in force whose sign-in was not refused the last time. A dead relay counts: its backlog must not creep. */
  private readonly proven = new Set<string>()
  /** The message that met failing rules last. */
  private rulesFailedFor: string | null = null

  constructor(activity: Pick<Activity, 'raise' | 'clear'>, lanes: Lanes<unknown>) {
    this.activity = activity
    this.lanes = lanes
  }

  /** After an attempt. @returns how the next hop did, for its lane */
  attempted(entry: Entry, route: Route, outcomes: readonly Outcome[], now: number): Went {
    const finding = findingOf(outcomes)
    if (finding.kind === 'auth') this.proven.delete(route.id)
    else this.proven.add(route.id)
    const verdict = judge(this.health.get(route.id) ?? HEALTHY, route, finding, now)
    if (verdict.health === HEALTHY) this.health.delete(route.id)
    else this.health.set(route.id, verdict.health)
    for (const alert of verdict.raise) this.raise({ ...alert, entryId: entry.head.id })
    for (const key of verdict.clear) this.clear(key)
    this.clear(`route-unknown:${route.id}`)
    // Others may be routed while this one still is not: only its own success ends the alarm.
    if (this.rulesFailedFor === entry.head.id) this.clear(RULES_FAILED)
    if (verdict.pauseUntil !== null) this.lanes.pause(relayLane(route.id), verdict.pauseUntil)
    return finding.kind === 'works' ? 'well' : finding.kind === 'auth' ? 'rejected' : 'badly'
  }

  /** A wrong password must not be tried by twenty connections at once: the first goes alone. */
  isUnproven(route: Route): boolean {
    return route.type === 'relay' && route.auth !== null && !this.proven.has(route.id)
  }

  /** The rules gave no route for a recipient. */
  notRouted(entry: Entry, outcome: Outcome): void {
    if (outcome.kind === 'completed') return
    const { cause, text } = outcome.failure
    if (cause === 'route-unknown') {
      const subject = outcome.entity
      this.raise({ key: `route-unknown:${subject}`, kind: 'route-unknown', subject, detail: text, entryId: entry.head.id })
    }
    if (cause === 'rules-failed') {
      this.rulesFailedFor = entry.head.id
      this.raise({ key: RULES_FAILED, kind: 'rules-failed', subject: outcome.entity, detail: text, entryId: entry.head.id })
    }
  }

  /** Failures that no report tells: the person in charge is the only one left to know (RFC 3461 §5.2, the local postmaster). */
  untold(entry: Entry, plan: ReportPlan): void {
    for (const { index, why } of plan.untold) {
      const state = entry.recipients[index]
      if (state === undefined) continue
      const kind = why === 'null-sender' ? 'double-bounce' : 'delivery-failed'
      // One alert for each domain: a thousand wrong addresses are one thing to look at.
      this.activity.raise({
        key: `${kind}:${domainOf(state.address)}`,
        kind,
        subject: state.address,
        detail: state.lastReply ?? '',
        entryId: entry.head.id,
      })
    }
  }

  /** A person changed the settings: what was wrong with sign-ins may be right now, and names may exist. */
  settingsChanged(settings: Settings): void {
    for (const routeId of this.health.keys()) this.lanes.resume(relayLane(routeId), true)
    this.health.clear()
    this.proven.clear()
    for (const key of this.raised) {
      const [kind = '', ...rest] = key.split(':')
      const defined = Object.hasOwn(settings.queue.routes, rest.join(':'))
      if (kind === RULES_FAILED || (kind === 'route-unknown') === defined) this.clear(key)
    }
  }

  private raise(alert: Parameters<Activity['raise']>[0]): void {
    this.raised.add(alert.key)
    this.activity.raise(alert)
  }

  private clear(key: string): void {
    if (this.raised.delete(key)) this.activity.clear(key)
  }
}
