import type { Chance } from '../../simulation/chance.ts'

/** What a client sends, in order. */
export interface Step {
  readonly bytes: Buffer
  /** It is sent when everything before it was answered, and its answers are waited for: a STARTTLS, behind which nothing may count. */
  readonly alone?: boolean
}

export interface Script {
  readonly steps: readonly Step[]
  /** Lines that were meant as commands. */
  readonly commands: number
  /** Cut here and there by bytes that no grammar would write. */
  readonly mangled: boolean
  /** Goes away without a word when all is said; otherwise it ends its side and listens. */
  readonly vanishes: boolean
}

const LOCALS = [
  'ann',
  'bob',
  'a..b',
  '"a b"',
  '"a@b"',
  '"a\\"b"',
  '',
  '.',
  'x'.repeat(64),
  'y'.repeat(330),
  'ann%far.test',
  'far!ann',
  'änn',
  '|sh',
  '-f',
  'a\tb',
]
const DOMAINS = [
  'a.test',
  'A.TEST',
  'bücher.test',
  '例子.测试',
  '[127.0.0.1]',
  '[IPv6:::1]',
  '[1.2.3]',
  'a..b',
  '-a.b',
  '',
  'a_b',
  'x.'.repeat(130),
  'a.test.',
  '127.0.0.1',
  '@',
]
const PARAMETERS = [
  ...[
    'SIZE=10',
    'SIZE=99999999',
    'SIZE=',
    'SIZE=x',
    'BODY=8BITMIME',
    'BODY=7BIT',
    'BODY=x',
    'SMTPUTF8',
    'SMTPUTF8=1',
    'REQUIRETLS',
    'RET=FULL',
  ],
  ...[
    'RET=x',
    'ENVID=abc',
    'ENVID=+zz',
    'AUTH=<>',
    'FOO',
    'FOO=BAR',
    '=',
    'NOTIFY=NEVER',
    'NOTIFY=SUCCESS,FAILURE',
    'NOTIFY=x',
    'ORCPT=rfc822;a@b',
  ],
]
const PLAIN = [
  'NOOP',
  'RSET',
  'HELP',
  'VRFY x',
  'EXPN x',
  'noop',
  'NOOP x y',
  'FOO',
  'BDAT 3 LAST',
  'XCLIENT ADDR=10.0.0.1',
  '',
  ' ',
  'MAIL',
  'RCPT',
  'DATA x',
  '.',
]
const DATA_PIECES = [
  'Subject: x',
  'From: a@b',
  'Received: from a by b',
  '',
  'text',
  '.',
  '..',
  '.text',
  'MAIL FROM:<ceo@a.test>',
  'RCPT TO:<bob@a.test>',
  'DATA',
  'QUIT',
  'x'.repeat(1100),
  'Grüße',
  '\0',
  ' folded',
]
const LINE_ENDS = [
  '\n',
  '\r',
  '\r\r\n',
  '\n\r',
  '\r\r',
  '\0\r\n',
  '\r\n.\n',
  '\r\n.\r',
  '\n.\n',
  '\r.\r',
  '\n.\r\n',
  '\r\n.\r\r\n',
  '\r\n..\r\n',
]
const SPICE = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  '.',
  '\r\n.\r\n',
  '\n.\n',
  '\xff',
  '\x80',
  ' ',
  '<',
  '>',
  '"',
  '\\',
  ':',
  '=',
  '@',
  '\t',
  '\x1b',
  'DATA\r\n',
  'RSET\r\n',
  'x'.repeat(13_000),
]

/** One client from greeting to goodbye: half of it by the grammar, some of it not. The same seed says the same. */
export function writeScript(chance: Chance): Script {
  const eol = chance.hits(0.1) ? '\n' : '\r\n'
  const steps: Step[] = []
  let commands = 0
  const say = (text: string, alone = false): void => {
    commands += 1
    steps.push({ bytes: Buffer.from(text), ...(alone ? { alone } : {}) })
  }
  const line = (text: string): void => say(`${text}${chance.hits(0.03) ? chance.pick(['\r\n', '\n', '\r\r\n']) : eol}`)
  if (chance.hits(0.95)) line(chance.pick(['EHLO scanner.test', 'HELO x', 'EHLO', 'ehlo a_b', 'EHLO [127.0.0.1]']))
  for (let left = chance.between(1, 30); left > 0; left--) {
    const dice = chance.unit()
    if (dice < 0.5) transaction(chance, line, say, eol)
    else if (dice < 0.55) startTls(chance, say, eol)
    else if (dice < 0.65) signIn(chance, line)
    else if (dice < 0.7) line(mailFrom(chance))
    else if (dice < 0.75) line(rcptTo(chance))
    else line(chance.pick(PLAIN))
  }
  if (chance.hits(0.6)) line('QUIT')
  const mangled = chance.hits(0.4)
  return {
    steps: mangled ? steps.map((step) => mangle(step, chance)) : steps,
    commands,
    mangled,
    vanishes: chance.hits(0.2),
  }
}

type Say = (text: string, alone?: boolean) => void

function transaction(chance: Chance, line: (text: string) => void, say: Say, eol: string): void {
  line(chance.hits(0.8) ? 'MAIL FROM:<ann@a.test>' : mailFrom(chance))
  for (let left = chance.between(0, 3); left > 0; left--) line(chance.hits(0.7) ? `RCPT TO:<bob${left}@a.test>` : rcptTo(chance))
  if (chance.hits(0.1)) return
  line('DATA')
  let content = ''
  for (let left = chance.between(0, 12); left > 0; left--) {
    const piece = chance.pick(DATA_PIECES)
    content += `${piece.startsWith('.') && chance.hits(0.6) ? `.${piece}` : piece}${chance.hits(0.08) ? chance.pick(LINE_ENDS) : eol}`
  }
  if (chance.hits(0.01)) content += 'pages and pages\r\n'.repeat(chance.between(10_000, 20_000))
  say(`${content}${chance.hits(0.95) ? `.${eol}` : ''}`)
}

function startTls(chance: Chance, say: Say, eol: string): void {
  say(`STARTTLS${chance.hits(0.1) ? ' x' : ''}${eol}${chance.hits(0.5) ? `MAIL FROM:<evil@a.test>${eol}DATA${eol}` : ''}`, true)
  if (chance.hits(0.8)) say(`EHLO again${eol}`)
}

function signIn(chance: Chance, line: (text: string) => void): void {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const password = chance.hits(0.3) ? 'right' : 'wrong'
  const dice = chance.below(5)
  if (dice === 0) line(`AUTH PLAIN ${base64(`\0scanner\0${password}`)}`)
  else if (dice === 1) line(`AUTH PLAIN ${chance.pick(['=', '!', 'AAAA', base64('x'.repeat(5_000)), 'a b'])}`)
  else {
    line(`AUTH ${chance.pick(['PLAIN', 'LOGIN', 'CRAM-MD5', 'FOO'])}`)
    if (chance.hits(0.8))
      line(chance.pick([base64('scanner'), base64(`\0scanner\0${password}`), base64('scanner 00'), '*', '', 'NOOP', '=']))
    if (chance.hits(0.5)) line(chance.pick([base64(password), '*', '']))
  }
}

function mailFrom(chance: Chance): string {
  return `${chance.pick(['MAIL FROM:', 'MAIL FROM: ', 'mail from:', 'MAIL FROM :', 'MAIL TO:'])}${path(chance)}${parameters(chance)}`
}

function rcptTo(chance: Chance): string {
  return `${chance.pick(['RCPT TO:', 'RCPT TO: ', 'rcpt to:', 'RCPT FROM:'])}${path(chance)}${parameters(chance)}`
}

function path(chance: Chance): string {
  if (chance.hits(0.05)) return chance.pick(['<>', '', '<postmaster>', '<', '>'])
  const route = chance.hits(0.1) ? '@relay.test,@b.test:' : ''
  const mailbox = `${route}${chance.pick(LOCALS)}@${chance.pick(DOMAINS)}`
  return chance.hits(0.9) ? `<${mailbox}>` : mailbox
}

function parameters(chance: Chance): string {
  let text = ''
  for (let left = chance.below(4); left > 0; left--) text += ` ${chance.pick(PARAMETERS)}`
  return text
}

/** A few bytes changed, put in, left out or said twice. */
function mangle(step: Step, chance: Chance): Step {
  if (step.alone === true || !chance.hits(0.25)) return step
  let bytes = step.bytes
  for (let left = chance.between(1, 4); left > 0; left--) {
    const at = chance.below(bytes.length + 1)
    const to = Math.min(bytes.length, at + chance.between(0, 8))
    const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)]
    const dice = chance.below(4)
    if (dice === 0) bytes = Buffer.concat([head, Buffer.from(chance.pick(SPICE), 'latin1'), middle, tail])
    else if (dice === 1) bytes = Buffer.concat([head, tail])
    else if (dice === 2) bytes = Buffer.concat([head, middle, middle, tail])
    else bytes = Buffer.concat([head, chance.bytes(middle.length), tail])
  }
  return { bytes }
}
