import { appendFile, readFile, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { capture } from '../../scripts/house.ts'
import { swaks } from '../support/peers/devices.ts'
import type { Handed } from '../support/peers/devices.ts'
import { listening, relayingTo, retrying, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { maildirMessages, messageIdOf, trickyMessage, withoutTrace } from '../support/peers/messages.ts'
import { peerFolder, until } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'

const MIB = 1024 * 1024

/** A data folder on a disk of its own, that small. Only root can mount one. */
async function smallDisk(mib: number): Promise<string> {
  const folder = await peerFolder(onTestFinished, 'disk')
  expect(await capture('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder])).toMatchObject({ code: 0 })
  onTestFinished(async () => {
    await capture('umount', ['-l', folder])
  })
  return folder
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Leaves no more than that free. @returns what makes room again */
async function fillUp(folder: string, leave: number): Promise<() => Promise<void>> {
  const ballast = join(folder, 'ballast')
  for (;;) {
    const free = await freeBytes(folder)
    if (free <= leave) return () => rm(ballast)
    await appendFile(ballast, Buffer.alloc(Math.min(free - leave, MIB)))
  }
}

function send(mailroom: Mailroom, message: string): Promise<Handed> {
  return swaks(onTestFinished, { port: mailroom.port, from: 'scanner@device.test', to: ['bob@example.net'], message })
}

test('a disk that gets full: 452 while what is here still has room, and mail again when there is some', async () => {
  const data = await smallDisk(16)
  const sink = await startSmtpHost(onTestFinished)
  const mailroom = await startMailroom(onTestFinished, { data, config: listening() + relayingTo(sink) })
  const makeRoom = await fillUp(data, 3 * MIB)
  const refused = await send(mailroom, trickyMessage('too late'))
  expect(refused.ok).toBe(false)
  expect(refused.said).toContain('452 4.3.1 Not enough disk space')
  const events = await mailroom.events()
  expect(events.filter((event) => event.type === 'refused').at(-1)).toMatchObject({ code: 452, reason: 'disk-low' })
  const { alerts } = await mailroom.ask('status.get', {})
  expect(alerts).toMatchObject([{ kind: 'disk-low', detail: `The disk of ${data} is full.` }])
  expect(mailroom.process.stderr()).toContain(`The disk of ${data} is full. Mail is not taken until that is over.`)
  await makeRoom()
  const message = trickyMessage('in time')
  expect(await send(mailroom, message)).toMatchObject({ ok: true })
  expect((await sink.waitFor(1)).map(withoutTrace)).toEqual([message])
})

test('a disk without a single octet left: nothing that was accepted is lost, it is delivered, and new mail is taken when there is room', async () => {
  const data = await smallDisk(12)
  const sink = await startSmtpHost(onTestFinished, { script: { mail: '451 4.3.0 Later' } })
  const config = `${listening('[limits]\nfree-disk = 0')}${relayingTo(sink)}${retrying('1s')}`
  const mailroom = await startMailroom(onTestFinished, { data, config })
  const accepted = [trickyMessage('one'), `${trickyMessage('two')}${'0123456789\r\n'.repeat(100_000)}`, trickyMessage('three')]
  for (const message of accepted) expect(await send(mailroom, message)).toMatchObject({ ok: true })

  const makeRoom = await fillUp(data, 0)
  const refused = await send(mailroom, `${trickyMessage('no room')}${'0123456789\r\n'.repeat(20_000)}`)
  expect(refused.ok).toBe(false)
  expect(refused.said).toContain('452 4.3.1')
  expect(mailroom.process.exitCode()).toBeNull()

  sink.setScript({})
  const delivered = await sink.waitFor(accepted.length)
  expect(sorted(delivered)).toEqual(sorted(accepted))

  await makeRoom()
  const late = trickyMessage('room again')
  expect(await send(mailroom, late)).toMatchObject({ ok: true })
  await until('the last one is delivered', () => sink.record.messages.map(withoutTrace).includes(late))
  await until('nothing waits any more', async () => (await mailroom.ask('queue.list', {})).length === 0)

  // And nothing of it comes back after a restart.
  expect(await mailroom.stop()).toBe(0)
  const again = await startMailroom(onTestFinished, { data, config })
  expect(await again.ask('queue.list', {})).toEqual([])
  expect(sorted(sink.record.messages)).toEqual(sorted([...accepted, late]))
})

test('a full disk under everything else: mailboxes, settings, passwords and the log say so or wait, and go on when there is room', async () => {
  const data = await smallDisk(16)
  const config = `${listening('[limits]\nfree-disk = 0')}[queue.strategy]\nroute = "'local'"\n[directory.default.mailbox.inbox]\naddresses = ["*"]\n${retrying('1s')}`
  const mailroom = await startMailroom(onTestFinished, { data, config })
  const before = await readFile(mailroom.configPath, 'utf8')
  // Held, so that it is the mailbox that meets the full disk.
  await mailroom.ask('delivery.pause', { paused: true })
  const message = `${trickyMessage('for the mailbox')}${'0123456789\r\n'.repeat(50_000)}`
  expect(await send(mailroom, message)).toMatchObject({ ok: true })
  const makeRoom = await fillUp(data, 0)
  await mailroom.ask('delivery.pause', { paused: false })
  const [attempt] = await mailroom.attempts('bob@example.net', 1)
  expect(attempt?.results).toMatchObject([
    { outcome: 'temp_fail', cause: 'storage', text: 'The disk is full, so the message could not be put into the mailbox.' },
  ])

  const change = { path: ['server', 'hostname'], value: 'other.test' }
  const saved = await mailroom.ask('config.change', { changes: [change], secrets: [] })
  expect(saved.saved).toBe(false)
  expect(JSON.stringify(saved.issues)).toContain('the file could not be written')
  expect(await readFile(mailroom.configPath, 'utf8')).toBe(before)
  await expect(mailroom.ask('config.change', { changes: [], secrets: [{ name: 'relay', value: 'sesame' }] })).rejects.toThrow(
    'The disk is full, so this could not be saved.',
  )
  expect(mailroom.process.exitCode()).toBeNull()

  await makeRoom()
  expect(await mailroom.ended('bob@example.net')).toMatchObject({ disposition: 'delivered' })
  expect((await maildirMessages(join(data, 'mail', 'inbox'))).map(withoutTrace)).toEqual([message])
  expect(await readdir(join(data, 'mail', 'inbox', 'tmp'))).toEqual([])
  expect(await mailroom.ask('config.change', { changes: [change], secrets: [{ name: 'relay', value: 'sesame' }] })).toMatchObject({
    saved: true,
  })
  expect(await mailroom.stop()).toBe(0)
})

test('a start on a full disk: what waits is delivered all the same, once, and written down when there is room', async () => {
  const data = await smallDisk(8)
  const sink = await startSmtpHost(onTestFinished, { script: { mail: '451 4.3.0 Later' } })
  const config = listening('[limits]\nfree-disk = 0') + relayingTo(sink) + retrying('1s')
  const first = await startMailroom(onTestFinished, { data, config })
  const message = trickyMessage('waits')
  expect(await send(first, message)).toMatchObject({ ok: true })
  await first.attempts('bob@example.net', 1)
  await first.kill9()
  const makeRoom = await fillUp(data, 0)
  sink.setScript({})
  const mailroom = await startMailroom(onTestFinished, { data, config: null })
  expect((await sink.waitFor(1)).map(withoutTrace)).toEqual([message])
  await makeRoom()
  await until('nothing waits any more', async () => (await mailroom.ask('queue.list', {})).length === 0)
  expect(sink.record.messages).toHaveLength(1)
  expect(await mailroom.stop()).toBe(0)
})

function sorted(messages: readonly string[]): string[] {
  return [...messages].map((message) => messageIdOf(message)).sort()
}
