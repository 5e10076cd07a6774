import type { State } from './speak.ts'
import type { Reason } from './reasons.ts'

/** A value for every state, `else` where none of its own is named. */
type ByState<T> = { readonly else: T } & Partial<Readonly<Record<State, T>>>

/** A command in every state: what Mailroom answers, and Postfix. `why` is for where they differ. */
export interface EveryState {
  readonly line: string
  readonly ours: ByState<string>
  readonly theirs: ByState<string>
  readonly why?: ByState<Reason>
}

export const STATES_OF_COMMANDS = [
  'connected',
  'said HELO',
  'said EHLO',
  'MAIL taken',
  'RCPT taken',
  'message taken',
  'TLS begun',
  'EHLO under TLS',
  'signing in',
  'signed in',
] as const satisfies readonly State[]

/** With a recipient taken, DATA is followed by a dot. `AUTH PLAIN` carries the right password. */
export const COMMANDS: readonly EveryState[] = [
  {
    line: 'HELO client.test',
    ours: { else: '250', 'signing in': '501 5.5.2' },
    theirs: { else: '250', 'signing in': '535 5.7.8' },
    why: { else: 'signInSyntax' },
  },
  {
    line: 'EHLO client.test',
    ours: { else: '250', 'signing in': '501 5.5.2' },
    theirs: { else: '250', 'signing in': '535 5.7.8' },
    why: { else: 'signInSyntax' },
  },
  {
    line: 'MAIL FROM:<ann@client.test>',
    ours: {
      else: '250 2.1.0',
      connected: '503 5.5.1',
      'MAIL taken': '503 5.5.1',
      'RCPT taken': '503 5.5.1',
      'TLS begun': '503 5.5.1',
      'signing in': '501 5.5.2',
    },
    theirs: { else: '250 2.1.0', 'MAIL taken': '503 5.5.1', 'RCPT taken': '503 5.5.1', 'signing in': '535 5.7.8' },
    why: { else: 'helloFirst', 'signing in': 'signInSyntax' },
  },
  {
    line: 'RCPT TO:<bob@server.test>',
    ours: { else: '503 5.5.1', 'MAIL taken': '250 2.1.5', 'RCPT taken': '250 2.1.5', 'signing in': '501 5.5.2' },
    theirs: { else: '503 5.5.1', 'MAIL taken': '250 2.1.5', 'RCPT taken': '250 2.1.5', 'signing in': '535 5.7.8' },
    why: { else: 'signInSyntax' },
  },
  {
    line: 'DATA',
    ours: { else: '503 5.5.1', 'RCPT taken': '354, 250 2.0.0', 'signing in': '501 5.5.2' },
    theirs: { else: '503 5.5.1', 'MAIL taken': '554 5.5.1', 'RCPT taken': '354, 250 2.0.0', 'signing in': '535 5.7.8' },
    why: { else: 'noRecipient', 'signing in': 'signInSyntax' },
  },
  {
    line: 'RSET',
    ours: { else: '250 2.0.0', 'signing in': '501 5.5.2' },
    theirs: { else: '250 2.0.0', 'signing in': '535 5.7.8' },
    why: { else: 'signInSyntax' },
  },
  {
    line: 'NOOP',
    ours: { else: '250 2.0.0', 'signing in': '501 5.5.2' },
    theirs: { else: '250 2.0.0', 'signing in': '535 5.7.8' },
    why: { else: 'signInSyntax' },
  },
  {
    line: 'VRFY bob',
    ours: { else: '252 2.0.0', 'signing in': '501 5.5.2' },
    theirs: { else: '252 2.0.0', 'signing in': '535 5.7.8' },
    why: { else: 'signInSyntax' },
  },
  {
    line: 'EXPN list',
    ours: { else: '502 5.5.1', 'signing in': '501 5.5.2' },
    theirs: { else: '500 5.5.2', 'signing in': '535 5.7.8' },
    why: { else: 'notHere', 'signing in': 'signInSyntax' },
  },
  {
    line: 'HELP',
    ours: { else: '214 2.0.0', 'signing in': '501 5.5.2' },
    theirs: { else: '500 5.5.2', 'signing in': '535 5.7.8' },
    why: { else: 'help', 'signing in': 'signInSyntax' },
  },
  {
    line: 'STARTTLS',
    ours: {
      else: '220 2.0.0',
      'TLS begun': '503 5.5.1',
      'EHLO under TLS': '503 5.5.1',
      'signing in': '501 5.5.2',
      'signed in': '503 5.5.1',
    },
    theirs: {
      else: '220 2.0.0',
      'TLS begun': '554 5.5.1',
      'EHLO under TLS': '554 5.5.1',
      'signing in': '535 5.7.8',
      'signed in': '554 5.5.1',
    },
    why: { else: 'tlsTwice', 'signing in': 'signInSyntax' },
  },
  {
    line: 'AUTH PLAIN AHNjYW5uZXIAcGE1NQ==',
    ours: {
      else: '538 5.7.11',
      'MAIL taken': '503 5.5.1',
      'RCPT taken': '503 5.5.1',
      'TLS begun': '235 2.7.0',
      'EHLO under TLS': '235 2.7.0',
      'signing in': '501 5.5.2',
      'signed in': '503 5.5.1',
    },
    theirs: { else: '503 5.5.1', 'TLS begun': '235 2.7.0', 'EHLO under TLS': '235 2.7.0', 'signing in': '535 5.7.8' },
    why: { else: 'signInNeedsTls', 'signing in': 'signInSyntax' },
  },
  {
    line: 'QUIT',
    ours: { else: '221 2.0.0, closes', 'signing in': '501 5.5.2' },
    theirs: { else: '221 2.0.0, closes', 'signing in': '535 5.7.8' },
    why: { else: 'signInSyntax' },
  },
  {
    line: 'ETRN server.test',
    ours: { else: '502 5.5.1', 'signing in': '501 5.5.2' },
    theirs: { else: '459', 'MAIL taken': '503', 'RCPT taken': '503', 'signing in': '535 5.7.8' },
    why: { else: 'notHere', 'signing in': 'signInSyntax' },
  },
  {
    line: 'BDAT 0 LAST',
    ours: { else: '502 5.5.1', 'signing in': '501 5.5.2' },
    theirs: { else: '503 5.5.1', 'MAIL taken': '554 5.5.1', 'RCPT taken': '250 2.0.0', 'signing in': '535 5.7.8' },
    why: { else: 'chunking', 'signing in': 'signInSyntax' },
  },
  {
    line: 'TURN',
    ours: { else: '502 5.5.1', 'signing in': '501 5.5.2' },
    theirs: { else: '500 5.5.2', 'signing in': '535 5.7.8' },
    why: { else: 'notHere', 'signing in': 'signInSyntax' },
  },
  {
    line: 'FOO',
    ours: { else: '500 5.5.1', 'signing in': '501 5.5.2' },
    theirs: { else: '500 5.5.2', 'signing in': '535 5.7.8' },
    why: { else: 'unknown', 'signing in': 'signInSyntax' },
  },
]
