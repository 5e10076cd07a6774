import { describe, expect, test } from 'vitest'
import { explainReply } from '../../../renderer/lib/format/reply.ts'
import type { Told } from '../../../renderer/lib/format/reply.ts'
import { say } from '../../../renderer/lib/words/words.svelte.ts'

const refused = (text: string, status = ''): Told => ({ outcome: 'perm_fail', status, text, cause: 'reply' })
const putOff = (text: string, status = ''): Told => ({ outcome: 'temp_fail', status, text, cause: 'reply' })
const meaning = (told: Told): string => explainReply(told, 'Microsoft 365').key.replace('reply.', '')

describe('a refusal is put into plain words', () => {
  test.each([
    ['535 5.7.8 Authentication credentials invalid', 'auth-rejected'],
    ['535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.', 'auth-rejected'],
    ['530 5.7.57 Client not authenticated to send mail.', 'auth-required'],
    ['550 5.7.1 Authentication required', 'auth-required'],
    ['550 5.1.1 <r@b.example>: Recipient address rejected: User unknown in local recipient table', 'mailbox-unknown'],
    ['550 No such user here', 'mailbox-unknown'],
    ['550-5.1.1 The email account that you tried to reach does not exist.', 'mailbox-unknown'],
    ['552 5.2.2 Over quota', 'mailbox-full'],
    ['552 5.3.4 Message size exceeds fixed limit', 'too-large'],
    ['554 5.7.1 <x@y.example>: Relay access denied', 'relay-denied'],
    ['550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'sender-refused'],
    ['553 5.7.1 Sender address rejected: not owned by user scans', 'sender-refused'],
    ['554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org', 'spam'],
    ['550 5.7.26 Unauthenticated email is not accepted due to domain’s DMARC policy', 'spam'],
    ['550 5.2.1 The mailbox is disabled', 'mailbox-closed'],
    ['556 5.1.10 Recipient address has null MX', 'null-mx'],
    ['554 5.4.6 Too many hops', 'routing-loop'],
    ['554 Transaction failed', 'refused'],
    ['', 'refused'],
  ])('%s', (text, key) => expect(meaning(refused(text))).toBe(key))
})

describe('what was put off is put into plain words', () => {
  test.each([
    ['451 4.7.500 Server busy. Please try again later', 'slow'],
    ['421 4.7.0 Too many connections from your host', 'slow'],
    ['450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted', 'greylisted'],
    ['450 4.2.1 The user you are trying to contact is receiving mail too quickly', 'mailbox-busy'],
    ['452 4.2.2 Mailbox full', 'mailbox-full'],
    ['451 4.3.0 Temporary lookup failure', 'deferred'],
    ['', 'deferred'],
  ])('%s', (text, key) => expect(meaning(putOff(text))).toBe(key))
})

test('the enhanced status that was given beats the one in the text', () => {
  expect(meaning(refused('550 refused', '5.1.1'))).toBe('mailbox-unknown')
})
test('our own cause is said by its name', () => {
  expect(meaning({ ...putOff('connect ECONNREFUSED 192.0.2.1:587'), cause: 'connect' })).toBe('connect')
  expect(meaning({ ...putOff('self-signed certificate'), cause: 'tls-certificate' })).toBe('tls-certificate')
})
test('a cause without words of its own is still said to be put off or refused', () => {
  expect(meaning({ ...putOff(''), cause: 'something-new' })).toBe('deferred')
  expect(meaning({ ...refused(''), cause: 'toString' })).toBe('refused')
})
test('a sign-in that is not taken names who, and what to do', () => {
  const told = { ...putOff('535 no'), cause: 'auth-rejected' }
  expect(say(explainReply(told, 'Microsoft 365'))).toMatch(/^Microsoft 365 does not let us in: .*sign-in.*nothing is lost\.$/)
})
