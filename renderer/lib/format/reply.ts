import type { RecipientResult } from '../../../main/contract/activity.ts'
import { en } from '../words/en.ts'
import { saying } from '../words/words.svelte.ts'
import type { Saying, WordKey } from '../words/words.svelte.ts'

/** What there is to explain: how it ended, the enhanced status, the server's words, and our name for the cause. */
export type Told = Pick<RecipientResult, 'outcome' | 'status' | 'text' | 'cause'>

type ReplyKey = Extract<WordKey, `reply.${string}`>

/**
 * Why a try ended as it did, in plain words: what happened and, where a person can do something, what. The server's own words stand beneath.
 * @param who  who said it: a route's name, or the recipient's domain
 */
export function explainReply(told: Told, who: string): Saying {
  return { key: replyKey(told), params: { ...saying('reply.deferred', { who }).params } }
}

function replyKey(told: Told): ReplyKey {
  if (told.outcome === 'completed') return 'reply.delivered'
  if (told.cause !== 'reply' && told.cause !== '') {
    const key = `reply.${told.cause}`
    return isReplyKey(key) ? key : told.outcome === 'perm_fail' ? 'reply.refused' : 'reply.deferred'
  }
  return byReply(told)
}
function isReplyKey(key: string): key is ReplyKey {
  return Object.hasOwn(en, key)
}

interface Rule {
  /** Reply code, as a pattern. */
  readonly code?: RegExp
  /** Enhanced status (RFC 3463, and the registry of RFC 5248), as a pattern. */
  readonly status?: RegExp
  /** Words of the server. Where `code` or `status` stands as well, both must fit. */
  readonly words?: RegExp
  readonly key: ReplyKey
}

/** The first that fits decides. Statuses say more than codes, and words more than statuses where servers use one status for everything. */
const rules: readonly Rule[] = [
  { code: /^53[45]$/, key: 'reply.auth-rejected' },
  { status: /^5\.7\.(8|139)$/, words: /auth|credential|password|sign/i, key: 'reply.auth-rejected' },
  { code: /^530$/, key: 'reply.auth-required' },
  {
    words: /authentication (is )?required|must (be )?authenticat|not authenticated|client was not authenticated/i,
    key: 'reply.auth-required',
  },
  { code: /^4/, words: /gr[ea]y-?list|postgrey/i, key: 'reply.greylisted' },
  {
    words: /relay(ing)? (access )?(is )?(denied|not (permitted|allowed))|unable to relay|not permitted to relay|not relay/i,
    key: 'reply.relay-denied',
  },
  { status: /^5\.7\.60$/, key: 'reply.sender-refused' },
  {
    words: /send as|sendasdenied|sender (address )?(is )?(rejected|refused|denied|not (allowed|owned|verified))|not allowed to send/i,
    key: 'reply.sender-refused',
  },
  { status: /^[45]\.2\.2$/, key: 'reply.mailbox-full' },
  { words: /mailbox (is )?full|over ?quota|quota exceeded|insufficient storage|out of storage/i, key: 'reply.mailbox-full' },
  { status: /^5\.(3\.4|2\.3)$/, key: 'reply.too-large' },
  { words: /message (size|too (big|large))|exceeds (the )?(fixed )?(maximum|size)|size limit/i, key: 'reply.too-large' },
  { status: /^5\.1\.10$/, words: /null mx|does not accept mail/i, key: 'reply.null-mx' },
  { status: /^5\.1\.(1|3|6|10)$/, key: 'reply.mailbox-unknown' },
  {
    code: /^55[0134]$/,
    words:
      /(no such|unknown|invalid|non-?exist\w*) (local )?(user|recipient|mailbox|address)|(user|recipient|mailbox|address)\S* (is )?(unknown|not found|not exist|does ?n.t exist|invalid)|does not exist|user unknown/i,
    key: 'reply.mailbox-unknown',
  },
  { status: /^4\.2\.1$/, key: 'reply.mailbox-busy' },
  { status: /^5\.2\.1$/, key: 'reply.mailbox-closed' },
  { words: /mailbox (is )?(disabled|inactive|closed)|account (is )?disabled/i, key: 'reply.mailbox-closed' },
  { status: /^[45]\.1\.2$/, key: 'reply.dns-missing' },
  { status: /^5\.1\.[78]$/, key: 'reply.sender-refused' },
  { status: /^[45]\.4\.6$/, key: 'reply.routing-loop' },
  {
    code: /^5/,
    words:
      /spam|block(ed|list)|black-?list|reputation|unsolicited|dmarc|dkim|\bspf\b|reverse dns|ptr record|spamhaus|content reject|virus/i,
    key: 'reply.spam',
  },
  {
    code: /^4/,
    words: /busy|too many|rate|throttl|slow|try again later|temporarily (deferred|rejected)|connection limit/i,
    key: 'reply.slow',
  },
  { code: /^421$/, key: 'reply.slow' },
  { code: /^4/, key: 'reply.deferred' },
  { code: /^5/, key: 'reply.refused' },
]

function byReply({ outcome, status, text }: Told): ReplyKey {
  const code = /^\s*(\d{3})\b/.exec(text)?.[1] ?? (outcome === 'perm_fail' ? '550' : '450')
  const enhanced = status !== '' ? status : (/\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1] ?? '')
  const found = rules.find(
    (rule) => (rule.code?.test(code) ?? true) && (rule.status?.test(enhanced) ?? true) && (rule.words?.test(text) ?? true),
  )
  return found?.key ?? (outcome === 'perm_fail' ? 'reply.refused' : 'reply.deferred')
}

/** The part of an address after the last `@`; the whole when there is none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}
