import type { SmtpFailure } from '../../mail/index.ts'

/** What we say. `status` is the enhanced status (RFC 2034), '' where the grammar has none. */
export interface Answer {
  readonly code: number
  readonly status: string
  readonly lines: readonly [string, ...string[]]
}

/** The bytes of an answer (RFC 5321 §4.2). */
export function encodeAnswer({ code, status, lines }: Answer): string {
  const word = status === '' ? '' : `${status} `
  const last = lines.length - 1
  return lines.map((line, i) => `${code}${i === last ? ' ' : '-'}${word}${line}\r\n`).join('')
}

export function answerOf(failure: SmtpFailure): Answer {
  // A reply is one line, whatever the words came from.
  return { code: failure.code, status: failure.status, lines: [failure.message.replace(/[\r\n]+/g, ' ')] }
}

function say(code: number, detail: `${number}.${number}` | '', ...lines: readonly [string, ...string[]]): Answer {
  return { code, status: detail === '' ? '' : `${Math.floor(code / 100)}.${detail}`, lines }
}

/** Every sentence of the session that does not come from the gate or the spool. */
export const SAY = {
  greeting: (hostname: string) => say(220, '', `${hostname} ESMTP Mailroom`),
  hello: (hostname: string) => say(250, '', `${hostname} at your service`),
  extensions: (hostname: string, keywords: readonly string[]) => say(250, '', `${hostname} at your service`, ...keywords),

  senderTaken: say(250, '1.0', 'Sender accepted'),
  recipientTaken: say(250, '1.5', 'Recipient accepted'),
  goAhead: say(354, '', 'Send the message, end it with a dot on a line of its own'),
  stored: (id: string) => say(250, '0.0', `Stored as ${id}`),
  reset: say(250, '0.0', 'Forgotten, start again'),
  noop: say(250, '0.0', 'Still here'),
  bye: say(221, '0.0', 'Goodbye'),
  help: say(214, '0.0', 'Commands: EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP STARTTLS AUTH'),
  cannotVerify: say(252, '0.0', 'Send it and see whether it arrives'),

  startTls: say(220, '0.0', 'Begin the TLS handshake'),
  tlsAlready: say(503, '5.1', 'The connection is encrypted already'),
  tlsNotHere: say(502, '5.1', 'This port has no encryption'),
  tlsBroken: say(454, '7.0', 'Encryption is not available at the moment'),

  challenge: (text: string) => say(334, '', text),
  signedIn: say(235, '7.0', 'Signed in'),
  signInCancelled: say(501, '7.0', 'Sign-in cancelled'),
  signInUnreadable: say(501, '5.2', 'That is not base64'),
  signInIncomplete: say(501, '5.2', 'User name and password are needed'),
  mechanismUnknown: say(504, '5.4', 'Sign in with PLAIN, LOGIN or CRAM-MD5'),
  signedInAlready: say(503, '5.1', 'You are signed in already'),
  signInInTransaction: say(503, '5.1', 'Sign in before MAIL FROM'),
  signInNotHere: say(502, '5.1', 'This port has no sign-in'),
  signInNeedsTls: say(538, '7.11', 'Use STARTTLS before you sign in'),

  helloFirst: say(503, '5.1', 'Say EHLO or HELO first'),
  mailFirst: say(503, '5.1', 'MAIL FROM comes first'),
  recipientFirst: say(503, '5.1', 'RCPT TO comes first'),
  mailAlready: say(503, '5.1', 'MAIL FROM was given already, use RSET to begin anew'),

  unknown: say(500, '5.1', 'Unknown command'),
  notHere: say(502, '5.1', 'This command is not available here'),
  tooLong: say(500, '5.6', 'The line is too long'),
  nulByte: say(500, '5.2', 'A command has no NUL in it'),
  bareCarriageReturn: say(500, '5.2', 'A command ends with CR LF and has no other CR in it'),
  notUtf8: say(500, '5.2', 'A command is ASCII or UTF-8'),
  noArgument: (verb: string) => say(501, '5.4', `${verb} takes nothing after it`),
  argumentNeeded: (verb: string) => say(501, '5.4', `${verb} needs something after it`),
  badSender: say(501, '1.7', 'That is no address; write MAIL FROM:<name@example.org>'),
  badRecipient: say(501, '1.3', 'That is no address; write RCPT TO:<name@example.org>'),
  mailSyntax: say(501, '5.4', 'Write MAIL FROM:<name@example.org>'),
  rcptSyntax: say(501, '5.4', 'Write RCPT TO:<name@example.org>'),
  parameterUnknown: (keyword: string) => say(555, '5.4', `The parameter ${keyword} is not known here`),
  parameterBad: (keyword: string) => say(501, '5.4', `The parameter ${keyword} is not written as it should be`),
  parameterTwice: (keyword: string) => say(501, '5.4', `The parameter ${keyword} was given twice`),
  needsUtf8: say(553, '6.7', 'An address with letters beyond ASCII needs SMTPUTF8'),
  tooLarge: (bytes: number) => say(552, '3.4', `Message is larger than the ${bytes} bytes taken here`),

  talkedFirst: say(554, '5.1', 'You spoke before the greeting'),
  notSmtp: say(554, '5.1', 'This is a mail server'),
  idle: say(421, '4.2', 'Nothing came for too long'),
  sessionTooLong: say(421, '4.2', 'This connection has lasted too long, connect again'),
  stopping: say(421, '3.2', 'Mailroom is stopping'),
  fault: say(421, '3.0', 'Local error in processing'),
} as const
