import type { DeliveryFailure, ErrorClass, FailureCause, Outcome, Reply } from '../mail/index.ts'
import { replyText } from '../mail/index.ts'
import type { RoutingProblem } from '../../contract/index.ts'
import type { Fault, Stage } from './fault.ts'
import type { Verdict } from './transaction.ts'
import { connectText, durationText, lostText, stageText } from './wording.ts'

/**
 * The one place where a reply or a fault becomes an outcome (routing rules 5.3 to 5.6, own statuses from 7.3). Permanent is what the other side said
 * with a 5xx, and what no later attempt can change; everything that may be our network, their trouble or our mistake is temporary.
 */

export type FailureKind = 'temp_fail' | 'perm_fail'

export interface Judgement {
  readonly kind: FailureKind
  readonly failure: DeliveryFailure
}

/** Which words the conversation is told with: the host as people know it. */
export interface Place {
  readonly host: string
  readonly address: string
}

/** @param protocol   LMTP hands over for good: what it takes is delivered, not passed on */
export function outcomeOf(verdict: Verdict, place: Place, protocol: 'smtp' | 'lmtp'): Outcome {
  if (verdict.kind === 'taken') {
    const { dsnPassedOn } = verdict
    return {
      kind: 'completed',
      host: place.host,
      reply: keptReply(verdict.reply),
      via: protocol === 'lmtp' ? 'delivered' : 'relayed',
      dsnPassedOn,
    }
  }
  return failedOutcome(judge(verdict.fault, place, verdict.outcomeUnknown), entityOf(verdict.fault, place))
}

export function failedOutcome(judgement: Judgement, entity: string): Outcome {
  return { kind: judgement.kind, entity, failure: judgement.failure }
}

/** Who said so: the host, or we ourselves. */
export function entityOf(fault: Fault, place: Place): string {
  return fault.kind === 'storage' || fault.kind === 'cancelled' || fault.kind === 'internal' ? 'localhost' : place.host
}

/** What a fault means for a recipient. */
export function judge(fault: Fault, place: Place, outcomeUnknown = false): Judgement {
  const judgement = judgeKnown(fault, place)
  if (!outcomeUnknown) return judgement
  const text = `${judgement.failure.text} The message had been sent completely, so it may arrive twice.`
  return { ...judgement, failure: { ...judgement.failure, text, outcomeUnknown: true } }
}

function judgeKnown(fault: Fault, place: Place): Judgement {
  const { host } = place
  const where = host === place.address || place.address === '' ? host : `${host} [${place.address}]`
  switch (fault.kind) {
    case 'connect':
      return temporary('connection', 'connect', '4.4.1', `No connection to ${where}: ${connectText(fault.code, fault.detail)}.`)
    case 'reply':
      return judgeReply(fault.reply, fault.stage, where)
    case 'timeout':
      if (inTls(fault.stage))
        return temporary('tls', 'tls-handshake', '4.7.0', `${where} did not answer in time while encryption was being set up.`)
      return temporary(
        'connection',
        'timeout',
        '4.4.1',
        `${where} did not ${fault.stage === 'greeting' ? 'greet' : `answer ${stageText(fault.stage)}`} within ${durationText(fault.timeoutMs)}.`,
      )
    case 'lost':
      if (inTls(fault.stage))
        return temporary('tls', 'tls-handshake', '4.7.0', `${where} broke the connection while encryption was being set up.`)
      return temporary(
        'connection',
        fault.stage === 'greeting' ? 'greeting' : 'connection-lost',
        '4.4.2',
        `The connection to ${where} broke ${lostText(fault.stage)} (${fault.detail}).`,
      )
    case 'bad-reply':
      if (inTls(fault.stage)) return temporary('tls', 'tls-handshake', '4.7.0', `Encryption with ${where} failed: ${fault.detail}.`)
      return temporary(
        'unexpected-reply',
        'bad-reply',
        '4.5.0',
        `${where} does not speak SMTP as expected ${lostText(fault.stage)}: ${fault.detail}.`,
      )
    case 'tls':
      return fault.reason === 'certificate'
        ? temporary('tls', 'tls-certificate', '4.7.0', `The certificate of ${where} was not accepted: ${fault.detail}.`)
        : temporary('tls', 'tls-handshake', '4.7.0', `Encryption with ${where} could not be set up: ${fault.detail}.`)
    case 'tls-name':
      return tlsName(fault.strict, fault.name)
    case 'tls-not-offered':
      return permanent('tls', 'tls-required', '5.7.10', `${where} does not offer encryption, and the settings require it.`)
    case 'tls-disabled':
      return permanent('tls', 'tls-required', '5.7.10', `The message requires encryption, and the settings for ${where} switch it off.`)
    case 'auth-rejected':
    case 'auth-challenge':
    case 'auth-unavailable':
    case 'auth-needs-tls':
      return judgeAuth(fault, where)
    case 'feature':
      return fault.feature === 'SMTPUTF8'
        ? permanent(
            'unexpected-reply',
            'feature-missing',
            '5.6.7',
            `${where} cannot take addresses with characters beyond ASCII (SMTPUTF8).`,
          )
        : permanent('tls', 'feature-missing', '5.7.30', `${where} does not offer REQUIRETLS, which the sender asked for.`)
    case 'storage':
      return temporary('io', 'storage', '4.3.0', `The stored message could not be read: ${fault.detail}.`)
    case 'cancelled':
      return temporary('io', 'cancelled', '4.3.2', `The attempt was stopped before ${where} had answered.`)
    case 'internal':
      return temporary('io', 'internal', '4.3.0', `An error in Mailroom stopped the attempt: ${fault.detail}.`)
  }
}

/** What is kept of a reply with each recipient: a server with much to say must not fill the spool. RFC 5321 knows no line beyond 512 octets. */
const MAX_KEPT_LINES = 20
const MAX_KEPT_LINE_LENGTH = 1000
const MAX_TEXT_LENGTH = 2000

function keptReply(reply: Reply): Reply {
  return { ...reply, lines: reply.lines.slice(0, MAX_KEPT_LINES).map((line) => line.slice(0, MAX_KEPT_LINE_LENGTH)) }
}

function judgeReply(full: Reply, stage: Stage, where: string): Judgement {
  const reply = keptReply(full)
  const kind: FailureKind = reply.code >= 500 ? 'perm_fail' : 'temp_fail'
  const cause: FailureCause = stage === 'greeting' ? 'greeting' : 'reply'
  const failure: DeliveryFailure = {
    // A refused sign-in speaks of our connection, not of the message; with 5xx it is `auth-rejected`.
    class: stage === 'auth' ? 'connection' : 'unexpected-reply',
    status: statusOf(reply, kind),
    text: `${where} answered ${stageText(stage)}: ${replyText(reply)}`.slice(0, MAX_TEXT_LENGTH),
    reply,
    cause,
  }
  return { kind, failure }
}

/** All temporary: it is the settings that are wrong, not the message (routing rules 5.4). */
function judgeAuth(fault: Extract<Fault, { kind: `auth-${string}` }>, where: string): Judgement {
  switch (fault.kind) {
    case 'auth-rejected': {
      const reply = keptReply(fault.reply)
      const text = `${where} refused the user name or password: ${replyText(reply)}`.slice(0, MAX_TEXT_LENGTH)
      const status = statusOf(fault.reply, 'temp_fail', '4.7.8')
      return { kind: 'temp_fail', failure: { class: 'connection', cause: 'auth-rejected', status, text, reply } }
    }
    case 'auth-challenge':
      return temporary('connection', 'auth-rejected', '4.7.0', `Signing in to ${where} failed: ${fault.detail}.`)
    case 'auth-unavailable': {
      const offered = fault.offered.length === 0 ? 'does not offer to sign in' : `offers only ${fault.offered.join(', ')} to sign in`
      return temporary('connection', 'auth-unavailable', '4.7.0', `${where} ${offered}; PLAIN, LOGIN or CRAM-MD5 is needed.`)
    }
    case 'auth-needs-tls':
      return temporary('tls', 'auth-needs-tls', '4.7.11', `The password was not sent to ${where}, because the connection is not encrypted.`)
  }
}

function tlsName(strict: boolean, name: string): Judgement {
  const text = `"${name}" cannot stand in a certificate, so the server cannot be checked.`
  return strict ? permanent('tls', 'tls-certificate', '5.7.10', text) : temporary('tls', 'tls-certificate', '4.7.0', text)
}

/** What kept a host from being tried, as routing said it. */
export function judgeProblem(problem: RoutingProblem): Judgement {
  const kind = problem.kind === 'permanent' ? 'perm_fail' : 'temp_fail'
  const failure = { status: problem.status, text: problem.text, reply: null }
  return { kind, failure: { ...failure, class: problem.class as ErrorClass, cause: problem.cause as FailureCause } }
}

/** The server's own status with the class of what we make of it; without one only the class (routing rules 7.3). */
function statusOf(reply: Reply, kind: FailureKind, fallback?: string): string {
  const digit = kind === 'perm_fail' ? '5' : '4'
  if (reply.status === null) return fallback ?? `${digit}.0.0`
  return `${digit}${reply.status.slice(1)}`
}

function temporary(errorClass: ErrorClass, cause: FailureCause, status: string, text: string): Judgement {
  return { kind: 'temp_fail', failure: { class: errorClass, cause, status, text, reply: null } }
}

function permanent(errorClass: ErrorClass, cause: FailureCause, status: string, text: string): Judgement {
  return { kind: 'perm_fail', failure: { class: errorClass, cause, status, text, reply: null } }
}

function inTls(stage: Stage): boolean {
  return stage === 'starttls' || stage === 'handshake'
}
