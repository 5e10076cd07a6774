import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../../../../main/engine/listener/session/parse-command.ts'
import { step, stepDialog } from '../../../../../main/engine/listener/session/session.ts'
import type { Action, SessionFacts, Step } from '../../../../../main/engine/listener/session/session.ts'
import {
  BEGINNING,
  BEGINNING_SECURE,
  greeted,
  withAccount,
  withRecipient,
  withSender,
} from '../../../../../main/engine/listener/session/state.ts'
import type { SessionState } from '../../../../../main/engine/listener/session/state.ts'

const FACTS: SessionFacts = {
  hostname: 'mailroom.test',
  maxMessageBytes: 5_000,
  startTls: true,
  auth: () => 'offered',
  challenge: () => '<1@mailroom.test>',
}

const HELLO = greeted(BEGINNING, 'scanner', true)
const MAIL = withSender(HELLO, { address: 'ann@office.test', parameters: {}, declaredBytes: 0 })
const RCPT = withRecipient(MAIL, { address: 'bob@example.net' })
const STATES: Readonly<Record<string, SessionState>> = {
  beginning: BEGINNING,
  hello: HELLO,
  mail: MAIL,
  rcpt: RCPT,
  'signed in': withAccount(HELLO, 'scanner'),
  encrypted: greeted(BEGINNING_SECURE, 'scanner', true),
}

function run(state: SessionState, text: string, facts = FACTS): Step {
  return step(state, parseCommand({ text, end: 'crlf', flaw: null, doubled: false }).command, facts)
}

function said(action: Action): string {
  return 'answer' in action ? `${action.do} ${action.answer.code} ${action.answer.status}`.trimEnd() : action.do
}

/** Every command in every state. One column a state, in the order of STATES. */
const TABLE: readonly (readonly [string, readonly [string, string, string, string, string, string]])[] = [
  ['EHLO scanner', ['say 250', 'say 250', 'say 250', 'say 250', 'say 250', 'say 250']],
  ['HELO scanner', ['say 250', 'say 250', 'say 250', 'say 250', 'say 250', 'say 250']],
  ['HELO', ['say 250', 'say 250', 'say 250', 'say 250', 'say 250', 'say 250']],
  ['MAIL FROM:<ann@office.test>', ['object 503 5.5.1', 'ask-sender', 'object 503 5.5.1', 'object 503 5.5.1', 'ask-sender', 'ask-sender']],
  [
    'RCPT TO:<bob@example.net>',
    ['object 503 5.5.1', 'object 503 5.5.1', 'ask-recipient', 'ask-recipient', 'object 503 5.5.1', 'object 503 5.5.1'],
  ],
  ['DATA', ['object 503 5.5.1', 'object 503 5.5.1', 'object 503 5.5.1', 'receive', 'object 503 5.5.1', 'object 503 5.5.1']],
  ['RSET', ['say 250 2.0.0', 'say 250 2.0.0', 'say 250 2.0.0', 'say 250 2.0.0', 'say 250 2.0.0', 'say 250 2.0.0']],
  ['NOOP', ['say 250 2.0.0', 'say 250 2.0.0', 'say 250 2.0.0', 'say 250 2.0.0', 'say 250 2.0.0', 'say 250 2.0.0']],
  ['HELP', ['say 214 2.0.0', 'say 214 2.0.0', 'say 214 2.0.0', 'say 214 2.0.0', 'say 214 2.0.0', 'say 214 2.0.0']],
  ['VRFY bob', ['say 252 2.0.0', 'say 252 2.0.0', 'say 252 2.0.0', 'say 252 2.0.0', 'say 252 2.0.0', 'say 252 2.0.0']],
  ['QUIT', ['close 221 2.0.0', 'close 221 2.0.0', 'close 221 2.0.0', 'close 221 2.0.0', 'close 221 2.0.0', 'close 221 2.0.0']],
  ['STARTTLS', ['start-tls', 'start-tls', 'start-tls', 'start-tls', 'start-tls', 'object 503 5.5.1']],
  ['AUTH PLAIN', ['say 334', 'say 334', 'object 503 5.5.1', 'object 503 5.5.1', 'object 503 5.5.1', 'say 334']],
  ['AUTH PLAIN AHNjYW5uZXIAcGE1NQ==', ['sign-in', 'sign-in', 'object 503 5.5.1', 'object 503 5.5.1', 'object 503 5.5.1', 'sign-in']],
  ['AUTH LOGIN', ['say 334', 'say 334', 'object 503 5.5.1', 'object 503 5.5.1', 'object 503 5.5.1', 'say 334']],
  ...['EXPN all', 'ETRN x', 'TURN', 'SEND FROM:<a@b.test>', 'SOML', 'SAML', 'BDAT 5 LAST', 'XCLIENT A=b'].map(
    (text) => [text, Array.from({ length: 6 }, () => 'object 502 5.5.1') as never] as const,
  ),
  ['FOO', Array.from({ length: 6 }, () => 'object 500 5.5.1') as never],
  ['MAIL', Array.from({ length: 6 }, () => 'object 501 5.5.4') as never],
  ['RCPT TO:<>', Array.from({ length: 6 }, () => 'object 501 5.1.3') as never],
  ['', Array.from({ length: 6 }, () => 'overlook') as never],
  ['GET / HTTP/1.1', Array.from({ length: 6 }, () => 'close 554 5.5.1') as never],
]

describe('every command in every state', () => {
  const cases = TABLE.flatMap(([text, answers]) => Object.keys(STATES).map((name, i) => [text, name, answers[i] ?? ''] as const))
  test.each(cases)('%j in state "%s": %s', (text, name, answer) => {
    expect(said(run(STATES[name] ?? BEGINNING, text).action)).toBe(answer)
  })

  test('only these change where the conversation stands by themselves', () => {
    for (const [text] of TABLE) {
      for (const state of Object.values(STATES)) {
        const changed = run(state, text).state !== state
        expect(changed, text).toBe(
          /^(EHLO|HELO|RSET)/.test(text) || (text.startsWith('AUTH') && state.account === null && state.mail === null),
        )
      }
    }
  })
})

describe('what a greeting does', () => {
  test('it forgets the transaction, as RSET does, and keeps who signed in', () => {
    const state = withRecipient(withSender(withAccount(HELLO, 'scanner'), MAIL.mail ?? never()), { address: 'b@x.test' })
    for (const text of ['EHLO again', 'HELO again', 'RSET']) {
      expect(run(state, text).state).toMatchObject({ mail: null, recipients: [], account: 'scanner' })
    }
    expect(run(state, 'HELO again').state.hello).toEqual({ name: 'again', extended: false })
  })

  function offered(state: SessionState, facts: Partial<SessionFacts> = {}): readonly string[] {
    const { action } = run(state, 'EHLO x', { ...FACTS, ...facts })
    return 'answer' in action ? action.answer.lines.slice(1) : []
  }
  const ALWAYS = ['PIPELINING', 'SIZE 5000', '8BITMIME', 'SMTPUTF8', 'DSN', 'ENHANCEDSTATUSCODES']

  test('EHLO tells what is offered now', () => {
    expect(offered(BEGINNING)).toEqual([...ALWAYS, 'STARTTLS', 'AUTH PLAIN LOGIN CRAM-MD5'])
    expect(offered(BEGINNING, { auth: () => 'after-tls' })).toEqual([...ALWAYS, 'STARTTLS'])
    expect(offered(BEGINNING, { auth: () => 'none', startTls: false })).toEqual(ALWAYS)
    expect(offered(BEGINNING_SECURE)).toEqual([...ALWAYS, 'REQUIRETLS', 'AUTH PLAIN LOGIN CRAM-MD5'])
  })
})

describe('what is asked of the gate', () => {
  test('addresses go in their normal form', () => {
    expect(run(HELLO, 'MAIL FROM:<Ann@OFFICE.test> SIZE=10 BODY=8BITMIME').action).toEqual({
      do: 'ask-sender',
      mail: { address: 'Ann@office.test', parameters: { body: '8BITMIME' }, declaredBytes: 10 },
    })
    expect(run(MAIL, 'RCPT TO:<Bob@EXAMPLE.net> NOTIFY=NEVER').action).toEqual({
      do: 'ask-recipient',
      recipient: { address: 'Bob@example.net', notify: 'NEVER' },
    })
    expect(run(MAIL, 'RCPT TO:<postmaster>').action).toMatchObject({ recipient: { address: 'postmaster@mailroom.test' } })
  })

  test.each([
    ['MAIL FROM:<ann@office.test> SIZE=5000', HELLO, 'ask-sender'],
    ['MAIL FROM:<ann@office.test> SIZE=5001', HELLO, 'refuse'],
    ['MAIL FROM:<ann@office.test> SIZE=99999999999999999999', HELLO, 'refuse'],
    ['MAIL FROM:<jürgen@büro.example>', HELLO, 'object 553 5.6.7'],
    ['MAIL FROM:<jürgen@büro.example> SMTPUTF8', HELLO, 'ask-sender'],
    ['RCPT TO:<jürgen@büro.example>', MAIL, 'object 553 5.6.7'],
    ['MAIL FROM:<ann@office.test> REQUIRETLS', HELLO, 'object 555 5.5.4'],
    ['MAIL FROM:<ann@office.test> REQUIRETLS', STATES['encrypted'] ?? never(), 'ask-sender'],
  ] as const)('%s: %#', (text, state, answer) => {
    expect(said(run(state, text).action)).toBe(answer)
  })

  test('a message that says it is too large is refused with 552 and told as such', () => {
    expect(run(HELLO, 'MAIL FROM:<ann@office.test> SIZE=5001').action).toMatchObject({
      refusal: { failure: { code: 552, status: '5.3.4' }, reason: 'too-large' },
      sender: 'ann@office.test',
    })
  })
})

describe('signing in', () => {
  test.each([
    ['none', 'object 502 5.5.1'],
    ['after-tls', 'object 538 5.7.11'],
    ['offered', 'say 334'],
  ] as const)('where it is "%s": %s', (offered, answer) => {
    expect(said(run(HELLO, 'AUTH LOGIN', { ...FACTS, auth: () => offered }).action)).toBe(answer)
  })

  test('the next lines are answers, not commands', () => {
    const { state } = run(HELLO, 'AUTH LOGIN')
    expect(state.dialog).not.toBeNull()
    const name = stepDialog(state, Buffer.from('QUIT').toString('base64'))
    expect(said(name.action)).toBe('say 334')
    const password = stepDialog(name.state, Buffer.from('DATA').toString('base64'))
    expect(password.action).toMatchObject({ do: 'sign-in', proof: { username: 'QUIT', password: 'DATA' } })
    expect(password.state.dialog).toBeNull()
  })

  test.each([['*'], ['no base64!'], [null]])('%j ends it', (line) => {
    const after = stepDialog(run(HELLO, 'AUTH LOGIN').state, line)
    expect(said(after.action)).toMatch(/^object 501/)
    expect(after.state.dialog).toBeNull()
  })

  test('without STARTTLS on the port it is told that there is no encryption', () => {
    expect(said(run(HELLO, 'STARTTLS', { ...FACTS, startTls: false }).action)).toBe('object 502 5.5.1')
  })
})

test('whatever is said in whatever order, a message is received only after a sender and a recipient were asked about', () => {
  const commands = fc.constantFrom(...TABLE.map(([text]) => text))
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 40 }), (texts) => {
      let state = BEGINNING
      let sender = false
      let recipient = false
      for (const text of texts) {
        const next = run(state, text)
        state = next.state
        if (next.action.do === 'ask-sender') {
          state = withSender(state, next.action.mail)
          sender = true
          recipient = false
        } else if (next.action.do === 'ask-recipient') {
          state = withRecipient(state, next.action.recipient)
          recipient = true
        } else if (next.action.do === 'receive') expect([sender, recipient]).toEqual([true, true])
        else if (/^(EHLO|HELO|RSET)/.test(text)) sender = recipient = false
      }
    }),
  )
})

function never(): never {
  throw new Error('not there')
}
