import type { Proof } from '../gate-types.ts'
import { SAY } from './replies.ts'
import type { Answer } from './replies.ts'

/** What the client's next line is, while it signs in. */
export type AuthDialog =
  | { readonly awaits: 'plain' }
  | { readonly awaits: 'login-name' }
  | { readonly awaits: 'login-password'; readonly username: string }
  | { readonly awaits: 'cram-digest'; readonly challenge: string }

/** What comes of a line: another one is asked for, the proof is whole, or it ends with this answer. */
export type AuthStep =
  | { readonly kind: 'ask'; readonly answer: Answer; readonly dialog: AuthDialog }
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'failed'; readonly answer: Answer }

/**
 * AUTH (RFC 4954), the three mechanisms that devices know. Pure; what it holds is a secret and goes to the gate alone.
 * @param initial    the initial response, still base64; null when there is none; `=` is an empty one
 * @param challenge  for CRAM-MD5 (RFC 2195), `<unique@host>`
 */
export function beginAuth(mechanism: string, initial: string | null, challenge: string): AuthStep {
  switch (mechanism) {
    case 'PLAIN':
      return initial === null ? ask('', { awaits: 'plain' }) : continueAuth({ awaits: 'plain' }, initial === '=' ? '' : initial)
    case 'LOGIN':
      return initial === null ? ask('Username:', { awaits: 'login-name' }) : continueAuth({ awaits: 'login-name' }, initial)
    case 'CRAM-MD5':
      return initial === null ? ask(challenge, { awaits: 'cram-digest', challenge }) : failed(SAY.signInUnreadable)
    default:
      return failed(SAY.mechanismUnknown)
  }
}

/** The client's answer to what it was asked. */
export function continueAuth(dialog: AuthDialog, line: string): AuthStep {
  if (line === '*') return failed(SAY.signInCancelled)
  const text = decode(line)
  if (text === null) return failed(SAY.signInUnreadable)
  switch (dialog.awaits) {
    case 'plain':
      return readPlain(text)
    case 'login-name':
      return text === '' ? failed(SAY.signInIncomplete) : ask('Password:', { awaits: 'login-password', username: text })
    case 'login-password':
      return { kind: 'proof', proof: { method: 'LOGIN', username: dialog.username, password: text } }
    case 'cram-digest':
      return readDigest(text, dialog.challenge)
  }
}

/** RFC 4616 §2: authorisation identity, NUL, name, NUL, password. One acts as who one is, so the first of them changes nothing. */
function readPlain(text: string): AuthStep {
  const [, username, password, more] = text.split('\0')
  if (username === undefined || password === undefined || more !== undefined || username === '') return failed(SAY.signInIncomplete)
  return { kind: 'proof', proof: { method: 'PLAIN', username, password } }
}

function readDigest(text: string, challenge: string): AuthStep {
  const blank = text.lastIndexOf(' ')
  if (blank <= 0) return failed(SAY.signInIncomplete)
  return {
    kind: 'proof',
    proof: { method: 'CRAM-MD5', username: text.slice(0, blank), challenge, digest: text.slice(blank + 1).toLowerCase() },
  }
}

/** Buffer.from skips what is not base64; a typing mistake must not become another password. */
function decode(line: string): string | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(line) || line.length % 4 === 1) return null
  return Buffer.from(line, 'base64').toString('utf8')
}

function ask(text: string, dialog: AuthDialog): AuthStep {
  return { kind: 'ask', answer: SAY.challenge(Buffer.from(text).toString('base64')), dialog }
}

function failed(answer: Answer): AuthStep {
  return { kind: 'failed', answer }
}
