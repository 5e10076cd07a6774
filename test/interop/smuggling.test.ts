import { connect } from 'node:net'
import { once } from 'node:events'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connectDevice } from '../support/device.ts'
import { startLenientHost } from '../support/peers/lenient-host.ts'
import type { LenientHost } from '../support/peers/lenient-host.ts'
import { listening, relayingTo, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { Cleanups, until } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'
import type { SmtpHost } from '../support/peers/smtp-host.ts'

/** Everything that some server or other takes for the end of a message, and that is none (RFC 5321 §4.1.1.4). */
const FALSE_ENDS = [
  ...['\n.\n', '\r.\r', '\n.\r\n', '\r\n.\n', '\r\n.\r', '\r.\n', '\r.\r\n', '\n.\r', '\r\n\0.\r\n', '\r\n.\0\r\n'],
  ...[
    '\r\n.\r\r\n',
    '\n\n.\n\n',
    '\r\r.\r\r',
    '\n\r.\n\r',
    '\r\n..\r\n',
    '\r\n.\u0085',
    '\r\n. \r\n',
    '\r\n \r\n.\n',
    '\n.\n\r\n.\n',
    '\r\n.\u000b\n',
  ],
]
const SECOND = 'MAIL FROM:<ceo@bank.test>\r\nRCPT TO:<victim@far.test>\r\nDATA\r\nFrom: ceo@bank.test\r\nSubject: second\r\n\r\npay me'

let strict: SmtpHost
let lenient: LenientHost
const relays: Partial<Record<'strict' | 'lenient', Mailroom>> = {}

beforeAll(async () => {
  const { defer, run } = new Cleanups()
  strict = await startSmtpHost(defer, { port: 2526 })
  lenient = await startLenientHost(defer)
  relays.strict = await startMailroom(defer, { config: listening() + relayingTo(strict) })
  relays.lenient = await startMailroom(defer, { config: listening() + relayingTo(lenient) })
  return run
})

/** Commands with CR LF, then the bytes of the message as they are. */
async function handIn(port: number, to: string, bytes: string): Promise<string> {
  const device = await connectDevice(port)
  await device.says()
  for (const line of ['EHLO client.test', 'MAIL FROM:<ann@client.test>', `RCPT TO:<${to}>`, 'DATA']) await device.says(line)
  device.sends(Buffer.from(bytes, 'latin1'))
  const reply = await device.hears()
  expect(await device.says('QUIT')).toMatch(/^221 /)
  return reply
}

describe.each(['strict', 'lenient'] as const)('on the way to a %s server', (kind) => {
  const came = (): readonly string[] => (kind === 'strict' ? strict.record.messages : lenient.messages)
  const said = (): readonly string[] => (kind === 'strict' ? strict.record.commands : lenient.commands)

  test.each(FALSE_ENDS.map((end, i) => [end, i] as const))('what stands behind %j is text of one message', async (end, i) => {
    const mailroom = relays[kind]
    if (mailroom === undefined) throw new Error('It was not started.')
    const before = came().length
    const to = `bob${i}@${kind}.test`
    expect(await handIn(mailroom.port, to, `Subject: first\r\n\r\nfirst${end}${SECOND}\r\n.\r\n`)).toMatch(/^250 2\.0\.0 Stored/)
    expect(await mailroom.ended(to)).toMatchObject({ disposition: 'relayed' })
    await until('it has come', () => came().length > before)
    expect(came()).toHaveLength(before + 1)
    const message = came().at(-1) ?? ''
    expect(message).toContain('first')
    expect(message).toContain('MAIL FROM:<ceo@bank.test>\r\nRCPT TO:<victim@far.test>\r\nDATA\r\n')
    // Nothing is left in it that anybody could take for another line end.
    expect(message.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(said().filter((line) => line.startsWith('MAIL') && line.includes('ceo@bank.test'))).toEqual([])
    expect((await mailroom.events()).filter((event) => event.type === 'accepted' && event.reversePath !== 'ann@client.test')).toEqual([])
  })
})

test('the lenient server would have been fooled', async () => {
  const socket = connect(lenient.port, lenient.address)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  const before = lenient.messages.length
  socket.write(`MAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nfirst\n.\n${SECOND}\r\n.\r\n`)
  await until('both have come', () => lenient.messages.length >= before + 2)
  expect(lenient.commands).toContain('MAIL FROM:<ceo@bank.test>')
})
