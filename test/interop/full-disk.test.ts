import { appendFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { capture } from '../../scripts/house.ts'
import { swaks } from '../support/peers/devices.ts'
import type { Handed } from '../support/peers/devices.ts'
import { listening, relayingTo, retrying, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { messageIdOf, trickyMessage, withoutTrace } from '../support/peers/messages.ts'
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

function sorted(messages: readonly string[]): string[] {
  return [...messages].map((message) => messageIdOf(message)).sort()
}
