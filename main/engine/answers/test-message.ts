import MailComposer from 'nodemailer/lib/mail-composer'
import type { OwnMessage } from './submit.ts'

/** A small message that says what it is, for trying out a route. */
export async function testMessage(about: {
  readonly to: string
  readonly from: string
  readonly hostname: string
  readonly id: string
  readonly now: number
}): Promise<Omit<OwnMessage, 'client'>> {
  const { to, from, hostname, id, now } = about
  const subject = 'Mailroom test message'
  const messageId = `<${id}@${hostname}>`
  const composer = new MailComposer({
    from,
    to,
    subject,
    messageId,
    date: new Date(now),
    text: `This is a test message from Mailroom on ${hostname}. It arrived, so mail takes this way.\n`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  })
  const message = await new Promise<Buffer>((resolve, reject) => {
    composer.compile().build((problem, built) => (problem === null ? resolve(built) : reject(problem)))
  })
  return {
    message,
    envelope: { reversePath: from, parameters: {}, recipients: [{ address: to }] },
    source: 'unauthenticated',
  }
}
