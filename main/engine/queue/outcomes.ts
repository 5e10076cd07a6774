import type { RoutingProblem } from '../../contract/index.ts'
import type { DeliveryFailure, ErrorClass, FailureCause, Outcome } from '../mail/index.ts'
import { replyText } from '../mail/index.ts'
import type { RecipientState } from '../spool/index.ts'

/** Which route an attempt took and which rule chose it; the route is null when the rules could not choose. */
export interface Chosen {
  readonly route: string | null
  readonly rule: number | null
}

/**
 * A recipient after an attempt, before its schedule has been asked. A final state is complete; a temporary failure still needs `applySchedule`.
 * @param now ms, the end of the attempt
 */
export function applyOutcome(state: RecipientState, outcome: Outcome, chosen: Chosen, now: number): RecipientState {
  const tried = { ...state, ...chosen, lastAttemptAt: now, attemptedAt: withTime(state.attemptedAt ?? [], now) }
  if (outcome.kind === 'completed') {
    return {
      ...tried,
      status: 'completed',
      disposition: outcome.via,
      lastError: 'none',
      lastEntity: outcome.host,
      lastStatus: outcome.reply.status ?? '',
      lastReply: replyText(outcome.reply),
      // The next hop has taken NOTIFY over, so the report about success is its business (RFC 3461 §5.2.2).
      reported: outcome.dsnPassedOn,
    }
  }
  const { failure } = outcome
  return {
    ...tried,
    status: outcome.kind,
    disposition: outcome.kind === 'perm_fail' ? 'bounced' : null,
    lastError: failure.class,
    lastEntity: outcome.entity,
    lastStatus: failure.status,
    lastReply: failureText(failure),
    lastCause: failure.cause,
    mayArriveTwice: state.mayArriveTwice || failure.outcomeUnknown === true,
  }
}

/** Attempts are kept to be shown: the first, and the latest ones. */
const TIMES_KEPT = 16

function withTime(times: readonly number[], now: number): readonly number[] {
  const all = [...times, now]
  return all.length <= TIMES_KEPT ? all : [...all.slice(0, 1), ...all.slice(1 - TIMES_KEPT)]
}

/** One line: the server's words where a server spoke, otherwise our sentence. */
export function failureText(failure: DeliveryFailure): string {
  return oneLine(failure.reply === null ? failure.text : replyText(failure.reply))
}

/** This computer had no network: nothing is counted against the recipient, and it is due again when somebody looks for a network. */
export function applyUnreached(state: RecipientState, outcome: Outcome, chosen: Chosen, now: number, againAt: number): RecipientState {
  return { ...applyOutcome(state, outcome, chosen, now), dueAt: againAt }
}

/** We broke the attempt off, to stop: not the recipient's failure, so only the doubt about a second copy is kept. */
export function applyAbandoned(state: RecipientState, outcome: Outcome): RecipientState {
  return outcome.kind !== 'completed' && outcome.failure.outcomeUnknown === true ? { ...state, mayArriveTwice: true } : state
}

/** What an outcome looks like when the rules gave no route (routing rules 2.9). `name` is what they gave. */
export function outcomeOfProblem(problem: RoutingProblem, name: string): Outcome {
  return {
    kind: problem.kind === 'permanent' ? 'perm_fail' : 'temp_fail',
    entity: name === '' ? 'localhost' : name,
    failure: {
      class: isErrorClass(problem.class) ? problem.class : 'io',
      status: problem.status,
      text: problem.text,
      reply: null,
      cause: isCause(problem.cause) ? problem.cause : 'internal',
    },
  }
}

/** A person gave the recipient up. */
export function cancelled(state: RecipientState, report: boolean): RecipientState {
  return {
    ...state,
    status: 'perm_fail',
    disposition: 'cancelled',
    lastStatus: '5.0.0',
    lastReply: 'Cancelled by the person in charge of this mail relay',
    reported: !report,
  }
}

const CLASSES: readonly string[] = [
  'dns',
  'unexpected-reply',
  'connection',
  'tls',
  'dane',
  'mta-sts',
  'rate',
  'concurrency',
  'io',
] satisfies ErrorClass[]
const isErrorClass = (name: string): name is ErrorClass => CLASSES.includes(name)

const CAUSES: readonly string[] = [
  'route-unknown',
  'rules-failed',
  'relay-not-found',
  'dns-temporary',
  'dns-missing',
  'null-mx',
  'routing-loop',
  'route-paused',
] satisfies FailureCause[]
const isCause = (name: string): name is FailureCause => CAUSES.includes(name)

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim()
}
