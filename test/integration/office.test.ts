import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectDevice, handIn } from '../support/device.ts'
import { OFFICE, startOffice, textIn } from '../support/office.ts'
import { listenScripted } from '../support/scripted-server.ts'
import type { ServerScript } from '../support/scripted-server.ts'

const MESSAGE =
  'From: scanner@office.test\nTo: ann@office.test\nSubject: Scan\nDate: Mon, 23 Nov 2026 14:00:00 +0000\nMessage-ID: <1@scanner>\n\nPage one\n.dot\n'

async function relay(script: ServerScript): Promise<{ port: number; record: Awaited<ReturnType<typeof listenScripted>>['record'] }> {
  const server = await listenScripted(script)
  onTestFinished(() => server.close())
  return server
}

/** Everything goes to one relay without encryption. */
function toRelay(port: number, more = ''): string {
  return `${OFFICE}
[queue.strategy]
route = "'relay'"
[queue.route.relay]
type = "relay"
address = "127.0.0.1"
port = ${port}
tls.implicit = false
${more}`
}

test('what a device hands in lies whole in the local mailbox, with our trace on top', async () => {
  const office = await startOffice({ config: `${OFFICE}\n[queue.strategy]\nroute = "'local'"` })
  expect(await handIn(office.port, MESSAGE)).toMatch(/^250 2\.0\.0 Stored as \w+$/)
  const ended = await office.event('ended')
  expect(ended).toMatchObject({ recipient: 'ann@office.test', disposition: 'delivered' })
  const [file = ''] = await readdir(join(office.data, 'mail', 'inbox', 'new'))
  const stored = await textIn(office, 'mail', 'inbox', 'new', file)
  expect(stored).toMatch(
    /^Return-Path: <scanner@office\.test>\r\nDelivered-To: ann@office\.test\r\nReceived: from scanner \(\[127\.0\.0\.1\]\)\r\n\tby mailroom\.test \(Mailroom\) with ESMTP id /,
  )
  expect(stored.endsWith(MESSAGE.replaceAll('\n', '\r\n'))).toBe(true)
})

test('Message-ID and Date are added when they are missing, and bare text gets a header section', async () => {
  const office = await startOffice({ config: `${OFFICE}\n[queue.strategy]\nroute = "'local'"` })
  expect(await handIn(office.port, 'ALARM zone 3\n')).toMatch(/^250/)
  await office.event('ended')
  const [file = ''] = await readdir(join(office.data, 'mail', 'inbox', 'new'))
  const stored = await textIn(office, 'mail', 'inbox', 'new', file)
  expect(stored).toMatch(
    /\r\nMessage-ID: <\w+@mailroom\.test>\r\nDate: [A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} [\d:]{8} \+0000\r\n\r\nALARM zone 3\r\n$/,
  )
})

test('a relay gets the message byte for byte below our trace, and its reply is in the log', async () => {
  const server = await relay({ end: '250 2.0.0 Ok: queued as 4B1D7F' })
  const office = await startOffice({ config: toRelay(server.port) })
  await handIn(office.port, MESSAGE, ['bob@example.org'])
  const attempted = await office.event('attempted')
  expect(attempted).toMatchObject({
    route: 'relay',
    routeType: 'relay',
    rule: null,
    results: [{ address: 'bob@example.org', outcome: 'completed', text: '250 2.0.0 Ok: queued as 4B1D7F' }],
  })
  expect(attempted.tries).toMatchObject([{ host: '127.0.0.1', address: '127.0.0.1', port: server.port, problem: null }])
  expect(await office.event('ended')).toMatchObject({ disposition: 'relayed' })
  expect(server.record.messages[0]).toMatch(/^Received: from scanner/)
  expect(server.record.messages[0]?.endsWith(MESSAGE.replaceAll('\n', '\r\n'))).toBe(true)
})

test('a message that waits is delivered after a restart, once', async () => {
  const server = await relay({ mail: ['451 4.3.0 later', '250 2.1.0 ok'], end: '250 2.0.0 taken' })
  const first = await startOffice({ config: toRelay(server.port) })
  await handIn(first.port, MESSAGE, ['bob@example.org'])
  await first.event('attempted')
  await first.stop()
  const second = await startOffice({ config: toRelay(server.port), data: first.data })
  expect(await second.event('ended')).toMatchObject({ disposition: 'relayed', text: '250 2.0.0 taken' })
  expect(server.record.messages).toHaveLength(1)
  expect(await second.ask('queue.list', {})).toEqual([])
})

test('hold, release and cancel do what they say, and the sender of a cancelled message is told when asked', async () => {
  const server = await relay({ end: '451 4.3.0 later' })
  const office = await startOffice({ config: toRelay(server.port, '').replace('retry = ["1s"]', 'retry = ["1h"]') })
  await handIn(office.port, MESSAGE, ['bob@example.org'])
  await office.event('attempted')
  const [waiting] = await office.ask('queue.list', {})
  const ids = [waiting?.id ?? '']
  await office.ask('queue.hold', { ids })
  expect((await office.ask('queue.list', {}))[0]?.held).toBe(true)
  await office.ask('queue.release', { ids })
  expect((await office.ask('queue.list', {}))[0]?.held).toBe(false)
  await office.ask('queue.cancel', { ids, bounce: true })
  expect(await office.event('ended', ({ recipient }) => recipient === 'bob@example.org')).toMatchObject({ disposition: 'cancelled' })
  expect(await office.event('report-sent')).toMatchObject({ kind: 'failure', to: 'scanner@office.test' })
  await expect(office.ask('queue.hold', { ids })).rejects.toThrow('not-waiting')
})

test('a 5xx ends the recipient and tells the sender, whose mailbox is here', async () => {
  const server = await relay({ rcpt: '550 5.1.1 No such user' })
  const office = await startOffice({
    config: toRelay(server.port).replace(
      'route = "\'relay\'"',
      `route = [{ if = "is_local_domain('', rcpt_domain)", then = "'local'" }, { else = "'relay'" }]`,
    ),
  })
  await handIn(office.port, MESSAGE, ['bob@example.org'])
  expect(await office.event('ended', ({ recipient }) => recipient === 'bob@example.org')).toMatchObject({
    disposition: 'bounced',
    text: '550 5.1.1 No such user',
  })
  await office.event('ended', ({ recipient }) => recipient === 'scanner@office.test')
  const [file = ''] = await readdir(join(office.data, 'mail', 'inbox', 'new'))
  const report = await textIn(office, 'mail', 'inbox', 'new', file)
  expect(report).toContain('Return-Path: <>')
  expect(report).toContain('Final-Recipient: rfc822; bob@example.org')
  expect(report).toContain('Diagnostic-Code: smtp; 550 5.1.1 No such user')
})

test('failover: refused twice by the first relay, taken by the second at the third try', async () => {
  const primary = await relay({ end: '451 4.3.0 later' })
  const fallback = await relay({ end: '250 2.0.0 taken' })
  const config = toRelay(
    primary.port,
    `[queue.route.fallback]
type = "relay"
address = "127.0.0.1"
port = ${fallback.port}
tls.implicit = false
`,
  ).replace('route = "\'relay\'"', `route = [{ if = "retry_num > 1", then = "'fallback'" }, { else = "'relay'" }]`)
  const office = await startOffice({ config })
  await handIn(office.port, MESSAGE, ['bob@example.org'])
  await office.event('ended')
  const attempts = (await office.events()).filter((event) => event.type === 'attempted')
  expect(attempts.map(({ route, rule, attempt }) => ({ route, rule, attempt }))).toEqual([
    { route: 'relay', rule: 1, attempt: 1 },
    { route: 'relay', rule: 1, attempt: 2 },
    { route: 'fallback', rule: 0, attempt: 3 },
  ])
})

test('new settings take effect at once, sessions on a listener that stays go on', async () => {
  const first = await relay({ end: '250 first' })
  const second = await relay({ end: '250 second' })
  const office = await startOffice({ config: toRelay(first.port) })
  const device = await connectDevice(office.port)
  await device.says()
  await device.says('EHLO scanner')
  expect(
    await office.ask('config.change', { changes: [{ path: ['queue', 'route', 'relay', 'port'], value: second.port }], secrets: [] }),
  ).toMatchObject({ saved: true })
  for (const line of ['MAIL FROM:<a@office.test>', 'RCPT TO:<bob@example.org>', 'DATA']) await device.says(line)
  expect(await device.says('Subject: x\r\n\r\nx\r\n.')).toMatch(/^250/)
  expect(await office.event('ended')).toMatchObject({ text: '250 second' })
})

test('a test message takes the way a device would, and is told as such', async () => {
  const server = await relay({})
  const office = await startOffice({ config: toRelay(server.port) })
  const { entryId } = await office.ask('message.sendTest', { to: 'bob@example.org', from: 'me@office.test' })
  await office.event('ended', (event) => event.entryId === entryId)
  expect(server.record.messages[0]).toContain('Subject: Mailroom test message')
})

test('nothing is tried while a person has paused sending, and everything afterwards', async () => {
  const server = await relay({})
  const office = await startOffice({ config: toRelay(server.port) })
  await office.ask('delivery.pause', { paused: true })
  expect((await office.ask('status.get', {})).deliveryPaused).toBe('by-person')
  await handIn(office.port, MESSAGE, ['bob@example.org'])
  expect(server.record.connections).toBe(0)
  expect((await office.ask('queue.list', {})).map(({ recipients }) => recipients[0]?.status)).toEqual(['scheduled'])
  await office.ask('delivery.pause', { paused: false })
  expect(await office.event('ended')).toMatchObject({ disposition: 'relayed' })
})
