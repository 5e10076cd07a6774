import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSpool, SpoolVersionError } from '../../../../main/engine/spool/index.ts'
import type { Spool, SpoolSizes } from '../../../../main/engine/spool/index.ts'
import type { Disk } from '../../../../main/engine/system/index.ts'
import { createNodeDisk } from '../../../../main/engine/system/node/disk.ts'
import { createCrashingDisk } from '../../../support/crashing-disk.ts'
import { createHeldClock, createHurriedClock } from '../../../support/held-clock.ts'
import { accept, completed, messageBytes, newEntry, readAll, seededRandom, triedAgain } from '../../../support/spool-entries.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const FOLDER = '/data/spool'

function makeSpool(disk: Disk, sizes: Partial<SpoolSizes> = {}, folder = FOLDER): Spool {
  return createSpool({ disk, clock: createHurriedClock(), random: seededRandom(4), folder, sizes })
}

async function openSpool(disk: Disk, sizes: Partial<SpoolSizes> = {}, folder = FOLDER): Promise<Spool> {
  const spool = makeSpool(disk, sizes, folder)
  await spool.open()
  return spool
}

test('on the real disk, small and large messages are there after a restart, with their newest state, oldest first', async () => {
  const folder = join(await tempFolder(), 'spool')
  const first = await openSpool(createNodeDisk(), {}, folder)
  const small = messageBytes('small', 4000)
  const large = messageBytes('large', 1_700_000)
  const one = await accept(first, small)
  const two = await accept(first, large)
  await first.update(triedAgain(two))
  expect(first.bytes).toBe(small.length + large.length)
  await first.close()

  const second = makeSpool(createNodeDisk(), {}, folder)
  expect(await second.open()).toEqual({ entries: [one, triedAgain(two)], finished: [], setAside: [] })
  expect((await readAll(second.read(one.head.id))).equals(small)).toBe(true)
  expect((await readAll(second.read(two.head.id))).equals(large)).toBe(true)
  expect((await readAll(second.read(two.head.id, 100, 200))).equals(large.subarray(100, 200))).toBe(true)
  await second.remove(one.head.id)
  await second.remove(two.head.id)
  await second.close()
  expect(await readdir(join(folder, 'queue'))).toEqual([])
  expect(await readdir(join(folder, 'journal'))).toEqual([])
})

test('a full disk does not keep the spool from closing: all that was promised is there already', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  const entry = await accept(spool, messageBytes('waits', 500))
  disk.failAt(() => true, 'ENOSPC')
  await spool.close()
  expect((await makeSpool(disk.afterKill()).open()).entries).toEqual([entry])
})

test('parallel commits share syncs', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  const before = disk.syncs.files
  const messages = Array.from({ length: 50 }, (_, index) => messageBytes(`m${index}`, 500))
  await Promise.all(messages.map((message) => accept(spool, message)))
  expect(disk.syncs.files - before).toBeLessThanOrEqual(3)
  const folders = disk.syncs.folders
  await Promise.all(Array.from({ length: 20 }, (_, index) => accept(spool, messageBytes(`large${index}`, 200_000))))
  expect(disk.syncs.folders - folders).toBeLessThanOrEqual(3)
})

test('an abandoned message leaves nothing, small or large', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  for (const size of [100, 3_000_000]) {
    const incoming = await spool.receive(spool.newId())
    await incoming.write(messageBytes('gone', size))
    await incoming.abandon()
  }
  await spool.close()
  expect(disk.files()).toEqual(['/data/spool/version'])
})

test('a commit whose size is not what was written is refused and keeps nothing', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  const id = spool.newId()
  const incoming = await spool.receive(id)
  await incoming.write(Buffer.from('abc'))
  await expect(incoming.commit(newEntry(id, 4))).rejects.toThrow('has 3 bytes')
  expect(spool.bytes).toBe(0)
})

test('messages that wait for long move out of the journal, which stays short', async () => {
  const disk = createCrashingDisk()
  const sizes = { segment: 20_000, journal: 20_000, recent: 0 }
  const spool = await openSpool(disk, sizes)
  const waiting = await accept(spool, messageBytes('waiting', 1000))
  for (let i = 0; i < 200; i++) {
    const passing = await accept(spool, messageBytes(`passing${i}`, 1000))
    await spool.update(completed(passing))
    await spool.remove(passing.head.id)
    await spool.update(triedAgain(waiting))
  }
  expect((await readAll(spool.read(waiting.head.id))).equals(messageBytes('waiting', 1000))).toBe(true)
  await spool.close()
  expect(disk.files()).toContain(`/data/spool/queue/${waiting.head.id}`)
  const journal = await Promise.all(
    disk
      .files()
      .filter((path) => path.includes('/journal/'))
      .map((path) => disk.readFile(path)),
  )
  expect(Buffer.concat(journal).length).toBeLessThan(80_000)
  expect((await makeSpool(disk, sizes).open()).entries).toEqual([triedAgain(waiting)])
})

test('a message that is being read stays readable while its segment is cleaned away', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk, { segment: 4_000, journal: 1_000, recent: 0 })
  const slow = await accept(spool, messageBytes('slow', 900))
  const reading = spool.read(slow.head.id)
  for (let i = 0; i < 20; i++) await spool.remove((await accept(spool, messageBytes(`passing${i}`, 900))).head.id)
  expect((await readAll(reading)).equals(messageBytes('slow', 900))).toBe(true)
  expect((await readAll(spool.read(slow.head.id))).equals(messageBytes('slow', 900))).toBe(true)
})

test('headers end with the empty line, or at the limit', async () => {
  const spool = await openSpool(createCrashingDisk())
  const entry = await accept(spool, Buffer.from('Subject: a\r\nTo: b\r\n\r\nbody\r\n\r\nmore'))
  expect((await spool.readHeaders(entry.head.id, 65_536)).toString()).toBe('Subject: a\r\nTo: b\r\n\r\n')
  expect((await spool.readHeaders(entry.head.id, 5)).toString()).toBe('Subje')
})

test('reading or updating what is not there fails; removing it does not', async () => {
  const spool = await openSpool(createCrashingDisk())
  await expect(readAll(spool.read('x'))).rejects.toThrow('no message x')
  await expect(spool.update(newEntry('x', 1))).rejects.toThrow('no message x')
  await expect(spool.remove('x')).resolves.toBeUndefined()
})

test('an entry that is finished is handed over at the next start, to be told and removed; one whose report is owed comes back', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  const done = await accept(spool, messageBytes('done', 300))
  const owing = await accept(spool, messageBytes('owing', 3_000_000))
  await spool.update(completed(done))
  const unreported = { ...completed(owing), recipients: completed(owing).recipients.map((state) => ({ ...state, reported: false })) }
  await spool.update(unreported)
  await spool.close()
  const again = makeSpool(disk)
  expect(await again.open()).toEqual({ entries: [unreported], finished: [completed(done)], setAside: [] })
  await again.remove(done.head.id)
  expect(again.bytes).toBe(owing.head.size)
  await again.close()
  expect((await makeSpool(disk).open()).finished).toEqual([])
})

test.each([
  ['journal/notes.txt', 'notes.txt'],
  ['queue/readme.md', 'readme.md'],
  ['queue/0123456789abcdefgh', '0123456789abcdefgh'],
  ['incoming/strange.bin', 'strange.bin'],
])('a foreign file %s is set aside and told, and the rest is there', async (path, name) => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  const entry = await accept(spool, messageBytes('m', 500))
  await spool.close()
  disk.tamper(join(FOLDER, path), () => Buffer.from('what is this?'))
  const found = await makeSpool(disk).open()
  expect(found.entries).toEqual([entry])
  expect(found.setAside.map((one) => one.file)).toEqual([join(FOLDER, 'corrupt', name)])
  expect((await disk.readFile(join(FOLDER, 'corrupt', name))).toString()).toBe('what is this?')
  expect((await makeSpool(disk).open()).setAside).toEqual([])
})

test('a damaged record in the journal is kept aside and told once; its neighbours are there', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  const before = await accept(spool, messageBytes('before', 500))
  const hit = await accept(spool, messageBytes('hit', 500))
  const after = await accept(spool, messageBytes('after', 500))
  await spool.close()
  disk.tamper(join(FOLDER, 'journal/00000001.log'), (bytes) => {
    const copy = Buffer.from(bytes)
    copy[copy.indexOf('hit line')] = 0
    return copy
  })
  const found = await makeSpool(disk).open()
  expect(found.entries).toEqual([before, after])
  expect(found.setAside).toHaveLength(1)
  expect(found.setAside[0]!.reason).toContain(hit.head.id)
  expect((await disk.readFile(found.setAside[0]!.file)).includes('ann@example.net')).toBe(true)
  expect((await makeSpool(disk).open()).setAside).toEqual([])
})

test('a truncated message file is set aside at the start, whether the journal knows of it or not', async () => {
  const folder = join(await tempFolder(), 'spool')
  const spool = await openSpool(createNodeDisk(), {}, folder)
  const fresh = await accept(spool, messageBytes('fresh', 3_000_000))
  const tried = await accept(spool, messageBytes('tried', 3_000_000))
  await spool.update(triedAgain(tried))
  await spool.close()
  for (const { head } of [fresh, tried]) await truncate(join(folder, 'queue', head.id), 250_000)
  const again = makeSpool(createNodeDisk(), {}, folder)
  const found = await again.open()
  const told = found.setAside.map((one) => one.file).sort()
  expect(told).toEqual([fresh.head.id, tried.head.id, `${tried.head.id}.json`].map((name) => join(folder, 'corrupt', name)))
  expect(found.entries).toEqual([])
  expect((await readFile(join(folder, 'corrupt', tried.head.id))).length).toBe(250_000)
})

test('when a message file is gone its envelope is kept and told', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  const entry = await accept(spool, messageBytes('m', 3_000_000))
  await spool.update(triedAgain(entry))
  await spool.close()
  disk.tamper(join(FOLDER, 'queue', entry.head.id), () => null)
  const found = await makeSpool(disk).open()
  expect(found.entries).toEqual([])
  expect(found.setAside).toMatchObject([{ reason: expect.stringContaining('bob@example.org') as string }])
  expect((await makeSpool(disk).open()).setAside).toEqual([])
})

test('a spool of a newer Mailroom is left alone', async () => {
  const folder = join(await tempFolder(), 'spool')
  await (await openSpool(createNodeDisk(), {}, folder)).close()
  await writeFile(join(folder, 'version'), 'mailroom-spool 2\n')
  await expect(makeSpool(createNodeDisk(), {}, folder).open()).rejects.toThrow(SpoolVersionError)
})

test('ids sort by time, also when the clock stands still or goes back, and are one case', async () => {
  const clock = createHeldClock()
  const spool = createSpool({ disk: createCrashingDisk(), clock, random: seededRandom(1), folder: FOLDER })
  const ids = [spool.newId(), spool.newId()]
  await clock.advance(5)
  ids.push(spool.newId())
  clock.setWall(0)
  ids.push(spool.newId())
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(4)
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]{18}$/)
})

test('what nobody waits for with a 250 is written at once and shares the sync of the next message; alone it has its own a moment later', async () => {
  const real = createCrashingDisk()
  let syncs = 0
  let writes = 0
  const disk: Disk = {
    ...real,
    async create(path, options) {
      const file = await real.create(path, options)
      return {
        ...file,
        get size() {
          return file.size
        },
        writeAll: (pieces) => ((writes += 1), file.writeAll(pieces)),
        sync: () => ((syncs += 1), file.sync()),
      }
    },
  }
  const clock = createHeldClock()
  const spool = createSpool({ disk, clock, random: seededRandom(1), folder: FOLDER })
  await spool.open()
  const first = await accept(spool, messageBytes('first', 100))
  const count = { syncs, writes }
  let saved = false
  const saving = spool.update(triedAgain(first)).then(() => (saved = true))
  await clock.advance(9)
  expect({ syncs, writes, saved }).toEqual({ syncs: count.syncs, writes: count.writes + 1, saved: false })
  await accept(spool, messageBytes('second', 100))
  await saving
  expect(syncs).toBe(count.syncs + 1)

  const leaving = spool.remove(first.head.id)
  await clock.advance(10)
  await leaving
  expect(syncs).toBe(count.syncs + 2)
  expect(clock.nextIn).toBeNull()
})

test('many large messages at once do not pile up in memory: beyond 64 MiB together they go to the disk while they arrive', async () => {
  const disk = createCrashingDisk()
  const spool = await openSpool(disk)
  const mebibyte = Buffer.alloc(1024 * 1024, 'x')
  const incoming = []
  for (let i = 0; i < 66; i++) {
    const one = await spool.receive(spool.newId())
    await one.write(mebibyte)
    incoming.push(one)
  }
  expect(await disk.list(join(FOLDER, 'incoming'))).toHaveLength(2)
  for (const one of incoming) await one.abandon()
  const next = await spool.receive(spool.newId())
  await next.write(mebibyte)
  expect(await disk.list(join(FOLDER, 'incoming'))).toHaveLength(0)
})
