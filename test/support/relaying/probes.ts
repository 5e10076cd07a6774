/** What strangers try, so that a computer passes their mail on. */
export interface Probe {
  readonly name: string
  /** Sent before the greeting, by those who do not wait. */
  readonly early?: string
  /** One after the other, whatever is answered; EHLO unless the first line is a greeting of its own. */
  readonly lines: readonly string[]
  /** All in one packet. */
  readonly atOnce?: boolean
}

const VICTIM = 'victim@far.test'
const message = ['DATA', 'Subject: relayed\r\n\r\nspam\r\n.']
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const sends = (sender: string, recipient: string): string[] => [`MAIL FROM:${sender}`, `RCPT TO:${recipient}`, ...message]

const RECIPIENTS = [
  ...[
    `<${VICTIM}>`,
    VICTIM,
    '<victim%far.test@office.test>',
    '<victim%far.test>',
    '<victim%far.test@[203.0.113.1]>',
    '<victim%far.test@localhost>',
  ],
  ...[
    '<far.test!victim>',
    '<far.test!victim@office.test>',
    `<"${VICTIM}"@office.test>`,
    `<"${VICTIM}">`,
    '<"victim%far.test"@office.test>',
  ],
  ...[
    `<@office.test:${VICTIM}>`,
    `<@[203.0.113.1]:${VICTIM}>`,
    `<@localhost,@office.test:${VICTIM}>`,
    `<${VICTIM}@office.test>`,
    '<victim@[198.51.100.9]>',
  ],
  ...[
    '<inbox@office.test>',
    '<ann@office.test>',
    '<postmaster>',
    '<abuse>',
    '<root@localhost>',
    '<victim@far.test.>',
    '<vıctim@far.test> SMTPUTF8',
    '</dev/null@office.test>',
  ],
]

const SENDERS = [
  ...[
    '<>',
    '<ann@office.test>',
    '<postmaster>',
    '<scanner@office.test>',
    '<root@localhost>',
    '<spam@[127.0.0.1]>',
    '<spam@[203.0.113.1]>',
    '<spam@mailroom.test>',
  ],
  ...[
    '<spam>',
    '<@office.test:spam@far.test>',
    '<spam@far.test> AUTH=<scanner@office.test>',
    '<spam@far.test> AUTH=<>',
    '<SPAM@10.0.0.1>',
    'ann@office.test',
  ],
]

const NAMES = [
  'localhost',
  '127.0.0.1',
  '[127.0.0.1]',
  '[IPv6:::1]',
  'mailroom.test',
  'office.test',
  '[192.168.77.1]',
  '[IPv6:::ffff:127.0.0.1]',
  'scanner',
  '',
]

const FORWARDED = [
  'XCLIENT ADDR=127.0.0.1 NAME=localhost LOGIN=scanner',
  'XFORWARD ADDR=127.0.0.1 NAME=localhost SOURCE=LOCAL',
  'PROXY TCP4 127.0.0.1 127.0.0.1 1000 2525',
  'ETRN office.test',
  'TURN',
  'LHLO localhost',
]

/** They stay below the number of guesses after which an address is not heard any more. */
const GUESSES = [
  ['a name with itself as password', [`AUTH PLAIN ${base64('\0scanner\0scanner')}`]],
  ['no name and no password', [`AUTH PLAIN ${base64('\0\0')}`]],
  ['acting as a known account', [`AUTH PLAIN ${base64('scanner\0nobody\0x')}`]],
  ['administrators of other makes', ['AUTH LOGIN', base64('admin'), base64('admin')]],
  ['an account without a password', ['AUTH LOGIN', base64('scanner'), '']],
  ['a digest of nothing', ['AUTH CRAM-MD5', base64('scanner d41d8cd98f00b204e9800998ecf8427e')]],
  ['a mechanism that trusts', ['AUTH EXTERNAL =', 'AUTH ANONYMOUS', 'AUTH NTLM']],
  ['a sign-in that was cancelled', ['AUTH PLAIN', '*']],
] as const

export const PROBES: readonly Probe[] = [
  ...RECIPIENTS.map((to) => ({ name: `to ${to}`, lines: sends('<spam@far.test>', to) })),
  ...SENDERS.map((from) => ({ name: `from ${from}`, lines: sends(from, `<${VICTIM}>`) })),
  ...NAMES.flatMap((name) => [
    { name: `as HELO ${name}`, lines: [`HELO ${name}`, ...sends('<ann@office.test>', `<${VICTIM}>`)] },
    { name: `as EHLO ${name}`, lines: [`EHLO ${name}`, ...sends('<ann@office.test>', '<ann@office.test>')] },
  ]),
  ...FORWARDED.map((line) => ({ name: `behind ${line}`, lines: ['EHLO far.test', line, ...sends('<ann@office.test>', `<${VICTIM}>`)] })),
  { name: 'without any greeting', lines: ['NOOP', ...sends('<ann@office.test>', `<${VICTIM}>`)] },
  { name: 'without MAIL', lines: [`RCPT TO:<${VICTIM}>`, ...message] },
  { name: 'with recipients alone after a reset', lines: ['RSET', `RCPT TO:<${VICTIM}>`, ...message] },
  {
    name: 'again and again',
    lines: [
      ...sends('<a@far.test>', `<${VICTIM}>`),
      'RSET',
      ...sends('<>', `<${VICTIM}>`),
      'EHLO localhost',
      ...sends('<ann@office.test>', `<${VICTIM}>`),
    ],
  },
  { name: 'all at once', lines: ['EHLO localhost', ...sends('<ann@office.test>', `<${VICTIM}>`)], atOnce: true },
  { name: 'with BDAT', lines: ['MAIL FROM:<ann@office.test>', `RCPT TO:<${VICTIM}>`, 'BDAT 4 LAST\r\nspam'] },
  { name: 'with SEND', lines: ['SEND FROM:<ann@office.test>', `RCPT TO:<${VICTIM}>`, ...message] },
  {
    name: 'with a command hidden in an address',
    lines: [`MAIL FROM:<a@far.test>\rRCPT TO:<${VICTIM}>\rDATA`, `NOOP\nMAIL FROM:<ann@office.test>\nRCPT TO:<${VICTIM}>\nDATA`, '.'],
  },
  {
    name: 'in a browser',
    lines: ['POST / HTTP/1.1', 'Host: mailroom', '', 'EHLO localhost', ...sends('<ann@office.test>', `<${VICTIM}>`)],
    atOnce: true,
  },
  {
    name: 'before the greeting',
    early: 'PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n',
    lines: ['EHLO localhost', ...sends('<ann@office.test>', `<${VICTIM}>`)],
  },
]

/** What follows a sign-in that must fail. */
export const SIGN_INS: readonly Probe[] = GUESSES.map(([name, lines]) => ({
  name: `guessing ${name}`,
  lines: ['EHLO far.test', ...lines, ...sends('<scanner@office.test>', `<${VICTIM}>`)],
}))

/** What one who may send does: it is here to show that something can be accepted at all. */
export const WELCOME: Probe = { name: 'who may send', lines: sends('<scanner@office.test>', '<ann@office.test>') }
