import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { capture } from '../../scripts/house.ts'
import { swaks } from '../support/peers/devices.ts'
import type { Handed } from '../support/peers/devices.ts'
import { launchMailroom, listening, relayingTo, retrying, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { trickyMessage, withoutTrace } from '../support/peers/messages.ts'
import { peerFolder, until } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'

/** A disk of the test's own. Only root can mount one. */
async function mounted(): Promise<string> {
  const folder = await peerFolder(onTestFinished, 'folder')
  expect(await capture('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder])).toMatchObject({ code: 0 })
  onTestFinished(async () => {
    await capture('umount', ['-l', folder])
  })
  return folder
}

async function remount(folder: string, mode: 'ro' | 'rw'): Promise<void> {
  expect(await capture('mount', ['-o', `remount,${mode}`, folder])).toMatchObject({ code: 0 })
}

function send(mailroom: Mailroom, message: string): Promise<Handed> {
  return swaks(onTestFinished, { port: mailroom.port, from: 'scanner@device.test', to: ['bob@example.net'], message })
}

async function storageAlert(mailroom: Mailroom): Promise<string> {
  const { alerts } = await mailroom.ask('status.get', {})
  return alerts.find(({ kind }) => kind === 'storage-failed')?.detail ?? ''
}

const LARGE = 'pages and pages\r\n'.repeat(100_000)

/** As a disk is unplugged or turned read-only: what is open stays so, everything else meets the change. */
async function mount(...args: readonly string[]): Promise<void> {
  expect(await capture('mount', args)).toMatchObject({ code: 0 })
}

async function taken(mailroom: Mailroom, message: string): Promise<void> {
  await until('mail is taken again', async () => (await send(mailroom, message)).ok)
}

describe('while it runs', () => {
  test('a disk that becomes read-only: what cannot be kept is put off, it is said, and it goes on when writing works again', async () => {
    const data = await peerFolder(onTestFinished, 'read-only')
    const sink = await startSmtpHost(onTestFinished, { script: { mail: '451 4.3.0 Later' } })
    const mailroom = await startMailroom(onTestFinished, { data, config: listening() + relayingTo(sink) + retrying('1h') })
    const small = trickyMessage('small')
    await mount('--bind', data, data)
    await mount('-o', 'remount,bind,ro', data)
    onTestFinished(async () => {
      await capture('umount', ['-l', data])
    })
    expect((await send(mailroom, trickyMessage('new journal'))).said).toMatch(/451 4\.3\.0/)
    expect((await send(mailroom, trickyMessage('large') + LARGE)).said).toMatch(/451 4\.3\.0/)
    expect(await storageAlert(mailroom)).toBe(`The disk of the data folder ${data} can only be read.`)
    expect(mailroom.process.stderr()).toContain(
      `The disk of the data folder ${data} can only be read. Mail is not taken until that is over.`,
    )

    await mount('-o', 'remount,bind,rw', data)
    await taken(mailroom, small)
    await taken(mailroom, trickyMessage('large') + LARGE)
    expect(await storageAlert(mailroom)).toBe('')
    expect(mailroom.process.stderr()).toContain('Mail is taken again.')
    sink.setScript({})
    await mailroom.command('queue', 'retry', '--all')
    expect((await sink.waitFor(2)).map(withoutTrace)).toContain(small)
    expect(await mailroom.stop()).toBe(0)
  })

  test.each(['moved away', 'on a disk that is unplugged'])(
    'a data folder that is %s: nothing is accepted, it is said, and it goes on when it is back',
    async (how) => {
      const parent = await peerFolder(onTestFinished, 'parent')
      const [data, real] = [join(parent, 'data'), join(parent, 'real')]
      await mkdir(data)
      await mkdir(real)
      const plugged = how !== 'moved away'
      const comes = (): Promise<void> => (plugged ? mount('--bind', real, data) : rename(join(parent, 'away'), data))
      const goes = async (): Promise<void> => {
        if (plugged) await capture('umount', ['-l', data])
        else await rename(data, join(parent, 'away'))
      }
      if (plugged) {
        await comes()
        onTestFinished(async () => {
          await capture('umount', ['-l', data])
        })
      }
      const sink = await startSmtpHost(onTestFinished, { script: { mail: '451 4.3.0 Later' } })
      const mailroom = await startMailroom(onTestFinished, { data, config: listening() + relayingTo(sink) + retrying('1h') })
      const before = [trickyMessage('before'), trickyMessage('large before') + LARGE]
      for (const message of before) expect(await send(mailroom, message)).toMatchObject({ ok: true })
      await until('both were tried', async () => (await mailroom.events()).filter(({ type }) => type === 'attempted').length === 2)
      await goes()
      for (const pages of ['', LARGE]) expect((await send(mailroom, trickyMessage('meanwhile') + pages)).said).toMatch(/451 4\.3\.0/)
      expect(mailroom.process.stderr()).toContain(
        `The data folder ${data}, or a part of it, is gone. Mail is not taken until that is over.`,
      )
      expect(await storageAlert(mailroom)).toBe(`The data folder ${data}, or a part of it, is gone.`)
      // What is made anew now would be hidden or in the way when the folder is back.
      expect(await readdir(data).catch(() => [])).toEqual([])

      await comes()
      const after = trickyMessage('after')
      await taken(mailroom, after)
      sink.setScript({})
      await until('the settings are read again', async () => (await mailroom.ask('status.get', {})).alerts.length === 0)
      await mailroom.command('queue', 'retry', '--all')
      const delivered = await sink.waitFor(3)
      expect(delivered.map(withoutTrace).sort()).toEqual([...before, after].sort())
      await until('nothing waits any more', async () => (await mailroom.ask('status.get', {})).waiting === 0)
      expect(await mailroom.stop()).toBe(0)
      const again = await startMailroom(onTestFinished, { data, config: null })
      expect(await again.ask('queue.list', {})).toEqual([])
      expect((await again.ask('status.get', {})).alerts).toEqual([])
      await again.stop()
    },
  )

  test('a data folder that is deleted: nothing more is accepted, it is said, nothing is made anew in its place, and it stops when told', async () => {
    const data = await peerFolder(onTestFinished, 'deleted')
    const sink = await startSmtpHost(onTestFinished)
    const mailroom = await startMailroom(onTestFinished, { data, config: listening() + relayingTo(sink) })
    expect(await send(mailroom, trickyMessage('before'))).toMatchObject({ ok: true })
    await sink.waitFor(1)
    // The first lines of the log make its folder and file; what is deleted while it is made would not be all of it.
    await until('the log has its file', async () => (await readdir(join(data, 'activity')).catch(() => [])).length > 0)
    await rm(data, { recursive: true })
    for (const pages of ['', LARGE]) expect(await send(mailroom, `${trickyMessage('after')}${pages}`)).toMatchObject({ ok: false })
    expect(mailroom.process.stderr()).toContain(`The data folder ${data}, or a part of it, is gone.`)
    expect(sink.record.messages).toHaveLength(1)
    expect(await mailroom.process.stop()).toBe(0)
    // Settings and mail of somebody who mounts the folder again must not meet new ones.
    expect(await readdir(data).catch(() => [])).toEqual([])
  })
})

describe('at the start', () => {
  test('a disk that can only be read: said in words, and nothing is started', async () => {
    const data = await mounted()
    await remount(data, 'ro')
    const { process } = await launchMailroom(onTestFinished, { data, config: null })
    expect(await process.exited).toBe(1)
    expect(process.stderr()).toBe(`The data folder ${data} is on a disk that can only be read. Name another folder with --data.\n`)
    expect(process.stdout()).toBe('')
  })

  test('a part of the spool that is a file: said in words, and nothing is touched', async () => {
    const data = await peerFolder(onTestFinished, 'odd')
    const first = await startMailroom(onTestFinished, { data, config: listening() })
    await first.stop()
    await rm(join(data, 'spool', 'queue'), { recursive: true })
    await capture('sh', ['-c', `echo mine > ${join(data, 'spool', 'queue')}`])
    const { process } = await launchMailroom(onTestFinished, { data, config: null })
    expect(await process.exited).toBe(1)
    expect(process.stderr()).toMatch(/The data folder .* cannot be used: .*spool\/queue/)
    expect(process.stdout()).toBe('')
    expect(await readFile(join(data, 'spool', 'queue'), 'utf8')).toBe('mine\n')
    expect(await stat(join(data, 'lock')).catch(() => null)).toBeNull()
  })

  test('stored mail of a newer Mailroom: said in words, and nothing is touched', async () => {
    const data = await peerFolder(onTestFinished, 'newer')
    const first = await startMailroom(onTestFinished, { data, config: listening() })
    await first.stop()
    await capture('sh', ['-c', `echo mailroom-spool 7 > ${join(data, 'spool', 'version')}`])
    const { process } = await launchMailroom(onTestFinished, { data, config: null })
    expect(await process.exited).toBe(1)
    expect(process.stderr()).toContain('The stored mail has format 7')
    expect(process.stderr()).toContain('Start the newer Mailroom that wrote it, or another data folder.')
  })
})

describe('two engines on one folder', () => {
  test('the second says who holds it and leaves it alone; after a sudden death of the first the next one takes over', async () => {
    const data = await peerFolder(onTestFinished, 'two')
    const first = await startMailroom(onTestFinished, { data, config: listening() })
    const second = await launchMailroom(onTestFinished, { data, config: null })
    expect(await second.process.exited).toBe(1)
    expect(second.process.stdout()).toBe('')
    expect(second.process.stderr()).toContain(
      `The data folder ${data} is in use by mailroom serve (process ${first.process.pid}). Only one Mailroom can work on it`,
    )
    expect(await first.ask('queue.list', {})).toEqual([])
    await first.kill9()
    const third = await startMailroom(onTestFinished, { data, config: null })
    expect(await third.stop()).toBe(0)
  })
})
