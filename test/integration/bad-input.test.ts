import { spawn } from 'node:child_process'
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LockHeldError } from '../../main/engine/system/index.ts'
import { connectDevice, handIn } from '../support/device.ts'
import { OFFICE, startOffice } from '../support/office.ts'
import { tempFolder } from '../support/temp-folder.ts'

const LOCAL = `${OFFICE}\n[queue.strategy]\nroute = "'local'"`

describe('settings', () => {
  test('unreadable TOML: the engine takes mail and keeps it, sends nothing anywhere, and says where the mistake is', async () => {
    const office = await startOffice({ config: `${OFFICE}\n[queue.strategy\nroute = "'local'"\n` })
    const status = await office.ask('status.get', {})
    expect(status.deliveryPaused).toBe('by-config')
    expect(status.alerts).toMatchObject([{ kind: 'config-refused' }])
    const { inForce, issues } = await office.ask('config.get', {})
    expect(inForce).toBe(false)
    expect(issues).toMatchObject([{ severity: 'error', line: 18 }])
  })

  test('an unknown key is named with the nearest known one', async () => {
    const office = await startOffice({ config: `${LOCAL}\n[limits]\nmesage-size = 1000` })
    const { issues } = await office.ask('config.get', {})
    expect(issues).toMatchObject([{ severity: 'warning', code: 'unknown-key', path: 'limits.mesage-size' }])
    expect(`${issues[0]?.message} ${issues[0]?.suggestion}`).toContain('message-size')
  })

  test('a broken edit by hand leaves the last good settings in force, and mending it takes them back', async () => {
    const office = await startOffice({ config: LOCAL })
    await writeFile(join(office.data, 'config.toml'), LOCAL.replace('"\'local\'"', '"\'nowhere\'"'))
    expect(await office.event('config', ({ what }) => what === 'refused')).toMatchObject({
      text: expect.stringContaining('nowhere') as string,
    })
    expect(await handIn(office.port, 'Subject: x\n\nx\n')).toMatch(/^250/)
    expect(await office.event('ended')).toMatchObject({ disposition: 'delivered' })
    expect((await office.ask('status.get', {})).alerts).toMatchObject([{ kind: 'config-refused' }])
    await writeFile(join(office.data, 'config.toml'), `${LOCAL} # mended\n`)
    await office.event('config', ({ what, seq }) => what === 'loaded' && seq > 3)
    expect((await office.ask('status.get', {})).alerts).toEqual([])
  })

  test('a save that would be wrong is refused whole, with the place, and the file stays', async () => {
    const office = await startOffice({ config: LOCAL })
    const change = { path: ['queue', 'route', 'x'], value: { type: 'relay', port: 25 } }
    expect(await office.ask('config.change', { changes: [change], secrets: [] })).toMatchObject({
      saved: false,
      issues: expect.arrayContaining([expect.objectContaining({ severity: 'error', path: 'queue.route.x.address' })]) as unknown[],
    })
    expect(await readFile(join(office.data, 'config.toml'), 'utf8')).toBe(LOCAL)
  })
})

describe('ports and folders', () => {
  test('a port in use is told with a remedy; the other listeners work', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise<void>((resolve) => other.close(() => resolve())))
    const { port } = other.address() as AddressInfo
    const office = await startOffice({ config: LOCAL.replace('"127.0.0.1:0"', `"127.0.0.1:${port}", "127.0.0.1:0"`) })
    const { listeners, alerts } = await office.ask('status.get', {})
    expect(listeners).toMatchObject([
      { port, problem: expect.stringContaining('Another program already listens') as string },
      { problem: null },
    ])
    expect(alerts).toMatchObject([{ kind: 'listener-failed', subject: 'lan' }])
    expect(await handIn(office.port, 'Subject: x\n\nx\n')).toMatch(/^250/)
  })

  test('a second engine on the same folder says who holds it, and the first goes on', async () => {
    const office = await startOffice({ config: LOCAL })
    await writeFile(join(office.data, 'lock'), `${process.ppid}\nthe Mailroom app\n`)
    await expect(startOffice({ config: LOCAL, data: office.data })).rejects.toMatchObject({
      message: expect.stringMatching(/in use by the Mailroom app \(process \d+\)/) as string,
      cause: expect.any(LockHeldError) as LockHeldError,
    })
    expect(await handIn(office.port, 'Subject: x\n\nx\n')).toMatch(/^250/)
  })

  test('a data folder that is a file is told', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'config.toml'), '')
    const { startEngine } = await import('../../main/engine/engine.ts')
    const { createNodeSystem } = await import('../../main/engine/system/node/index.ts')
    const { createFileCipher } = await import('../../main/engine/secrets/index.ts')
    const system = createNodeSystem()
    const dataFolder = join(folder, 'config.toml')
    const started = startEngine({
      system,
      dataFolder,
      ciphers: [createFileCipher(system.disk, system.random, join(folder, 'key'))],
      holder: 'a test',
    })
    await expect(started).rejects.toThrow(`${dataFolder} is a file, not a folder`)
  })
})

describe('devices', () => {
  test('a message that is too large is refused at MAIL when it says so, and after DATA when it does not; nothing is kept', async () => {
    const office = await startOffice({ config: `${LOCAL}\n[limits]\nmessage-size = 5000` })
    const device = await connectDevice(office.port)
    await device.says()
    expect(await device.says('EHLO scanner')).toContain('250-SIZE 5000'.slice(4))
    expect(await device.says('MAIL FROM:<a@office.test> SIZE=5001')).toMatch(/^552 5\.3\.4 /)
    expect(await handIn(office.port, `Subject: big\n\n${'x'.repeat(70).concat('\n').repeat(100)}`)).toMatch(/^552 5\.3\.4 /)
    expect(await handIn(office.port, 'Subject: small\n\nx\n')).toMatch(/^250/)
    await office.event('ended')
    expect(await readdir(join(office.data, 'mail', 'inbox', 'new'))).toHaveLength(1)
    expect(await readdir(join(office.data, 'spool', 'incoming')).catch(() => [])).toEqual([])
  })

  test('a stranger is refused before DATA with a clear reply, and the log says who it was and what it tried', async () => {
    const office = await startOffice({ config: LOCAL.replace('["loopback"]', '["192.0.2.0/24"]') })
    const device = await connectDevice(office.port)
    await device.says()
    await device.says('EHLO DOORSTATION-02')
    expect(await device.says('MAIL FROM:<door@example.net>')).toBe('550 5.7.1 This computer takes no mail from your address')
    expect(await device.says('RCPT TO:<ann@office.test>')).toMatch(/^503/)
    expect(await office.event('refused')).toMatchObject({
      reason: 'outside-networks',
      sender: 'door@example.net',
      client: { address: '127.0.0.1', helo: 'doorstation-02', listener: 'lan' },
    })
  })

  test('a device that hangs up in the middle of its message leaves nothing behind', async () => {
    const office = await startOffice({ config: LOCAL })
    const device = await connectDevice(office.port)
    await device.says()
    await device.says('EHLO scanner')
    for (const line of ['MAIL FROM:<a@office.test>', 'RCPT TO:<ann@office.test>', 'DATA']) await device.says(line)
    device.sends(`Subject: half\r\n\r\n${'x'.repeat(300_000)}`)
    device.hangsUp()
    await device.closed
    expect(await handIn(office.port, 'Subject: whole\n\nx\n')).toMatch(/^250/)
    await office.event('ended')
    const accepted = (await office.events()).filter(({ type }) => type === 'accepted')
    expect(accepted).toMatchObject([{ subject: 'whole' }])
    expect(await readdir(join(office.data, 'spool', 'incoming')).catch(() => [])).toEqual([])
  })

  test('a loop is noticed by its traces', async () => {
    const office = await startOffice({ config: LOCAL })
    expect(await handIn(office.port, `${'Received: from a by b\n'.repeat(51)}Subject: loop\n\nx\n`)).toMatch(/^554 5\.4\.6 /)
  })

  test('low disk space is answered with 452 while there is still room, and mail that is here goes on', async () => {
    const office = await startOffice({ config: `${LOCAL}\n[limits]\nfree-disk = 900000000000000` })
    const device = await connectDevice(office.port)
    await device.says()
    await device.says('EHLO scanner')
    expect(await device.says('MAIL FROM:<a@office.test>')).toBe('452 4.3.1 Not enough disk space here, try again later')
    expect(await office.event('refused')).toMatchObject({ reason: 'disk-low' })
  })

  test('more than its share of an hour is put off, not lost', async () => {
    const office = await startOffice({ config: `${LOCAL}\n[limits]\nmessages-per-hour = 2` })
    const replies = []
    for (let i = 0; i < 3; i++) replies.push((await handIn(office.port, 'Subject: x\n\nx\n')).slice(0, 9))
    expect(replies).toEqual(['250 2.0.0', '250 2.0.0', '450 4.7.1'])
  })
})

/** Root may do everything; this user is root without the powers that an ordinary user lacks. */
function serveWithoutPowers(data: string): Promise<{ code: number | null; out: string; err: string }> {
  const drop = '-net_bind_service,-dac_override,-dac_read_search,-fowner'
  const command = [process.execPath, 'main/command/main.ts', 'serve', '--data', data]
  const child = spawn('setpriv', [`--bounding-set=${drop}`, `--inh-caps=${drop}`, ...command])
  let out = ''
  let err = ''
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString()
    // Ready is all that is waited for.
    child.kill('SIGTERM')
  })
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

describe('a user without special rights', () => {
  test('no permission for the port: told with a remedy, the other listener works', async () => {
    const data = await tempFolder()
    await writeFile(join(data, 'config.toml'), LOCAL.replace('"127.0.0.1:0"', '"127.0.0.9:25", "127.0.0.1:0"'))
    const { code, out, err } = await serveWithoutPowers(data)
    expect(err).toContain('does not let Mailroom open 127.0.0.9 port 25')
    expect(err).toContain('choose 2525')
    expect(out).toMatch(/^\{"event":"ready","listeners":\[\{"id":"lan","address":"127\.0\.0\.1","port":\d+\}\]\}/)
    expect(code).toBe(0)
  })

  test('a data folder that may not be written: told, and nothing is started', async () => {
    const data = await tempFolder()
    await chmod(data, 0o500)
    const { code, out, err } = await serveWithoutPowers(data)
    await chmod(data, 0o700)
    expect(err).toContain(`Mailroom may not write to the data folder ${data}`)
    expect(out).toBe('')
    expect(code).toBe(1)
  })
})
