import type { Schedule } from '../../contract/index.ts'
import type { RecipientState } from '../spool/index.ts'
import type { Random } from '../system/index.ts'

/** Waits longer than this are spread a little, so that a backlog does not come back in one moment. */
const JITTER_ABOVE_MS = 60_000

/** Where and for how long a message lives: what schedules count from. */
export interface Life {
  /** ms since 1970. */
  readonly createdAt: number
  /** Time in which nothing could be tried; expiry is later by that. */
  readonly stoppedMs: number
}

/**
 * How long a recipient waits after a temporary failure. RFC 5321 §4.5.4.1 asks for 30 minutes or more (SHOULD); a schedule may
 * begin quicker, for greylisting. The last wait repeats until expiry.
 * @param waitsMs   the schedule's waits in milliseconds; the config schema saw to it that there is one
 * @param retryNum  temporary failures before this one: 0 when the first attempt failed
 * @returns milliseconds from the end of the attempt
 * @throws RangeError when `retryNum` is negative or there is no wait at all
 */
export function retryDelayMs(waitsMs: readonly number[], retryNum: number): number {
  const wait = waitsMs[Math.min(retryNum, waitsMs.length - 1)]
  if (wait === undefined) throw new RangeError(`no wait for retry ${retryNum} among ${waitsMs.length}`)
  return wait
}

/** ±10 % for waits above one minute (routing rules 6.2); shorter ones are exact. */
export function withJitter(delayMs: number, random: Random): number {
  if (delayMs <= JITTER_ABOVE_MS) return delayMs
  const span = Math.floor(delayMs / 5)
  return delayMs - Math.floor(span / 2) + random.below(span + 1)
}

/** When life ends under a schedule. Time counts from `createdAt`, never from the change of schedule (routing rules 6.3). */
export function expiryUnder(schedule: Schedule, life: Life): RecipientState['expiry'] {
  return schedule.expiry.kind === 'time'
    ? { kind: 'time', at: life.createdAt + schedule.expiry.afterMs + life.stoppedMs }
    : { kind: 'attempts', count: schedule.expiry.count }
}

/** A recipient as it stands when its message is accepted: due at once, first delay notice by its schedule. */
export function firstState(address: string, schedule: Schedule, life: Life): RecipientState {
  return {
    address,
    status: 'scheduled',
    retryNum: 0,
    dueAt: life.createdAt,
    ...nextNotify(schedule.notifyMs, 0, life, life.createdAt - 1),
    expiry: expiryUnder(schedule, life),
    queueName: schedule.queueName,
    route: null,
    rule: null,
    lastError: 'none',
    lastEntity: '',
    lastStatus: '',
    lastReply: null,
    lastAttemptAt: null,
    mayArriveTwice: false,
    disposition: null,
    reported: false,
  }
}

/**
 * What a temporary failure does to the clocks (routing rules 6.2): the schedule was chosen with the old retry number and the new error; the
 * delay belongs to the old number; the increment comes last, and a recipient whose attempts are used up ends at once.
 * @param state  with the failure's status and error already in it, `retryNum` not yet raised
 * @param now    ms, the end of the attempt
 */
export function applySchedule(
  state: RecipientState,
  schedule: Schedule,
  life: Life,
  now: number,
  spread: (ms: number) => number,
): RecipientState {
  const next: RecipientState = {
    ...state,
    dueAt: now + spread(retryDelayMs(schedule.retryMs, state.retryNum)),
    retryNum: state.retryNum + 1,
    expiry: expiryUnder(schedule, life),
    queueName: schedule.queueName,
  }
  return usedUp(next) ? expire(next) : next
}

/** A limiter said "not now" (routing rules 6.6). Not a failed attempt: number, expiry and queue stay, no schedule is asked. */
export function applyRateLimit(state: RecipientState, windowEndsAt: number): RecipientState {
  return {
    ...state,
    status: 'temp_fail',
    dueAt: windowEndsAt,
    lastError: 'rate',
    lastEntity: 'localhost',
    lastStatus: '4.7.0',
    lastReply: 'Waits because as many messages were sent as the rules allow',
  }
}

/** Still to be delivered. */
export function isPending(state: RecipientState): boolean {
  return state.status === 'scheduled' || state.status === 'temp_fail'
}

/** Its life is over, by time or by attempts. */
export function isExpired(state: RecipientState, now: number): boolean {
  return isPending(state) && (state.expiry.kind === 'time' ? now >= state.expiry.at : usedUp(state))
}

/**
 * Gives a recipient up. The last error and the server's last words stay, for the report; only the status says 5.4.7 (RFC 3463 §3.5). One that
 * was never tried fails for our own reason, class `io`.
 */
export function expire(state: RecipientState): RecipientState {
  const untried = state.status === 'scheduled'
  return {
    ...state,
    status: 'perm_fail',
    disposition: 'expired',
    lastStatus: '5.4.7',
    lastError: untried ? 'io' : state.lastError,
    lastReply: untried ? 'The time for delivery was over before the message could be tried' : state.lastReply,
  }
}

/** The delay notice that was due is consumed, sent or not. Times are `created + notify[i]`; those already past are skipped (routing rules 6.4). */
export function advanceNotify(state: RecipientState, schedule: Schedule, life: Life, now: number): RecipientState {
  return { ...state, ...nextNotify(schedule.notifyMs, state.notifyNum + 1, life, now) }
}

/** When this recipient needs looking at next; null when it has ended. */
export function nextWakeAt(state: RecipientState): number | null {
  if (!isPending(state)) return null
  const expiresAt = state.expiry.kind === 'time' ? state.expiry.at : Infinity
  return Math.min(state.dueAt, state.notifyDueAt ?? Infinity, expiresAt)
}

/** A delay notice is owed to the clock, whatever NOTIFY says. */
export function isNotifyDue(state: RecipientState, now: number): boolean {
  return isPending(state) && state.notifyDueAt !== null && now >= state.notifyDueAt
}

/** Life goes on `ms` later than planned, because nothing could be tried meanwhile. */
export function prolong(state: RecipientState, ms: number): RecipientState {
  if (!isPending(state) || state.expiry.kind !== 'time' || ms === 0) return state
  return { ...state, expiry: { kind: 'time', at: state.expiry.at + ms } }
}

/**
 * Mends times that lie in the future because the computer's clock was set back while we did not run: the last attempt counts as just now, and
 * the wait that followed it starts over. One that was never tried is due.
 */
export function mendFutureTimes(state: RecipientState, now: number): RecipientState {
  if (state.status === 'scheduled') return { ...state, dueAt: Math.min(state.dueAt, now) }
  const last = state.lastAttemptAt
  if (!isPending(state) || last === null || last <= now) return state
  return { ...state, lastAttemptAt: now, dueAt: Math.max(now, state.dueAt - (last - now)) }
}

function usedUp(state: RecipientState): boolean {
  return state.expiry.kind === 'attempts' && state.retryNum >= state.expiry.count
}

function nextNotify(
  notifyMs: readonly number[],
  from: number,
  life: Life,
  after: number,
): { readonly notifyNum: number; readonly notifyDueAt: number | null } {
  for (let i = from; i < notifyMs.length; i++) {
    const at = life.createdAt + (notifyMs[i] ?? 0)
    if (at > after) return { notifyNum: i, notifyDueAt: at }
  }
  return { notifyNum: Math.max(from, notifyMs.length), notifyDueAt: null }
}
