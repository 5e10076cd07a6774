import { execFile } from 'node:child_process'
import { scryptSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { DevicesView } from '../../main/contract/index.ts'
import { connectDevice } from '../support/device.ts'
import type { Device } from '../support/device.ts'
import { startOffice, textIn } from '../support/office.ts'
import type { Office } from '../support/office.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** 127.0.0.1 is the office, 127.0.0.2 and beyond are strangers. */
const OFFICE = `
[server]
hostname = "mailroom.test"
[server.listener.lan]
bind = ["127.0.0.1:0"]
tls = "optional"
[access]
networks = ["127.0.0.1"]
[directory.default]
domains = ["office.test"]
[directory.default.mailbox.inbox]
addresses = ["*"]
[queue.strategy]
route = "'local'"
`
const MESSAGE = 'Subject: Scan\r\n\r\nhello\r\n.'

async function from(office: Office, address: string, port = office.port): Promise<Device> {
  const device = await connectDevice(port, '127.0.0.1', address)
  expect(await device.says()).toMatch(/^220 /)
  expect(await device.says('EHLO scanner')).toMatch(/^250/)
  return device
}

async function connected(office: Office): Promise<Device> {
  const device = await connectDevice(office.port)
  await device.says()
  return device
}

/** A transaction up to the first refusal. @returns the last reply */
async function sends(device: Device, to = 'ann@office.test', sender = 'scan@office.test'): Promise<string> {
  for (const line of [`MAIL FROM:<${sender}>`, `RCPT TO:<${to}>`, 'DATA']) {
    const reply = await device.says(line)
    if (!/^[23]/.test(reply)) return reply
  }
  return device.says(MESSAGE)
}

const plain = (name: string, password: string): string => `AUTH PLAIN ${Buffer.from(`\0${name}\0${password}`).toString('base64')}`
const refusalOf = async (office: Office, address: string): Promise<string> => {
  const device = await connectDevice(office.port, '127.0.0.1', address)
  const greeting = await device.says()
  if (!greeting.startsWith('220')) return greeting
  await device.says('EHLO scanner')
  return sends(device)
}

/** Resolves with the first view that fits, now or as the windows are told. */
function viewThat(office: Office, fits: (view: DevicesView) => boolean): Promise<DevicesView> {
  return new Promise((resolve, reject) => {
    const off = office.engine.onNotice((name, value) => {
      if (name === 'devices.changed' && fits(value as DevicesView)) finish(value as DevicesView)
    })
    function finish(view: DevicesView): void {
      off()
      resolve(view)
    }
    office.ask('devices.get', {}).then((view) => {
      if (fits(view)) finish(view)
    }, reject)
  })
}

test('a stranger knocks, is seen within a second, let in by one request, and nothing was taken before', async () => {
  const office = await startOffice({ config: OFFICE })
  const stranger = await from(office, '127.0.0.2')
  const before = Date.now()
  expect(await sends(stranger)).toMatch(/^550 5\.7\.1 /)
  const { knocks } = await viewThat(office, (view) => view.knocks.length > 0)
  expect(Date.now() - before).toBeLessThan(1000)
  expect(knocks).toMatchObject([{ key: '127.0.0.2', reason: 'outside-networks', sender: 'scan@office.test', client: { helo: 'scanner' } }])
  expect((await office.events()).some(({ type }) => type === 'accepted')).toBe(false)

  expect(await office.ask('devices.admit', { address: '127.0.0.2', name: 'Fax, cellar' })).toMatchObject({ saved: true })
  expect(await textIn(office, 'config.toml')).toContain('[access.device.fax-cellar]\nname = "Fax, cellar"\naddress = "127.0.0.2"')
  // The connection that was refused needs no other one.
  expect(await sends(stranger)).toMatch(/^250 /)
  const view = await viewThat(office, ({ devices }) => devices.some(({ lastAt }) => lastAt !== null))
  expect(view.knocks).toEqual([])
  expect(view.devices).toMatchObject([{ key: '127.0.0.2', id: 'fax-cellar', name: 'Fax, cellar', messages: 1, blocked: false }])
  expect(await refusalOf(office, '127.0.0.3')).toMatch(/^550 /)
})

test('who is blocked hears 554 from the next word on, until it is forgotten', async () => {
  const office = await startOffice({ config: OFFICE })
  const device = await from(office, '127.0.0.1')
  expect(await sends(device)).toMatch(/^250 /)
  expect(await office.ask('devices.block', { address: '127.0.0.1', name: 'Guest' })).toMatchObject({ saved: true })
  expect(await sends(device)).toMatch(/^554 /)
  await device.closed
  expect(await refusalOf(office, '127.0.0.1')).toMatch(/^554 /)
  expect((await office.ask('devices.get', {})).knocks).toEqual([])
  expect(await office.ask('devices.forget', { id: 'guest' })).toMatchObject({ saved: true })
  expect(await refusalOf(office, '127.0.0.1')).toMatch(/^250 /)
})

test('a login is made here, its password told once and kept out of every file; senders and recipients as it was given', async () => {
  const office = await startOffice({ config: OFFICE })
  const made = await office.ask('devices.addAccount', { name: 'scanner', senders: ['*@office.test'], recipients: ['ann@office.test'] })
  const password = made.password ?? ''
  expect(made.saved).toBe(true)
  expect(await textIn(office, 'config.toml')).not.toContain(password)
  expect(JSON.stringify(await office.ask('config.get', {}))).not.toContain(password)
  await expect(office.ask('devices.addAccount', { name: 'Scanner', senders: [], recipients: [] })).rejects.toThrow(/account-exists/)

  const device = await from(office, '127.0.0.1')
  expect(await device.says(plain('scanner', password))).toMatch(/^235 /)
  expect(await sends(device, 'ann@office.test', 'boss@elsewhere.test')).toMatch(/^550 5\.7\.1 .*sender/)
  expect(await sends(device, 'eve@office.test')).toMatch(/^550 5\.7\.1 /)
  await device.says('RSET')
  expect(await sends(device)).toMatch(/^250 /)
  const event = await office.event('accepted')
  expect(event).toMatchObject({ source: 'authenticated', client: { account: 'scanner' } })

  const renewed = await office.ask('devices.newPassword', { name: 'scanner' })
  expect(renewed.password).not.toBe(password)
  expect(await (await from(office, '127.0.0.1')).says(plain('scanner', password))).toMatch(/^535 /)
  expect(await (await from(office, '127.0.0.1')).says(plain('scanner', renewed.password ?? ''))).toMatch(/^235 /)
  await office.ask('devices.removeAccount', { name: 'scanner' })
  expect(await (await from(office, '127.0.0.1')).says(plain('scanner', renewed.password ?? ''))).toMatch(/^535 /)
  expect(JSON.stringify(await office.events())).not.toContain(password)
})

test('a hash in the file signs in with its password', async () => {
  const hash = scryptSync('open sesame', 'salt and pepper', 32, { N: 16_384 }).toString('base64')
  const secret = `$scrypt$ln=14,r=8,p=1$${Buffer.from('salt and pepper').toString('base64')}$${hash}`
  const office = await startOffice({ config: `${OFFICE}\n[access.account.scanner]\nsecret = "${secret}"\n` })
  expect(await (await from(office, '127.0.0.2')).says(plain('scanner', 'open sesame'))).toMatch(/^235 /)
  expect(await (await from(office, '127.0.0.2')).says(plain('scanner', secret))).toMatch(/^535 /)
  // A hash cannot answer a challenge, so none is offered.
  expect(await (await connected(office)).says('EHLO scanner')).toMatch(/AUTH PLAIN LOGIN$/m)
  const state = await office.ask('config.get', {})
  expect(state.settings.access.accounts).toMatchObject([{ secret: 'hashed' }])
  expect(state.text).not.toContain(hash)
  expect(state.issues).toEqual([])
})

test('wrong passwords take longer and longer, then the address is not heard; a person lifts the ban', async () => {
  const config = `${OFFICE}\n[access.account.scanner]\nsecret = "right"\n[limits]\nsign-in-failures = 3\nban-time = "1h"\n`
  const office = await startOffice({ config })
  const guesser = await from(office, '127.0.0.2')
  const times: number[] = []
  for (const guess of ['a', 'b', 'c']) {
    const before = Date.now()
    expect(await guesser.says(plain('scanner', guess))).toMatch(/^535 5\.7\.8 /)
    times.push(Date.now() - before)
  }
  expect(times[0]).toBeGreaterThanOrEqual(450)
  expect(times[2]).toBeGreaterThanOrEqual(1900)
  await guesser.closed
  expect(await refusalOf(office, '127.0.0.2')).toMatch(/^421 4\.7\.0 /)
  const { bans } = await office.ask('devices.get', {})
  expect(bans).toMatchObject([{ address: '127.0.0.2', failures: 3 }])
  expect((bans[0]?.until ?? 0) - (bans[0]?.since ?? 0)).toBe(3_600_000)
  expect(await refusalOf(office, '127.0.0.1')).toMatch(/^250 /)

  await office.ask('devices.liftBan', { address: '127.0.0.2' })
  expect((await office.ask('devices.get', {})).bans).toEqual([])
  expect(await (await from(office, '127.0.0.2')).says(plain('scanner', 'right'))).toMatch(/^235 /)
})

test('an alarm loop is put off after its share of the hour, others go on; its own limit is set while it sends', async () => {
  const office = await startOffice({
    config: `${OFFICE.replace('"127.0.0.1"]\n[dir', '"127.0.0.1", "127.0.0.9"]\n[dir')}\n[limits]\nmessages-per-hour = 3\n`,
  })
  const panel = await from(office, '127.0.0.1')
  for (let n = 0; n < 3; n++) expect(await sends(panel)).toMatch(/^250 /)
  expect(await sends(panel)).toMatch(/^450 4\.7\.1 .*hour/)
  expect(await refusalOf(office, '127.0.0.9')).toMatch(/^250 /)
  expect(await office.ask('devices.limit', { address: '127.0.0.1', name: 'ERP', messagesPerHour: 5, messagesPerDay: 0 })).toMatchObject({
    saved: true,
  })
  expect([await sends(panel), await sends(panel), await sends(panel)].map((reply) => reply.slice(0, 3))).toEqual(['250', '250', '450'])
})

test('networks change while a device is in the midst of its message', async () => {
  const office = await startOffice({ config: OFFICE })
  const device = await from(office, '127.0.0.1')
  for (const line of ['MAIL FROM:<scan@office.test>', 'RCPT TO:<ann@office.test>', 'DATA']) await device.says(line)
  device.sends('Subject: half\r\n\r\nfirst half\r\n')
  await office.ask('config.change', { changes: [{ path: ['access', 'networks'], value: ['127.0.0.5'] }], secrets: [] })
  expect(await device.says('second half\r\n.')).toMatch(/^250 /)
  expect(await sends(device)).toMatch(/^550 /)
  expect(await refusalOf(office, '127.0.0.5')).toMatch(/^250 /)
})

describe('the certificate', () => {
  /** What a client is shown. */
  function shown(port: number): Promise<{ fingerprint: string; protocol: string; talk(line: string): Promise<string>; end(): void }> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      socket.setEncoding('utf8')
      socket.once('error', reject)
      let input = ''
      socket.on('data', (text: string) => void (input += text))
      socket.once('secureConnect', () => {
        const fingerprint = socket.getPeerCertificate().fingerprint256
        const talk = (line: string): Promise<string> =>
          new Promise((done) => {
            input = ''
            socket.once('data', () => setImmediate(() => done(input)))
            socket.write(`${line}\r\n`)
          })
        resolve({ fingerprint, protocol: socket.getProtocol() ?? '', talk, end: () => void socket.destroy() })
      })
    })
  }
  const implicit = OFFICE.replace('tls = "optional"', 'tls = "implicit"')

  test('of the office replaces the one that was made at the next handshake; sessions go on; and back again', async () => {
    const office = await startOffice({ config: implicit })
    const live = await shown(office.port)
    const made = (await office.ask('devices.get', {})).certificate
    expect(live).toMatchObject({ fingerprint: made?.fingerprint, protocol: 'TLSv1.3' })
    expect(made).toMatchObject({ source: 'made', problem: null })

    const shop = await tempFolder()
    const openssl = (...args: string[]): Promise<unknown> => promisify(execFile)('openssl', args, { cwd: shop })
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-days',
      '90',
      '-subj',
      '/CN=mail.office.test',
    )
    await openssl('pkcs12', '-export', '-in', 'cert.pem', '-inkey', 'key.pem', '-passout', 'pass:sesame', '-out', 'office.p12')
    const [certificate, key] = [await readFile(join(shop, 'cert.pem'), 'utf8'), await readFile(join(shop, 'key.pem'), 'utf8')]

    await expect(
      office.ask('devices.ownCertificate', { form: 'pem', certificate, key: key.replace(/[A-Z]{9}/, 'AAAAAAAAA'), passphrase: '' }),
    ).rejects.toThrow(/certificate: /)
    expect((await shown(office.port)).fingerprint).toBe(made?.fingerprint)

    const own = await office.ask('devices.ownCertificate', { form: 'pem', certificate, key, passphrase: '' })
    expect(own).toMatchObject({ source: 'own', names: ['mail.office.test'], problem: null })
    expect((await shown(office.port)).fingerprint).toBe(own.fingerprint)
    expect(await textIn(office, 'config.toml')).toMatch(/\[server\.tls\]\ncertificate = "tls\/own-[0-9a-f]{16}\.pem"/)
    expect(await live.talk('NOOP')).toMatch(/^250|^220/)

    const base64 = (await readFile(join(shop, 'office.p12'))).toString('base64')
    await expect(office.ask('devices.ownCertificate', { form: 'pfx', base64, passphrase: 'wrong' })).rejects.toThrow(/passphrase/)
    expect(await office.ask('devices.ownCertificate', { form: 'pfx', base64, passphrase: 'sesame' })).toMatchObject({
      source: 'own',
      fingerprint: own.fingerprint,
    })
    expect((await shown(office.port)).fingerprint).toBe(own.fingerprint)
    expect(await textIn(office, 'config.toml')).toContain('passphrase = "%{secret:server-tls}%"')
    expect(await textIn(office, 'config.toml')).not.toContain('sesame')

    const fresh = await office.ask('devices.newCertificate', {})
    expect(fresh).toMatchObject({ source: 'made', problem: null })
    expect(fresh.fingerprint).not.toBe(made?.fingerprint)
    expect((await shown(office.port)).fingerprint).toBe(fresh.fingerprint)
    expect(await textIn(office, 'config.toml')).not.toContain('server.tls')
    live.end()
  })

  test('is shown to TLS 1.0 on a port that says so, and on no other', async () => {
    const legacy = `${implicit}\n[server.listener.old]\nbind = ["127.0.0.1:0"]\ntls = "implicit"\ntls-profile = "legacy"\n`
    const office = await startOffice({ config: legacy })
    const port = (id: string): number => office.engine.listeners.find((one) => one.id === id)?.port ?? 0
    const handshake = (id: string, ...args: string[]): Promise<string> =>
      new Promise((resolve) => {
        const all = ['s_client', '-connect', `127.0.0.1:${port(id)}`, '-cipher', 'DEFAULT@SECLEVEL=0', ...args]
        const child = execFile('openssl', all, (_error, stdout) =>
          resolve(/Protocol\s*:\s*(\S+)|New, (TLSv1\.3)/.exec(stdout)?.slice(1).join('') ?? ''),
        )
        child.stdin?.end('QUIT\r\n')
      })
    expect(await handshake('old', '-tls1')).toBe('TLSv1')
    expect(await handshake('old', '-tls1_1')).toBe('TLSv1.1')
    expect(await handshake('old', '-tls1_2')).toBe('TLSv1.2')
    expect(await handshake('lan', '-tls1_2')).toBe('TLSv1.2')
    const refused = await promisify(execFile)('openssl', [
      's_client',
      '-connect',
      `127.0.0.1:${port('lan')}`,
      '-cipher',
      'DEFAULT@SECLEVEL=0',
      '-tls1',
    ]).then(
      () => 'accepted',
      (thrown: unknown) => String((thrown as { stderr?: unknown }).stderr),
    )
    expect(refused).toMatch(/alert protocol version/)
  })
})
