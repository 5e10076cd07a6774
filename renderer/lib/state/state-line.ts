import type { Alert, Status } from '../../../main/contract/index.ts'
import { explainReply } from '../format/reply.ts'
import { relative, shortMoment } from '../format/time.ts'
import type { Tone } from '../tone.ts'
import { saying, t } from '../words/words.svelte.ts'
import type { Saying } from '../words/words.svelte.ts'

/** The one sentence that says whether it works: on Overview, at the foot of the sidebar, in the tray. */
export interface StateLine {
  readonly tone: Tone
  readonly title: Saying
  /** A second sentence; `{messages}` in it counts what waits and links to the queue. */
  readonly text: Saying
  /** A third, when something waits that goes out by itself. */
  readonly tail: Saying | null
  /** What a server said, when that is what it is about; else ''. */
  readonly reply: string
}

/**
 * The gravest fact wins: not running, paused, no room, deaf, a route out of reach, a route shut, a route that puts everything off; else mail flows, or nothing came yet.
 * @param nameOf  what people call a route
 */
export function stateLine(status: Status | null, now: number, nameOf: (route: string) => string): StateLine {
  if (status === null) return plain('none', saying('state.starting'), saying('state.starting.text'))
  if (!status.running) return plain('failed', saying('state.stopped'), saying('state.stopped.text'))
  return (
    paused(status) ??
    blocked(status) ??
    deaf(status) ??
    outOfReach(status, now, nameOf) ??
    shut(status, nameOf) ??
    putOff(status, now, nameOf) ??
    working(status, now)
  )
}

const plain = (tone: Tone, title: Saying, text: Saying, tail: Saying | null = null): StateLine => ({ tone, title, text, tail, reply: '' })

/** `messages` is itself a phrase that counts; the sentence around it takes the same form. */
function waitingParams(status: Status): { messages: string; count: number } {
  return { messages: t('messages', { count: status.waiting }), count: status.waiting }
}

function paused(status: Status): StateLine | null {
  if (status.deliveryPaused === 'no') return null
  const params = waitingParams(status)
  return status.deliveryPaused === 'by-person'
    ? plain('held', saying('state.paused'), saying('state.paused.text', params))
    : plain('failed', saying('state.paused.config'), saying('state.paused.config.text', params))
}

function blocked(status: Status): StateLine | null {
  if (has(status, 'storage-failed') !== undefined) return plain('failed', saying('state.storage'), saying('state.storage.text'))
  return has(status, 'disk-low') === undefined ? null : plain('failed', saying('state.disk'), saying('state.disk.text'))
}

function deaf(status: Status): StateLine | null {
  const closed = status.listeners.find((listener) => listener.problem !== null)
  if (closed === undefined || status.listeners.some((listener) => listener.problem === null)) return null
  return plain('failed', saying('state.deaf'), saying('state.deaf.text', { port: String(closed.port), detail: closed.problem ?? '' }))
}

/** A route that waits for a person: mail may still flow by the others, so it is only said while something waits. */
function shut(status: Status, nameOf: (route: string) => string): StateLine | null {
  if (status.waiting === 0) return null
  const params = waitingParams(status)
  const auth = has(status, 'auth-rejected')
  if (auth) return plain('failed', saying('state.shut'), saying('state.shut.auth', { ...params, route: nameOf(auth.subject) }))
  const unknown = has(status, 'route-unknown')
  if (unknown) return plain('failed', saying('state.shut'), saying('state.shut.route', { ...params, route: unknown.subject }))
  if (has(status, 'rules-failed')) return plain('failed', saying('state.shut'), saying('state.shut.rules', params))
  return null
}

function outOfReach(status: Status, now: number, nameOf: (route: string) => string): StateLine | null {
  if (has(status, 'auth-rejected') ?? has(status, 'route-unknown') ?? has(status, 'rules-failed')) return null
  const alert = has(status, 'relay-unreachable') ?? has(status, 'relay-not-found')
  if (alert === undefined || status.waiting === 0) return null
  return plain(
    'waiting',
    saying('state.waiting', { route: nameOf(alert.subject) }),
    saying('state.waiting.text', { ...waitingParams(status), time: shortMoment(alert.since, now) }),
  )
}

/**
 * A server that answers and puts everything off raises no alarm, and still nothing flows. One put-off message among others that go out is
 * nothing yet: greylisting is that.
 */
function putOff(status: Status, now: number, nameOf: (route: string) => string): StateLine | null {
  if (status.waiting === 0) return null
  const since = status.lastDeliveredAt ?? 0
  const stall = status.stalls.find((one) => one.attempts >= PUT_OFF_AMONG_OTHERS || one.since > since)
  if (stall === undefined) return null
  const tail = saying('state.putOff.tail', { ...waitingParams(status), time: shortMoment(stall.since, now) })
  const why = explainReply({ outcome: 'temp_fail', status: stall.status, text: stall.text, cause: stall.cause }, nameOf(stall.route))
  return { ...plain('waiting', saying('state.waiting', { route: nameOf(stall.route) }), why, tail), reply: stall.text }
}
/** This many attempts in a row, and a route counts as stalled even while others deliver. */
const PUT_OFF_AMONG_OTHERS = 3

function working(status: Status, now: number): StateLine {
  const nothingYet = status.days.every((day) => day.accepted === 0) && status.today.accepted === 0 && status.waiting + status.held === 0
  if (nothingYet && status.lastDeliveredAt === null) return plain('none', saying('state.ready'), saying('state.ready.text'))
  const { delivered, failed } = status.today
  if (delivered === 0 && failed >= (status.lastDeliveredAt === null ? 1 : FAILED_TODAY))
    return plain('failed', saying('state.failing'), saying('state.failing.text', { count: failed }), tailOf(status))
  const last =
    status.lastDeliveredAt === null
      ? saying('state.flowing.none')
      : saying('state.flowing.last', { ago: relative(Math.min(status.lastDeliveredAt, now), now) })
  return plain('delivered', saying('state.flowing'), last, tailOf(status))
}

/** This many failures on a day without a single delivery, and something is wrong beyond a mistyped address. */
const FAILED_TODAY = 3

function tailOf(status: Status): Saying | null {
  return status.waiting > 0 ? saying('state.wait.tail', waitingParams(status)) : null
}

function has(status: Status, kind: Alert['kind']): Alert | undefined {
  return status.alerts.find((alert) => alert.kind === kind)
}

const EVERY_ADDRESS = ['0.0.0.0', '::', '']

/** Where devices reach us: the first open port at its own address, or at this computer's best one when it is open on all; null when none is open. */
export function listeningAt(status: Status | null): { readonly address: string; readonly port: number } | null {
  const open = status?.listeners.find((listener) => listener.problem === null)
  if (status === null || open === undefined) return null
  const address = EVERY_ADDRESS.includes(open.address) ? (status.addresses[0] ?? open.address) : open.address
  return { address, port: open.port }
}
