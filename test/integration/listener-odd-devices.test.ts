import { readdir } from 'node:fs/promises'
import { connect as connectTls } from 'node:tls'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectDevice } from '../support/device.ts'
import type { Device } from '../support/device.ts'
import { OFFICE, startOffice, textIn } from '../support/office.ts'
import type { Office } from '../support/office.ts'

const LOCAL = `${OFFICE}\n[queue.strategy]\nroute = "'local'"\n`
const HEADER = 'From: scanner@office.test\r\nDate: Mon, 23 Nov 2026 14:00:00 +0000\r\nMessage-ID: <1@scanner>\r\n\r\n'

interface Heard {
  readonly office: Office
  readonly device: Device
}

async function greeted(config = LOCAL): Promise<Heard> {
  const office = await startOffice({ config })
  const device = await connectDevice(office.port)
  expect(await device.says()).toBe('220 mailroom.test ESMTP Mailroom')
  return { office, device }
}

/** What lies in the mailbox after the first message was delivered. */
async function delivered(office: Office): Promise<string> {
  await office.event('ended')
  const [file = ''] = await readdir(join(office.data, 'mail', 'inbox', 'new'))
  return textIn(office, 'mail', 'inbox', 'new', file)
}

async function oddities(office: Office): Promise<readonly string[]> {
  return (await office.event('accepted')).oddities ?? []
}

describe('a device that cannot be changed is taken as it is', () => {
  test.each<[string, readonly string[], string, readonly string[]]>([
    ['HELO with nothing after it', ['HELO', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'], HEADER, ['helo-without-name']],
    ['an underscore in its name', ['EHLO my_scanner', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'], HEADER, ['helo-name-odd']],
    [
      'its bare address as name',
      ['EHLO 192.168.1.20', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'],
      HEADER,
      ['helo-name-odd'],
    ],
    ['no angle brackets', ['EHLO x', 'MAIL FROM:a@office.test', 'RCPT TO:ann@office.test'], HEADER, ['address-without-brackets']],
    ['a blank behind the colon', ['EHLO x', 'MAIL FROM: <a@office.test>', 'RCPT TO: <ann@office.test>'], HEADER, ['space-after-colon']],
    ['lower case', ['ehlo x', 'mail from:<a@office.test>', 'rcpt to:<ann@office.test>'], HEADER, []],
    [
      'a line of 2 000 characters',
      ['EHLO x', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'],
      `${HEADER}${'x'.repeat(2_000)}`,
      ['long-line'],
    ],
    ['a NUL in its text', ['EHLO x', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'], `${HEADER}a\0b`, ['nul-byte']],
    [
      'bare text without any header',
      ['EHLO x', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'],
      'ALARM zone 3',
      ['header-missing'],
    ],
    [
      'a date nobody can read',
      ['EHLO x', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'],
      HEADER.replace(/Date: [^\r]*/, 'Date: 23.11.2026'),
      ['header-broken'],
    ],
    [
      'umlauts in its header',
      ['EHLO x', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'],
      `Subject: Prüfung\r\n${HEADER}`,
      ['eight-bit-header'],
    ],
    [
      'CR CR LF in its text',
      ['EHLO x', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>'],
      `${HEADER}a\r\r\nb`,
      ['bare-carriage-return'],
    ],
  ])('%s', async (_what, commands, message, odd) => {
    const { office, device } = await greeted()
    for (const command of commands) expect(await device.says(command)).toMatch(/^250/)
    expect(await device.says('DATA')).toMatch(/^354 /)
    expect(await device.says(`${message}\r\n.`)).toMatch(/^250 2\.0\.0 Stored as \w+$/)
    expect(await oddities(office)).toEqual(odd)
    expect((await delivered(office)).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(await device.says('QUIT')).toBe('221 2.0.0 Goodbye')
  })

  test('line feeds alone, from the first command to the end of the message', async () => {
    const { office, device } = await greeted()
    for (const command of ['HELO panel', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>', 'DATA']) {
      device.sends(`${command}\n`)
      expect(await device.hears()).toMatch(/^(250|354)/)
    }
    device.sends('Subject: alarm\n\nzone 3\n..\n.\n')
    expect(await device.hears()).toMatch(/^250 2\.0\.0 Stored/)
    expect(await delivered(office)).toMatch(/Subject: alarm\r\n\r\nzone 3\r\n\.\r\n$/)
    expect(await oddities(office)).toEqual(['bare-line-feed', 'header-missing'])
  })

  test('everything at once without waiting for anything, and gone', async () => {
    const { office, device } = await greeted()
    device.sends(`HELO cam\r\nMAIL FROM:<a@office.test>\r\nRCPT TO:<ann@office.test>\r\nDATA\r\n${HEADER}motion\r\n.\r\nQUIT\r\n`)
    const replies = []
    for (let i = 0; i < 6; i++) replies.push((await device.hears()).slice(0, 3))
    expect(replies).toEqual(['250', '250', '250', '354', '250', '221'])
    await device.closed
    expect(await oddities(office)).toContain('pipelining-unasked')
  })

  test('no QUIT: the message is taken all the same, and the connection goes without trouble', async () => {
    const { office, device } = await greeted()
    for (const command of ['HELO nas', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>', 'DATA']) await device.says(command)
    expect(await device.says(`${HEADER}x\r\n.`)).toMatch(/^250/)
    device.hangsUp()
    await office.event('ended')
    expect((await office.events()).filter(({ type }) => type === 'problem')).toEqual([])
  })

  test('empty lines between commands are not answered, so that answers and commands stay together', async () => {
    const { device } = await greeted()
    device.sends('\r\n\n')
    expect(await device.says('HELO x')).toBe('250 mailroom.test at your service')
  })

  test('the devices screen knows what was odd', async () => {
    const { office, device } = await greeted()
    for (const command of ['HELO', 'MAIL FROM: a@office.test', 'RCPT TO:<ann@office.test>', 'DATA']) await device.says(command)
    await device.says(`${HEADER}x\r\n.`)
    await office.event('accepted')
    const { devices } = await office.ask('devices.get', {})
    expect(devices[0]?.oddities.map(({ kind }) => kind).sort()).toEqual(
      ['address-without-brackets', 'helo-without-name', 'space-after-colon'].sort(),
    )
  })
})

describe('hostile input', () => {
  test.each([['\n.\n'], ['\r.\r'], ['\n.\r\n'], ['\r\n.\n'], ['\r\n.\r'], ['\r\n\0.\r\n']])(
    'what follows %j is part of the one message, never a second one',
    async (end) => {
      const { office, device } = await greeted()
      for (const command of ['EHLO x', 'MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>', 'DATA']) await device.says(command)
      const smuggled = `${HEADER}first${end}MAIL FROM:<ceo@office.test>\r\nRCPT TO:<ann@office.test>\r\nDATA\r\nSubject: pay me\r\n\r\nx`
      expect(await device.says(`${smuggled}\r\n.`)).toMatch(/^250/)
      expect(await device.says('QUIT')).toMatch(/^221/)
      expect(await delivered(office)).toContain('MAIL FROM:<ceo@office.test>\r\n')
      expect((await office.events()).filter(({ type }) => type === 'accepted')).toHaveLength(1)
    },
  )

  test('what is sent in the clear behind STARTTLS is not done under TLS', async () => {
    const office = await startOffice({ config: LOCAL.replace('tls = "none"', 'tls = "optional"') })
    const socket = connect(office.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    expect(await heard(socket, /^220 .*\r\n$/)).toContain('ESMTP')
    socket.write('EHLO x\r\n')
    expect(await heard(socket, /^250 /m)).toContain('250 STARTTLS\r\n')
    socket.write('STARTTLS\r\nEHLO injected\r\nMAIL FROM:<evil@office.test>\r\n')
    expect(await heard(socket, /\r\n$/)).toBe('220 2.0.0 Begin the TLS handshake\r\n')
    const secure = connectTls({ socket, rejectUnauthorized: false })
    secure.write('MAIL FROM:<a@office.test>\r\n')
    expect(await heard(secure, /\r\n$/)).toMatch(/^503 5\.5\.1 Say EHLO/)
    secure.write('EHLO y\r\n')
    const offered = await heard(secure, /^250 /m)
    expect(offered).not.toContain('STARTTLS')
    expect(offered).toContain('250 REQUIRETLS\r\n')
    secure.end('QUIT\r\n')
  })

  test('a browser that was led here is sent away at its first word', async () => {
    const { office, device } = await greeted()
    device.sends(
      'POST / HTTP/1.1\r\nHost: mailroom\r\n\r\nEHLO x\r\nMAIL FROM:<a@office.test>\r\nRCPT TO:<ann@office.test>\r\nDATA\r\nx\r\n.\r\n',
    )
    expect(await device.hears()).toBe('554 5.5.1 This is a mail server')
    await device.closed
    expect((await office.events()).filter(({ type }) => type === 'accepted')).toEqual([])
  })
})

describe('listeners come and go', () => {
  const TWO = LOCAL.replace('[access]', '[server.listener.second]\nbind = ["127.0.0.1:0"]\ntls = "none"\nauth = "none"\n[access]')

  test('changing one leaves the sessions on the other alone; its own idle clients are told', async () => {
    const office = await startOffice({ config: TWO })
    const portOf = (id: string): number => office.engine.listeners.find((listener) => listener.id === id)?.port ?? 0
    const stays = await connectDevice(portOf('lan'))
    const goes = await connectDevice(portOf('second'))
    const busy = await connectDevice(portOf('second'))
    for (const device of [stays, goes, busy]) {
      await device.says()
      await device.says('EHLO x')
    }
    for (const command of ['MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>', 'DATA']) await busy.says(command)
    const before = portOf('second')
    expect(
      await office.ask('config.change', { changes: [{ path: ['server', 'listener', 'second', 'tls'], value: 'optional' }], secrets: [] }),
    ).toMatchObject({ saved: true })
    expect(await goes.hears()).toBe('421 4.3.2 Mailroom is stopping')
    await goes.closed
    expect(await busy.says(`${HEADER}x\r\n.`)).toMatch(/^250 2\.0\.0 Stored/)
    expect(await busy.hears()).toMatch(/^421 4\.3\.2/)
    expect(await stays.says('NOOP')).toMatch(/^250/)
    while (portOf('second') === before || portOf('second') === 0) await noticed(office)
    const anew = await connectDevice(portOf('second'))
    expect(await anew.says()).toMatch(/^220 /)
    expect(await anew.says('EHLO x')).toContain('STARTTLS')
  })
})

/** Something has changed in the office. */
function noticed(office: Office): Promise<void> {
  return new Promise((resolve) => {
    const off = office.engine.onNotice(() => {
      off()
      resolve()
    })
  })
}

/** What comes until it looks like this. */
function heard(socket: Socket, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const onData = (chunk: Buffer): void => {
      text += chunk.toString()
      if (!until.test(text)) return
      socket.off('data', onData)
      socket.off('error', reject)
      resolve(text)
    }
    socket.on('data', onData)
    socket.once('error', reject)
  })
}
