import type { MailParameters } from '../../mail/index.ts'
import { SAY } from './replies.ts'
import type { Answer } from './replies.ts'

export interface MailExtras {
  readonly parameters: MailParameters
  /** SIZE= (RFC 1870); 0 when it was not said. */
  readonly declaredBytes: number
}

export interface RcptExtras {
  readonly notify?: string
  readonly orcpt?: string
}

/** What an answer of refusal looks like among results. */
export type OrAnswer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: Answer }

const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/
/** With SMTPUTF8 the address may be written out (RFC 6533 §3). */
const ORIGINAL_RECIPIENT = /^[A-Za-z0-9-]+;(?:[!-*,-<>-~\u0080-\u{10ffff}]|\+[0-9A-F]{2})+$/u
const NOTIFY = /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i

/** How each is written; null: it has no value. */
const MAIL: Readonly<Record<string, RegExp | null>> = {
  SIZE: /^\d{1,20}$/,
  BODY: /^(?:7BIT|8BITMIME)$/i,
  SMTPUTF8: null,
  REQUIRETLS: null,
  RET: /^(?:FULL|HDRS)$/i,
  ENVID: new RegExp(`(?=^.{1,100}$)${XTEXT.source}`),
  // RFC 4954 §5: whoever does not trust the client takes it and leaves it at that.
  AUTH: XTEXT,
}
const RCPT: Readonly<Record<string, RegExp | null>> = {
  NOTIFY,
  ORCPT: new RegExp(`(?=^.{1,500}$)${ORIGINAL_RECIPIENT.source}`, 'u'),
}

/** @param text  what follows the path of MAIL FROM */
export function readMailParameters(text: string): OrAnswer<MailExtras> {
  const read = readWords(text, MAIL)
  if (!read.ok) return read
  const { SIZE, BODY, SMTPUTF8, REQUIRETLS, RET, ENVID } = read.value
  const parameters: MailParameters = {
    ...(BODY === undefined ? {} : { body: BODY.toUpperCase() === '8BITMIME' ? '8BITMIME' : '7BIT' }),
    ...(SMTPUTF8 === undefined ? {} : { smtputf8: true }),
    ...(REQUIRETLS === undefined ? {} : { requireTls: true }),
    ...(RET === undefined ? {} : { ret: RET.toUpperCase() === 'FULL' ? 'FULL' : 'HDRS' }),
    ...(ENVID === undefined ? {} : { envid: ENVID }),
  }
  return { ok: true, value: { parameters, declaredBytes: Number(SIZE ?? 0) } }
}

/** @param text  what follows the path of RCPT TO */
export function readRcptParameters(text: string): OrAnswer<RcptExtras> {
  const read = readWords(text, RCPT)
  if (!read.ok) return read
  const { NOTIFY: notify, ORCPT: orcpt } = read.value
  return { ok: true, value: { ...(notify === undefined ? {} : { notify }), ...(orcpt === undefined ? {} : { orcpt }) } }
}

/** Words as they were sent: what was encoded must go on encoded, or a blank in it would begin another parameter (RFC 3461 §5.2). */
function readWords(text: string, known: Readonly<Record<string, RegExp | null>>): OrAnswer<Partial<Record<string, string>>> {
  const found: Partial<Record<string, string>> = {}
  for (const word of text.split(' ')) {
    if (word === '') continue
    const [keyword = '', ...values] = word.split('=')
    const name = keyword.toUpperCase()
    const form = Object.hasOwn(known, name) ? known[name] : undefined
    if (form === undefined) return no(SAY.parameterUnknown(/^[A-Z0-9][A-Z0-9-]{0,40}$/.test(name) ? name : 'after the address'))
    if (found[name] !== undefined) return no(SAY.parameterTwice(name))
    const value = values.join('=')
    if (form === null ? values.length > 0 : values.length === 0 || !form.test(value)) return no(SAY.parameterBad(name))
    found[name] = value
  }
  return { ok: true, value: found }
}

function no(answer: Answer): { ok: false; answer: Answer } {
  return { ok: false, answer }
}
