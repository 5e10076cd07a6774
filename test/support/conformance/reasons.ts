/** Why Mailroom answers something else than Postfix with its default settings. The page `docs/conformance.md` is made of these. */
export const REASONS = {
  helloFirst: 'MAIL needs EHLO or HELO before it (RFC 5321 §4.1.4). Postfix asks for it only with `smtpd_helo_required`.',
  notHere:
    'A command of the standards that is not done here is answered 502 (RFC 5321 §4.2.4), whether it would be unknown, unwanted or misplaced elsewhere.',
  chunking: 'CHUNKING is not offered: no device needs it, and a second way to end a message is one too many.',
  help: 'HELP is answered (RFC 5321 §4.1.1.8 says SHOULD).',
  unknown: 'An unknown command has the status 5.5.1, "invalid command" (RFC 3463 §3.6); Postfix calls it a syntax error.',
  syntaxFirst: 'Whether a command is well formed is looked at before whether it has its place now; RFC 5321 leaves that open.',
  noRecipient: 'DATA without a recipient is out of sequence: RFC 5321 §3.3 allows 503 and 554.',
  tlsTwice: 'STARTTLS under TLS is out of sequence, 503 as for every other command.',
  emptyLine:
    'An empty line is no command and gets no answer, so that devices that send one keep commands and answers together. It counts as an error.',
  leadingBlank: 'A command begins its line.',
  control: 'A command with NUL or CR in it is refused as a whole; Postfix takes what stands before it.',
  longLine: 'A command is no longer than 2 048 characters, sign-in apart; RFC 5321 §4.5.3.1.4 asks for 512.',
  foreign: 'A browser that was led here is sent away at its first word; Postfix does the same and calls it 221.',
  helloName: 'HELO and EHLO with nothing after them: devices do that, and the name is believed by nobody.',
  spelling: 'A blank before the colon is taken, as some devices write it.',
  emptyPath: 'Where an address is missing the status says so: 5.1.7 and 5.1.3.',
  address:
    'What is no address by the grammar of RFC 5321 §4.1.2 is refused instead of being mended: without domain, with two @, blanks, comments, surplus brackets, a dot at the end. A route read out of something ambiguous might be another one than the next server reads.',
  bareIp: 'An IP address without brackets reads as a domain name; where mail for it goes is decided by the routes.',
  literal: 'An address literal is a domain like any other; Postfix takes those of its own addresses alone, and has no such recipient here.',
  dash: 'A local part may begin with a dash: addresses never become words of a command line here.',
  longPath: 'A path of more than 320 characters is refused (RFC 5321 §4.5.3.1 has 256).',
  needsUtf8: 'An address beyond ASCII wants SMTPUTF8 (RFC 6531 §3.4: 553 5.6.7); Postfix takes it without.',
  parameterValue: 'A parameter that is known and has a wrong value is 501, one that is not known 555 (RFC 5321 §4.1.1.11).',
  twice: 'A parameter that is given twice is refused, also with the same value (RFC 5321 §4.1.1.11 gives it one).',
  dsnValue: 'The values of ENVID and ORCPT are held to RFC 3461 §4: xtext with capital hexadecimal digits, no `=`, 100 and 500 characters.',
  requireTls: 'REQUIRETLS (RFC 8689) is offered under TLS; Postfix 3.7 does not know it.',
  signInNeedsTls:
    'Signing in before STARTTLS is answered 538 5.7.11, so that the log and the device say what is wrong; Postfix acts as if AUTH did not exist.',
  signInSyntax:
    'A line that is no base64 or has no name and password in it is 501 5.5.2 (RFC 4954 §4); Postfix asks SASL, which calls it a failed sign-in. It is no guess and does not count as one.',
  mechanism: 'An unknown mechanism is 504 5.5.4 (RFC 4954 §4).',
  actingAs:
    'Who signs in acts as who it is: an authorisation identity (RFC 4616), which devices fill with anything, gives and takes nothing. Postfix refuses another than the name.',
  dot: 'A dot behind the end of a message is an unknown command; Postfix ends the connection.',
  smuggling:
    'CR LF . CR LF ends a message and nothing else does. Postfix 3.7 takes LF . LF and its kin too, unless `smtpd_forbid_bare_newline` is set: with it what follows is a second transaction (SMTP smuggling).',
} as const

export type Reason = keyof typeof REASONS
