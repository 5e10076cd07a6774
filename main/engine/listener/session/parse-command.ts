import type { Oddity } from '../../../contract/index.ts'
import { isHelloName, readPath } from './address.ts'
import type { CommandLine, LineFlaw } from './command-reader.ts'
import { readMailParameters, readRcptParameters } from './parameters.ts'
import type { MailExtras, RcptExtras } from './parameters.ts'
import { SAY } from './replies.ts'
import type { Answer } from './replies.ts'

/** RFC 5321 §4.5.3.1.4 asks for 512 octets, extensions for some hundreds more. Only who signs in needs longer lines. */
const MAX_COMMAND_CHARACTERS = 2048
const MAX_HELLO_CHARACTERS = 255

/** A command that is well formed. Whether it has its place now is the session's business. */
export type Command =
  | { readonly verb: 'HELO' | 'EHLO'; readonly name: string }
  | ({ readonly verb: 'MAIL'; readonly address: string } & MailExtras)
  | ({ readonly verb: 'RCPT'; readonly address: string } & RcptExtras)
  | { readonly verb: 'AUTH'; readonly mechanism: string; readonly initial: string | null }
  | { readonly verb: 'DATA' | 'RSET' | 'NOOP' | 'QUIT' | 'HELP' | 'VRFY' | 'STARTTLS' }
  /** Not even a line. */
  | { readonly verb: 'EMPTY' }
  /** Known and not done here, unknown, or not well formed: the answer says which. */
  | { readonly verb: 'BAD'; readonly answer: Answer }
  /** A browser that was led here: nothing it says must be taken for a command. */
  | { readonly verb: 'FOREIGN' }

export interface ReadCommand {
  readonly command: Command
  /** Tolerances that were needed to read it. */
  readonly odd: readonly Oddity[]
}

const FLAWS: Readonly<Record<LineFlaw, Answer>> = {
  'too-long': SAY.tooLong,
  'nul-byte': SAY.nulByte,
  'bare-carriage-return': SAY.bareCarriageReturn,
  'not-utf8': SAY.notUtf8,
}

const FOREIGN = new Set(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'DELETE', 'PATCH', 'TRACE'])
/** Commands of the standards that are not done here: RFC 5321 §4.2.4 wants 502 for them. */
const NOT_HERE = new Set(['EXPN', 'ETRN', 'ATRN', 'TURN', 'SEND', 'SOML', 'SAML', 'BDAT', 'BURL', 'LHLO', 'XCLIENT', 'XFORWARD'])

type Reader = (rest: string) => ReadCommand

const READERS: Readonly<Record<string, Reader>> = {
  HELO: (rest) => readHello('HELO', rest),
  EHLO: (rest) => readHello('EHLO', rest),
  MAIL: readMail,
  RCPT: readRcpt,
  AUTH: readAuth,
  DATA: (rest) => readBare('DATA', rest),
  RSET: (rest) => readBare('RSET', rest),
  STARTTLS: (rest) => readBare('STARTTLS', rest),
  NOOP: () => plain({ verb: 'NOOP' }),
  HELP: () => plain({ verb: 'HELP' }),
  QUIT: () => plain({ verb: 'QUIT' }),
  VRFY: (rest) => plain(rest === '' ? { verb: 'BAD', answer: SAY.argumentNeeded('VRFY') } : { verb: 'VRFY' }),
}

/** A line to a command (RFC 5321 §4.1.1 and extensions). Never throws, whatever the line. */
export function parseCommand(line: CommandLine): ReadCommand {
  if (line.flaw !== null) return { command: { verb: 'BAD', answer: FLAWS[line.flaw] }, odd: oddOfFlaw(line.flaw) }
  const text = line.text.trimEnd()
  if (text === '') return plain({ verb: 'EMPTY' })
  const verb = (/^[A-Za-z]+/.exec(text)?.[0] ?? '').toUpperCase()
  const rest = text.slice(verb.length)
  if (text.length > MAX_COMMAND_CHARACTERS && verb !== 'AUTH') return bad(SAY.tooLong)
  if (rest !== '' && !/^[\s]/.test(rest)) return bad(SAY.unknown)
  if (FOREIGN.has(verb)) return plain({ verb: 'FOREIGN' })
  if (NOT_HERE.has(verb)) return bad(SAY.notHere)
  const reader = Object.hasOwn(READERS, verb) ? READERS[verb] : undefined
  return reader === undefined ? bad(SAY.unknown) : reader(rest.trim())
}

function oddOfFlaw(flaw: LineFlaw): Oddity[] {
  if (flaw === 'too-long') return ['long-line']
  return flaw === 'not-utf8' ? [] : [flaw]
}

function readHello(verb: 'HELO' | 'EHLO', rest: string): ReadCommand {
  const name = rest.slice(0, MAX_HELLO_CHARACTERS).toLowerCase()
  const command: Command = { verb, name }
  if (name === '') return { command, odd: ['helo-without-name'] }
  return { command, odd: isHelloName(name) ? [] : ['helo-name-odd'] }
}

function readMail(rest: string): ReadCommand {
  const read = readPathOf(rest, 'FROM')
  if (read === null) return bad(SAY.mailSyntax)
  if (read.path === null) return bad(SAY.badSender)
  const extras = readMailParameters(read.path.rest)
  if (!extras.ok) return { command: { verb: 'BAD', answer: extras.answer }, odd: read.odd }
  return { command: { verb: 'MAIL', address: read.path.address, ...extras.value }, odd: read.odd }
}

function readRcpt(rest: string): ReadCommand {
  const read = readPathOf(rest, 'TO')
  if (read === null) return bad(SAY.rcptSyntax)
  if (read.path === null || read.path.address === '') return bad(SAY.badRecipient)
  const extras = readRcptParameters(read.path.rest)
  if (!extras.ok) return { command: { verb: 'BAD', answer: extras.answer }, odd: read.odd }
  return { command: { verb: 'RCPT', address: read.path.address, ...extras.value }, odd: read.odd }
}

/** What stands behind `FROM:` or `TO:`. */
function readPathOf(rest: string, word: 'FROM' | 'TO'): { path: ReturnType<typeof readPath>; odd: Oddity[] } | null {
  const [, beforeColon, afterColon, text] = /^[A-Za-z]+(\s*):(\s*)(.*)$/su.exec(rest) ?? []
  if (text === undefined || !rest.toUpperCase().startsWith(word) || !/^\s*:/.test(rest.slice(word.length))) return null
  // Without brackets nothing at all would be the null reverse-path: a device that forgot its sender must not become a bounce.
  const path = text === '' ? null : readPath(text, word === 'TO' ? 'postmaster' : undefined)
  const odd: Oddity[] = []
  if (beforeColon !== '' || afterColon !== '') odd.push('space-after-colon')
  if (path?.bracketed === false) odd.push('address-without-brackets')
  return { path, odd }
}

function readAuth(rest: string): ReadCommand {
  const [mechanism = '', initial, more] = rest.split(/\s+/)
  if (mechanism === '') return bad(SAY.argumentNeeded('AUTH'))
  if (more !== undefined) return bad(SAY.signInUnreadable)
  return plain({ verb: 'AUTH', mechanism: mechanism.toUpperCase(), initial: initial ?? null })
}

function readBare(verb: 'DATA' | 'RSET' | 'STARTTLS', rest: string): ReadCommand {
  return rest === '' ? plain({ verb }) : bad(SAY.noArgument(verb))
}

function plain(command: Command): ReadCommand {
  return { command, odd: [] }
}

function bad(answer: Answer): ReadCommand {
  return plain({ verb: 'BAD', answer })
}
