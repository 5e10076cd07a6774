import { readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { createMaildir, MessageMissingError } from '../../../../main/engine/maildir/index.ts'
import type { Maildir } from '../../../../main/engine/maildir/index.ts'
import type { Disk } from '../../../../main/engine/system/index.ts'
import { createNodeDisk } from '../../../../main/engine/system/node/disk.ts'
import { createCrashingDisk } from '../../../support/crashing-disk.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import { readAll, seededRandom } from '../../../support/spool-entries.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const MESSAGE = 'Subject: hello\r\nTo: bob\r\n\r\nline\r\n.dot\r\n\r\nend\r\n'
const HEADERS = ['Return-Path: <ann@example.net>', 'Delivered-To: bob@example.org']
const STORED = `${HEADERS.join('\r\n')}\r\n${MESSAGE}`

function makeMaildir(disk: Disk, folder: string, platform = 'linux', clock = createHeldClock()): Maildir {
  return createMaildir({ disk, clock, random: seededRandom(3), hostname: 'pc', processId: 9, folder, platform })
}

function deliver(maildir: Maildir, mailbox = 'inbox', text = MESSAGE): Promise<{ readonly id: string }> {
  return maildir.deliver({ mailbox, headerLines: HEADERS, message: Readable.from([Buffer.from(text)]), size: text.length })
}

test('a message lies in new/ byte for byte behind the lines of its delivery, and tmp/ is empty', async () => {
  const folder = await tempFolder()
  const maildir = makeMaildir(createNodeDisk(), folder)
  const { id } = await deliver(maildir)
  expect(await readFile(join(folder, 'inbox', 'new', id), 'utf8')).toBe(STORED)
  expect(await readdir(join(folder, 'inbox', 'tmp'))).toEqual([])
  expect(await maildir.list('inbox')).toMatchObject([{ id, size: STORED.length, unread: true, receivedAt: Date.UTC(2026, 10, 23, 12) }])
  expect((await readAll(await maildir.read('inbox', id))).toString()).toBe(STORED)
  expect((await maildir.readHeaders('inbox', id, 4096)).toString()).toBe(STORED.slice(0, STORED.indexOf('line')))
})

test('many deliveries in one millisecond have names of their own', async () => {
  const maildir = makeMaildir(createNodeDisk(), await tempFolder())
  const ids = await Promise.all(Array.from({ length: 40 }, () => deliver(maildir)))
  expect(new Set(ids.map(({ id }) => id)).size).toBe(40)
  expect(await maildir.list('inbox')).toHaveLength(40)
})

test('the newest message is listed first; a mailbox without mail is empty', async () => {
  const clock = createHeldClock()
  const maildir = makeMaildir(createNodeDisk(), await tempFolder(), 'linux', clock)
  const first = await deliver(maildir)
  await clock.advance(1500)
  const second = await deliver(maildir)
  expect((await maildir.list('inbox')).map(({ id }) => id)).toEqual([second.id, first.id])
  expect(await maildir.list('nobody')).toEqual([])
})

test.each([
  ['linux', ':2,S'],
  ['win32', ';2,S'],
])('on %s a read message goes to cur/ with %s and can become unread again', async (platform, info) => {
  const folder = await tempFolder()
  const maildir = makeMaildir(createNodeDisk(), folder, platform)
  const { id } = await deliver(maildir)
  expect(await maildir.setFlags('inbox', id, { seen: true })).toMatchObject({ id, unread: false })
  expect(await readdir(join(folder, 'inbox', 'cur'))).toEqual([id + info])
  expect(await maildir.setFlags('inbox', id, { seen: false, flagged: true })).toMatchObject({ unread: true, flags: { flagged: true } })
  expect((await readAll(await maildir.read('inbox', id))).toString()).toBe(STORED)
})

test('a message that another program renamed or deleted meanwhile is found, or missed in plain words', async () => {
  const folder = await tempFolder()
  const maildir = makeMaildir(createNodeDisk(), folder)
  const { id } = await deliver(maildir)
  await maildir.list('inbox')
  await rename(join(folder, 'inbox', 'new', id), join(folder, 'inbox', 'cur', `${id}:2,RSa`))
  expect(await maildir.setFlags('inbox', id, { flagged: true })).toMatchObject({ flags: { replied: true, seen: true } })
  expect(await readdir(join(folder, 'inbox', 'cur'))).toEqual([`${id}:2,FRSa`])
  await maildir.remove('inbox', id)
  await maildir.remove('inbox', id)
  await expect(maildir.read('inbox', id)).rejects.toThrow(MessageMissingError)
  expect(await maildir.list('inbox')).toEqual([])
})

test('the size of a message that another program stored is asked for', async () => {
  const folder = await tempFolder()
  const maildir = makeMaildir(createNodeDisk(), folder)
  await deliver(maildir)
  await writeFile(join(folder, 'inbox', 'new', '1000.foreign'), 'Subject: x\n\nhi\n')
  expect((await maildir.list('inbox')).map(({ size }) => size)).toEqual([STORED.length, null])
  expect(await maildir.sizeOf('inbox', '1000.foreign')).toBe(15)
  expect((await maildir.readHeaders('inbox', '1000.foreign', 100)).toString()).toBe('Subject: x\n\n')
})

test('what a dead program left in tmp/ goes after 36 hours, younger work stays', async () => {
  const folder = await tempFolder()
  const clock = createHeldClock()
  await deliver(makeMaildir(createNodeDisk(), folder, 'linux', clock))
  for (const [name, hours] of [
    ['old', 37],
    ['young', 35],
  ] as const) {
    await writeFile(join(folder, 'inbox', 'tmp', name), 'x')
    const at = clock.now() / 1000 - hours * 3600
    await utimes(join(folder, 'inbox', 'tmp', name), at, at)
  }
  await deliver(makeMaildir(createNodeDisk(), folder, 'linux', clock))
  expect(await readdir(join(folder, 'inbox', 'tmp'))).toEqual(['young'])
})

test('a stream of another length than announced, or one that breaks, leaves nothing', async () => {
  const folder = await tempFolder()
  const maildir = makeMaildir(createNodeDisk(), folder)
  const short = maildir.deliver({ mailbox: 'inbox', headerLines: [], message: Readable.from([Buffer.from('abc')]), size: 4 })
  await expect(short).rejects.toThrow('3 bytes instead of 4')
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('abc')
      throw new Error('cable cut')
    })(),
  )
  await expect(maildir.deliver({ mailbox: 'inbox', headerLines: [], message: broken, size: 4 })).rejects.toThrow('cable cut')
  for (const part of ['tmp', 'new', 'cur']) expect(await readdir(join(folder, 'inbox', part))).toEqual([])
})

test('wherever the computer stops, a delivery that was reported is there whole, and others are whole or absent', async () => {
  const dry = createCrashingDisk()
  await deliver(makeMaildir(dry, '/mail'))
  for (let operation = 1; operation <= dry.operations + 1; operation++) {
    const disk = createCrashingDisk()
    disk.crashAt(operation)
    const done = await deliver(makeMaildir(disk, '/mail')).then(
      () => true,
      () => false,
    )
    for (const seed of [1, 2, 3, 4]) {
      const after = makeMaildir(disk.afterCrash(seed), '/mail')
      const messages = await after.list('inbox')
      expect(messages.length, `operation ${operation}`).toBeGreaterThanOrEqual(done ? 1 : 0)
      for (const { id } of messages) expect((await readAll(await after.read('inbox', id))).toString()).toBe(STORED)
    }
  }
})

test('whatever operation fails on a full disk, the error comes out, nothing is kept, and the next delivery works', async () => {
  const dry = createCrashingDisk()
  await deliver(makeMaildir(dry, '/mail'))
  for (let operation = 1; operation <= dry.operations; operation++) {
    const disk = createCrashingDisk()
    disk.failAt((at) => at === operation, 'ENOSPC')
    const maildir = makeMaildir(disk, '/mail')
    await expect(deliver(maildir)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(disk.files()).toEqual([])
    await deliver(maildir)
    expect(await maildir.list('inbox')).toHaveLength(1)
  }
})
