import { createHmac } from 'node:crypto'
import type { Reply } from '../mail/index.ts'

export interface Credentials {
  readonly username: string
  readonly secret: string
}

export type Mechanism = 'PLAIN' | 'LOGIN' | 'CRAM-MD5'

/** More rounds than any of the three needs; a peer that goes on asking is not speaking any of them. */
const MAX_ROUNDS = 3

/**
 * The mechanisms to try, in order (routing rules 5.4): those offered that we know. Without TLS (loopback, or the user's consent) the one that does
 * not show the password goes first.
 * @param offered   words after AUTH in the EHLO reply, any case
 */
export function mechanismsToTry(offered: readonly string[], encrypted: boolean): Mechanism[] {
  const order: readonly Mechanism[] = encrypted ? ['PLAIN', 'LOGIN', 'CRAM-MD5'] : ['CRAM-MD5', 'PLAIN', 'LOGIN']
  const known = new Set(offered.map((word) => word.toUpperCase()))
  return order.filter((mechanism) => known.has(mechanism))
}

/** What to do after a reply of the server: send this line, or it is over. */
export type AuthStep =
  | { readonly kind: 'send'; readonly line: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly reply: Reply }
  /** The challenge cannot be answered; the exchange must be cancelled with `*` (RFC 4954 §4). */
  | { readonly kind: 'bad-challenge'; readonly detail: string }

/** One exchange with one mechanism. Pure: lines in, lines out. */
export class AuthExchange {
  /** The AUTH command to begin with. */
  readonly first: string
  readonly #mechanism: Mechanism
  readonly #credentials: Credentials
  #round = 0

  constructor(mechanism: Mechanism, credentials: Credentials) {
    this.#mechanism = mechanism
    this.#credentials = credentials
    this.first = mechanism === 'PLAIN' ? `AUTH PLAIN ${plainResponse(credentials)}` : `AUTH ${mechanism}`
  }

  next(reply: Reply): AuthStep {
    // RFC 4954 §6 knows only 235 as success.
    if (reply.code === 235) return { kind: 'accepted' }
    if (reply.code !== 334) return { kind: 'rejected', reply }
    this.#round += 1
    if (this.#round > MAX_ROUNDS) return { kind: 'bad-challenge', detail: 'the server goes on asking' }
    const challenge = decodeChallenge(reply.lines[0] ?? '')
    switch (this.#mechanism) {
      case 'PLAIN':
        // Some servers ignore the initial response and ask for it (RFC 4954 §4).
        return this.#round === 1
          ? { kind: 'send', line: plainResponse(this.#credentials) }
          : { kind: 'bad-challenge', detail: 'PLAIN was asked for twice' }
      case 'LOGIN':
        return this.#answerLogin(challenge)
      case 'CRAM-MD5':
        if (this.#round > 1 || challenge === null || challenge === '')
          return { kind: 'bad-challenge', detail: 'CRAM-MD5 without a challenge' }
        return { kind: 'send', line: cramMd5Response(this.#credentials, challenge) }
    }
  }

  /** LOGIN has no specification; prompts are known by their text, and by position where the text says nothing. */
  #answerLogin(challenge: string | null): AuthStep {
    if (this.#round > 2) return { kind: 'bad-challenge', detail: 'LOGIN asks a third time' }
    const prompt = (challenge ?? '').toLowerCase()
    const wantsUser = /^user ?name/.test(prompt)
    const wantsSecret = prompt.startsWith('password')
    const secret = wantsSecret || (!wantsUser && this.#round === 2)
    return { kind: 'send', line: base64(secret ? this.#credentials.secret : this.#credentials.username) }
  }
}

/** Every spelling in which the secret could come back to us in a reply, longest first. */
export function secretForms(credentials: Credentials): string[] {
  if (credentials.secret === '') return []
  return [plainResponse(credentials), base64(credentials.secret), credentials.secret].sort((a, b) => b.length - a.length)
}

/** The text with every form of the secret replaced by the word `hidden`. */
export function hideSecrets(text: string, forms: readonly string[]): string {
  let shown = text
  for (const form of forms) {
    if (shown.includes(form)) shown = shown.split(form).join('hidden')
  }
  return shown
}

/** RFC 4616. */
function plainResponse(credentials: Credentials): string {
  return base64(`\0${credentials.username}\0${credentials.secret}`)
}

/** RFC 2195 §2. */
function cramMd5Response(credentials: Credentials, challenge: string): string {
  const digest = createHmac('md5', credentials.secret).update(challenge, 'utf8').digest('hex')
  return base64(`${credentials.username} ${digest}`)
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** null when it is not base64. */
function decodeChallenge(text: string): string | null {
  const bare = text.trim()
  return /^[A-Za-z0-9+/]*={0,2}$/.test(bare) ? Buffer.from(bare, 'base64').toString('utf8') : null
}
