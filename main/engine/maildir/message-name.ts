import type { MailboxMessage, MessageFlags } from './types.ts'

/**
 * The names of Maildir: `time.unique.host,S=size` and, in cur/, `:2,FLAGS`. `,S=` is the Maildir++ and Dovecot way to spare a look at the file.
 * Windows allows no colon in names; there the separator is `;`, as in mutt's and isync's ports. All separators in use are read everywhere.
 */
const SEPARATORS = /[:;!]2,([^:;!/\\]*)$/

const LETTERS: readonly (readonly [letter: string, flag: keyof MessageFlags])[] = [
  ['D', 'draft'],
  ['F', 'flagged'],
  ['P', 'passed'],
  ['R', 'replied'],
  ['S', 'seen'],
  ['T', 'trashed'],
]

export function infoSeparator(platform: string): ':' | ';' {
  return platform === 'win32' ? ';' : ':'
}

/** A message's name before any flags. */
export function makeMessageName(parts: {
  readonly now: number
  readonly processId: number
  readonly count: number
  readonly chance: string
  readonly hostname: string
  readonly size: number
}): string {
  const seconds = Math.floor(parts.now / 1000)
  const micro = String(Math.floor(parts.now % 1000) * 1000).padStart(6, '0')
  return `${seconds}.M${micro}P${parts.processId}Q${parts.count}R${parts.chance}.${hostPart(parts.hostname)},S=${parts.size}`
}

/** The host's name without what a file name or the info part could trip over. */
function hostPart(hostname: string): string {
  const safe = hostname.replace(/[^A-Za-z0-9.-]/g, '_').slice(0, 60)
  return safe === '' ? 'localhost' : safe
}

/** @param name a file's name in new/ or cur/ */
export function parseMessageName(name: string, isNew: boolean): MailboxMessage {
  const info = SEPARATORS.exec(name)
  const id = messageId(name)
  const letters = info?.[1] ?? ''
  const flags = flagsOf(letters)
  const size = /,S=(\d{1,15})(?=,|$)/.exec(id)
  const seconds = /^(\d{1,11})(?=\.|$)/.exec(id)
  const micro = /\.M(\d{6})(?=[A-Z])/.exec(id)
  const receivedAt = Number(seconds?.[1] ?? 0) * 1000 + Math.floor(Number(micro?.[1] ?? 0) / 1000)
  return { id, size: size === null ? null : Number(size[1]), receivedAt, unread: isNew || !flags.seen, flags }
}

/** The part of a name that flags do not change. */
export function messageId(name: string): string {
  return name.replace(SEPARATORS, '')
}

/** The flag letters of a name that we have no word for (Dovecot's keywords a-z); they are kept. */
export function otherLetters(name: string): string {
  const letters = SEPARATORS.exec(name)?.[1] ?? ''
  return [...letters].filter((letter) => !LETTERS.some(([known]) => known === letter)).join('')
}

/** The info part: letters in ASCII order, as Maildir wants it. */
export function flagLetters(flags: MessageFlags, others = ''): string {
  const ours = LETTERS.filter(([, flag]) => flags[flag]).map(([letter]) => letter)
  return [...ours, ...others].sort().join('')
}

function flagsOf(letters: string): MessageFlags {
  const has = (letter: string): boolean => letters.includes(letter)
  return { draft: has('D'), flagged: has('F'), passed: has('P'), replied: has('R'), seen: has('S'), trashed: has('T') }
}
