import { expect, onTestFinished, test } from 'vitest'
import { join } from 'node:path'
import { capture } from '../../scripts/house.ts'
import { swaks } from '../support/peers/devices.ts'
import { PASSWORD, startDovecot } from '../support/peers/dovecot.ts'
import { listening, startMailroom } from '../support/peers/mailroom.ts'
import { trickyMessage, withoutTrace } from '../support/peers/messages.ts'

const MAILBOXES = `[queue.strategy]
route = "'local'"
[directory.default.mailbox.archive]
addresses = ["archive@office.test", "@papers.test"]
`
const NOBODY = 65534

test('a Maildir that Mailroom has written is read by Dovecot with nothing lost', async () => {
  const mailroom = await startMailroom(onTestFinished, { config: listening(MAILBOXES) })
  const sent = [trickyMessage('first'), trickyMessage('second'), `${trickyMessage('large')}${'a line of text\r\n'.repeat(200_000)}`]
  const recipients = ['archive@office.test', 'anybody@papers.test', 'Archive@Office.Test']
  for (const [i, message] of sent.entries()) {
    const to = [recipients[i] ?? '']
    const handed = await swaks(onTestFinished, { port: mailroom.port, from: 'scanner@device.test', to, message })
    expect(handed, handed.said).toMatchObject({ ok: true })
  }
  await mailroom.ended('Archive@office.test')
  expect(await mailroom.ended('archive@office.test')).toMatchObject({ disposition: 'delivered' })
  expect(await mailroom.ended('anybody@papers.test')).toMatchObject({ disposition: 'delivered' })

  // Dovecot never works on files of root's, so they get another owner, as on a server that both use.
  expect(await capture('chown', ['-R', `${NOBODY}:${NOBODY}`, join(mailroom.data, 'mail')])).toMatchObject({ code: 0 })
  const dovecot = await startDovecot(onTestFinished, { users: ['archive'], mail: join(mailroom.data, 'mail', '%n') })
  const imap = (path: string): Promise<{ code: number; stdout: string }> =>
    capture('sh', [
      '-c',
      `curl -sS --user "$0" "$1" | base64 -w0`,
      `archive:${PASSWORD}`,
      `imap://${dovecot.address}:${dovecot.imapPort}/${path}`,
    ])
  const found: string[] = []
  for (const uid of [1, 2, 3]) found.push(Buffer.from((await imap(`INBOX;UID=${uid}`)).stdout, 'base64').toString('latin1'))
  expect(found.map(withoutTrace).map(subjectOf)).toEqual(['first', 'second', 'large'])
  for (const [i, message] of found.entries()) expect(withoutTrace(message) === sent[i], `message ${i}`).toBe(true)
  expect(found.map((message) => message.split('\r\n')[0])).toEqual(Array(3).fill('Return-Path: <scanner@device.test>'))
  expect(await dovecot.doveadm('mailbox', 'status', '-u', 'archive', 'messages', 'INBOX')).toContain('messages=3')
})

function subjectOf(message: string): string | undefined {
  return /^Subject: (.*)\r$/m.exec(message)?.[1]
}
