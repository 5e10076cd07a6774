import type { Alert, Route } from '../../contract/index.ts'
import type { FailureCause, Outcome } from '../mail/index.ts'

/** Rejected sign-ins in a row before a route rests, so that the account is not locked (routing rules 5.4). */
const REJECTIONS_BEFORE_PAUSE = 3
const PAUSE_MS = 30 * 60_000
/** Attempts in a row that did not reach a relay before a person is told. */
const FAILURES_BEFORE_ALERT = 3

/** How a route has fared lately. */
export interface RouteHealth {
  readonly rejections: number
  readonly failures: number
}
export const HEALTHY: RouteHealth = { rejections: 0, failures: 0 }

/** What an attempt says about its route. */
export type Finding =
  | { readonly kind: 'works' | 'nothing' }
  | { readonly kind: 'auth' | 'auth-impossible' | 'unreachable' | 'not-found'; readonly text: string }

/** What follows: the new health, until when the route rests, what a person must know, and what is over. */
export interface Verdict {
  readonly health: RouteHealth
  readonly pauseUntil: number | null
  readonly raise: readonly Omit<Alert, 'since' | 'count' | 'entryId'>[]
  readonly clear: readonly string[]
}

/** Reads an attempt's outcomes: one server reply proves that route and sign-in work, whatever it said about the recipient. */
export function findingOf(outcomes: readonly Outcome[]): Finding {
  let worst: Finding = { kind: 'nothing' }
  for (const outcome of outcomes) {
    if (outcome.kind === 'completed') return { kind: 'works' }
    const kind = KIND_OF_CAUSE[outcome.failure.cause]
    if (kind === 'works') return { kind }
    if (kind !== undefined && worst.kind === 'nothing') worst = { kind, text: outcome.failure.text }
  }
  return worst
}

const KIND_OF_CAUSE: Partial<Record<FailureCause, 'works' | 'auth' | 'auth-impossible' | 'unreachable' | 'not-found'>> = {
  reply: 'works',
  'mailbox-missing': 'works',
  'auth-rejected': 'auth',
  'auth-unavailable': 'auth-impossible',
  'auth-needs-tls': 'auth-impossible',
  'relay-not-found': 'not-found',
  connect: 'unreachable',
  greeting: 'unreachable',
  'connection-lost': 'unreachable',
  timeout: 'unreachable',
  'bad-reply': 'unreachable',
  'tls-handshake': 'unreachable',
  'tls-certificate': 'unreachable',
  'tls-required': 'unreachable',
  'dns-temporary': 'unreachable',
}

/** One attempt later. Only relays have trouble of their own that a person can mend; a stranger's dead server is not our alarm. */
export function judge(health: RouteHealth, route: Route, finding: Finding, now: number): Verdict {
  const quiet: Verdict = { health, pauseUntil: null, raise: [], clear: [] }
  if (route.type !== 'relay' || finding.kind === 'nothing') return quiet
  const { id } = route
  switch (finding.kind) {
    case 'works':
      return { ...quiet, health: HEALTHY, clear: alertKeysOf(id) }
    case 'auth': {
      const rejections = health.rejections + 1
      return {
        health: { rejections, failures: 0 },
        pauseUntil: rejections >= REJECTIONS_BEFORE_PAUSE ? now + PAUSE_MS : null,
        raise: [{ key: `auth-rejected:${id}`, kind: 'auth-rejected', subject: id, detail: finding.text }],
        clear: [`relay-unreachable:${id}`, `relay-not-found:${id}`],
      }
    }
    case 'auth-impossible':
      return { ...quiet, raise: [{ key: `auth-rejected:${id}`, kind: 'auth-rejected', subject: id, detail: finding.text }] }
    case 'not-found':
      return { ...quiet, raise: [{ key: `relay-not-found:${id}`, kind: 'relay-not-found', subject: id, detail: finding.text }] }
    case 'unreachable': {
      const failures = health.failures + 1
      const told = failures >= FAILURES_BEFORE_ALERT
      return {
        ...quiet,
        health: { ...health, failures },
        raise: told ? [{ key: `relay-unreachable:${id}`, kind: 'relay-unreachable', subject: id, detail: finding.text }] : [],
      }
    }
  }
}

/** Every alert that can be about a route's next hop. */
export function alertKeysOf(routeId: string): string[] {
  return [`auth-rejected:${routeId}`, `relay-unreachable:${routeId}`, `relay-not-found:${routeId}`]
}
