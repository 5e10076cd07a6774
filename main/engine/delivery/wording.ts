import type { Stage } from './fault.ts'

const STAGE_TEXT: Readonly<Record<Stage, string>> = {
  connect: 'the connection',
  greeting: 'the connection',
  hello: 'EHLO',
  starttls: 'STARTTLS',
  handshake: 'the TLS handshake',
  'hello-tls': 'EHLO',
  auth: 'the sign-in',
  reset: 'RSET',
  mail: 'the sender address',
  rcpt: 'the recipient address',
  data: 'DATA',
  content: 'the message',
  end: 'the end of the message',
  quit: 'QUIT',
}

/** What the server was to answer, as in "did not answer EHLO". */
export function stageText(stage: Stage): string {
  return STAGE_TEXT[stage]
}

/** When it happened, as in "the connection broke after EHLO". */
export function lostText(stage: Stage): string {
  if (stage === 'connect' || stage === 'greeting') return 'before the server had greeted'
  if (stage === 'content') return 'while the message was being sent'
  return `after ${STAGE_TEXT[stage]}`
}

const CONNECT_TEXT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers at this port',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'the computer cannot be reached',
  ENETUNREACH: 'there is no way to its network',
  ENETDOWN: 'the network is down',
  ECONNRESET: 'the other side broke it off',
  EADDRNOTAVAIL: 'the source address is not one of this computer',
  EACCES: 'this computer does not allow it',
  EPERM: 'this computer does not allow it',
}

/** A system error in plain words, with its code for those who look it up. */
export function connectText(code: string, detail: string): string {
  const known = CONNECT_TEXT[code]
  return known === undefined ? detail : `${known} (${code})`
}

/** A wait for people: `5 minutes`, `30 seconds`. */
export function durationText(ms: number): string {
  const [value, unit] = ms >= 60_000 && ms % 60_000 === 0 ? [ms / 60_000, 'minute'] : [Math.round(ms / 100) / 10, 'second']
  return `${value} ${unit}${value === 1 ? '' : 's'}`
}
