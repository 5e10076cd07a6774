import { SmtpFailure, normaliseAddress } from '../../mail/index.ts'
import type { EnvelopeRecipient } from '../../mail/index.ts'
import type { Proof, Refusal } from '../gate-types.ts'
import { isAscii } from './address.ts'
import { beginAuth, continueAuth } from './auth.ts'
import type { AuthStep } from './auth.ts'
import { extensions } from './ehlo.ts'
import type { Command } from './parse-command.ts'
import { SAY } from './replies.ts'
import type { Answer } from './replies.ts'
import { greeted, withoutTransaction } from './state.ts'
import type { Mail, SessionState } from './state.ts'

/** What decides an answer beside the conversation itself. */
export interface SessionFacts {
  readonly hostname: string
  readonly maxMessageBytes: number
  /** This port has STARTTLS. */
  readonly startTls: boolean
  /** AUTH now; after STARTTLS; not on this port. */
  auth(): 'offered' | 'after-tls' | 'none'
  /** CRAM-MD5 can work for somebody; it can unless this says otherwise. */
  digest?(): boolean
  /** A new one for each sign-in by CRAM-MD5. */
  challenge(): string
}

/** What is to be done about a line. What has to be asked or waited for is done by the connection, which then says how it went. */
export type Action =
  | { readonly do: 'say'; readonly answer: Answer }
  /** An answer to something wrong: it counts as an error. */
  | { readonly do: 'object'; readonly answer: Answer }
  /** No answer at all, but it counts. */
  | { readonly do: 'overlook' }
  | { readonly do: 'refuse'; readonly refusal: Refusal; readonly sender: string }
  | { readonly do: 'close'; readonly answer: Answer }
  | { readonly do: 'ask-sender'; readonly mail: Mail }
  | { readonly do: 'ask-recipient'; readonly recipient: EnvelopeRecipient }
  | { readonly do: 'sign-in'; readonly proof: Proof }
  | { readonly do: 'start-tls' }
  | { readonly do: 'receive' }

export interface Step {
  readonly state: SessionState
  readonly action: Action
}

/** What a command needs before it, in this order, and what is said when it is not there. */
type Need = readonly [(state: SessionState) => boolean, Answer]
const HELLO: Need = [(state) => state.hello !== null, SAY.helloFirst]
const MAIL: Need = [(state) => state.mail !== null, SAY.mailFirst]
const NO_MAIL: Need = [(state) => state.mail === null, SAY.mailAlready]
const NEEDS: Partial<Record<Command['verb'], readonly Need[]>> = {
  MAIL: [HELLO, NO_MAIL],
  RCPT: [HELLO, MAIL],
  DATA: [HELLO, MAIL, [(state) => state.recipients.length > 0, SAY.recipientFirst]],
  // Devices sign in without a word of greeting; that does no harm.
  AUTH: [
    [(state) => state.account === null, SAY.signedInAlready],
    [(state) => state.mail === null, SAY.signInInTransaction],
  ],
  STARTTLS: [[(state) => !state.secure, SAY.tlsAlready]],
}

/** One command in one state (RFC 5321 §4.1.4). Pure: every command in every state has its answer here. */
export function step(state: SessionState, command: Command, facts: SessionFacts): Step {
  const missing = NEEDS[command.verb]?.find(([met]) => !met(state))
  if (missing !== undefined) return stay(state, object(missing[1]))
  switch (command.verb) {
    case 'HELO':
    case 'EHLO':
      return hello(state, command.name, command.verb === 'EHLO', facts)
    case 'MAIL':
      return stay(state, mail(command, state, facts))
    case 'RCPT':
      return stay(state, recipient(command, state, facts))
    case 'DATA':
      return stay(state, { do: 'receive' })
    case 'RSET':
      return { state: withoutTransaction(state), action: say(SAY.reset) }
    case 'NOOP':
      return stay(state, say(SAY.noop))
    case 'HELP':
      return stay(state, say(SAY.help))
    case 'VRFY':
      return stay(state, say(SAY.cannotVerify))
    case 'QUIT':
      return stay(state, { do: 'close', answer: SAY.bye })
    case 'STARTTLS':
      return stay(state, facts.startTls ? { do: 'start-tls' } : object(SAY.tlsNotHere))
    case 'AUTH':
      return auth(state, command.mechanism, command.initial, facts)
    case 'EMPTY':
      return stay(state, { do: 'overlook' })
    case 'BAD':
      return stay(state, object(command.answer))
    case 'FOREIGN':
      return stay(state, { do: 'close', answer: SAY.notSmtp })
  }
}

/** The client's line while it signs in. @param line  null when it was no line of text */
export function stepDialog(state: SessionState, line: string | null): Step {
  const { dialog } = state
  if (dialog === null) return stay(state, object(SAY.unknown))
  return authStep(state, line === null ? { kind: 'failed', answer: SAY.signInUnreadable } : continueAuth(dialog, line))
}

function hello(state: SessionState, name: string, extended: boolean, facts: SessionFacts): Step {
  const { hostname, maxMessageBytes, startTls } = facts
  const offer = { maxMessageBytes, secure: state.secure, startTls, auth: facts.auth() === 'offered', digest: facts.digest?.() ?? true }
  const answer = extended ? SAY.extensions(hostname, extensions(offer)) : SAY.hello(hostname)
  return { state: greeted(state, name, extended), action: say(answer) }
}

function mail({ address, parameters, declaredBytes }: Mail, state: SessionState, facts: SessionFacts): Action {
  // RFC 8689 §2: it is offered under TLS alone, and what is not offered is not known.
  if (parameters.requireTls === true && !state.secure) return object(SAY.parameterUnknown('REQUIRETLS'))
  if (!isAscii(address) && parameters.smtputf8 !== true) return object(SAY.needsUtf8)
  if (declaredBytes > facts.maxMessageBytes) {
    return { do: 'refuse', refusal: tooLarge(facts.maxMessageBytes), sender: address }
  }
  return { do: 'ask-sender', mail: { address: normaliseAddress(address), parameters, declaredBytes } }
}

export function tooLarge(maxMessageBytes: number): Refusal {
  const { code, lines } = SAY.tooLarge(maxMessageBytes)
  return { failure: new SmtpFailure(code, '3.4', lines[0]), reason: 'too-large' }
}

function recipient(command: Extract<Command, { verb: 'RCPT' }>, state: SessionState, { hostname }: SessionFacts): Action {
  if (!isAscii(command.address) && state.mail?.parameters.smtputf8 !== true) return object(SAY.needsUtf8)
  const { notify, orcpt } = command
  // RFC 5321 §4.5.1: the postmaster of this computer, whatever its name.
  const address = command.address.includes('@') ? command.address : `${command.address}@${hostname}`
  return {
    do: 'ask-recipient',
    recipient: {
      address: normaliseAddress(address),
      ...(notify === undefined ? {} : { notify }),
      ...(orcpt === undefined ? {} : { orcpt }),
    },
  }
}

function auth(state: SessionState, mechanism: string, initial: string | null, facts: SessionFacts): Step {
  const offered = facts.auth()
  if (offered === 'none') return stay(state, object(SAY.signInNotHere))
  if (offered === 'after-tls') return stay(state, object(SAY.signInNeedsTls))
  return authStep(state, beginAuth(mechanism, initial, facts.challenge()))
}

function authStep(state: SessionState, next: AuthStep): Step {
  switch (next.kind) {
    case 'ask':
      return { state: { ...state, dialog: next.dialog }, action: say(next.answer) }
    case 'proof':
      return { state: { ...state, dialog: null }, action: { do: 'sign-in', proof: next.proof } }
    case 'failed':
      return { state: { ...state, dialog: null }, action: object(next.answer) }
  }
}

function stay(state: SessionState, action: Action): Step {
  return { state, action }
}

function say(answer: Answer): Action {
  return { do: 'say', answer }
}

function object(answer: Answer): Action {
  return { do: 'object', answer }
}
