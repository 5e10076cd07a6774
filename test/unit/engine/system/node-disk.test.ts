import { spawn } from 'node:child_process'
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { LockHeldError, errorCode } from '../../../../main/engine/system/index.ts'
import { createNodeDisk } from '../../../../main/engine/system/node/index.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const disk = createNodeDisk()

describe('files', () => {
  test('a durable write replaces the whole file and leaves nothing beside it', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'config.toml')
    await disk.writeFileDurably(path, 'a longer first text')
    await disk.writeFileDurably(path, 'second')
    expect(await readFile(path, 'utf8')).toBe('second')
    expect(await readdir(folder)).toEqual(['config.toml'])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('a durable write that fails leaves the old file and no temporary one', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'taken'))
    await writeFile(join(folder, 'taken', 'x'), '')
    await expect(disk.writeFileDurably(join(folder, 'taken'), 'text')).rejects.toThrow()
    expect(await readdir(folder)).toEqual(['taken'])
  })

  test('pieces land in order, appending goes on at the end, truncating cuts', async () => {
    const path = join(await tempFolder(), 'journal')
    const file = await disk.create(path)
    await file.writeAll([Buffer.from('one '), Buffer.from(''), Buffer.from('two ')])
    await file.close()
    const again = await disk.openAppend(path)
    expect(again.size).toBe(8)
    await again.write('three')
    await again.truncate(8)
    await again.write('four')
    await again.sync()
    await again.close()
    expect(await readFile(path, 'utf8')).toBe('one two four')
  })

  test('a new file never replaces one', async () => {
    const path = join(await tempFolder(), 'x')
    await (await disk.create(path)).close()
    await expect(disk.create(path)).rejects.toSatisfy((thrown) => errorCode(thrown) === 'EEXIST')
  })

  test.each([
    [undefined, undefined, '0123456789'],
    [3, undefined, '3456789'],
    [3, 6, '345'],
    [3, 3, ''],
    [0, 0, ''],
  ])('reading from %s to %s gives %j', async (start, end, text) => {
    const path = join(await tempFolder(), 'x')
    await writeFile(path, '0123456789')
    expect((await buffer(disk.readStream(path, start, end))).toString()).toBe(text)
  })

  test('a file over the limit is refused unread', async () => {
    const path = join(await tempFolder(), 'x')
    await writeFile(path, '0123456789')
    await expect(disk.readFile(path, 9)).rejects.toSatisfy((thrown) => errorCode(thrown) === 'EFBIG')
    expect((await disk.readFile(path, 10)).length).toBe(10)
  })

  test('what is missing is null, [] or nothing to remove', async () => {
    const folder = await tempFolder()
    expect(await disk.stat(join(folder, 'no'))).toBeNull()
    expect(await disk.list(join(folder, 'no'))).toEqual([])
    await disk.remove(join(folder, 'no'))
    await disk.removeFolder(join(folder, 'no'))
  })
})

describe('watching', () => {
  test.each(['written in place', 'renamed over it, as editors save'])('a change is told once it came to rest: %s', async (way) => {
    const folder = await tempFolder()
    const path = join(folder, 'config.toml')
    await writeFile(path, 'old')
    let told = () => undefined as void
    const changed = new Promise<void>((resolve) => (told = resolve))
    const watch = disk.watch(path, () => told())
    await watch.ready
    if (way === 'written in place') await writeFile(path, 'new text')
    else await disk.writeFileDurably(path, 'new text')
    await changed
    expect(await readFile(path, 'utf8')).toBe('new text')
    await watch.close()
  })
})

describe('the lock of a data folder', () => {
  test('another live process that holds it is named', async () => {
    const path = join(await tempFolder(), 'lock')
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'])
    try {
      await writeFile(path, `${other.pid}\nthe Mailroom app\n`)
      const problem = await disk.lock(path, 'mailroom serve').catch((thrown: unknown) => thrown)
      expect(problem).toBeInstanceOf(LockHeldError)
      expect((problem as LockHeldError).holder).toBe(`the Mailroom app (process ${other.pid})`)
    } finally {
      other.kill()
      await once(other, 'exit')
    }
    const lock = await disk.lock(path, 'mailroom serve')
    expect((await readFile(path, 'utf8')).split('\n').slice(0, 2)).toEqual([String(process.pid), 'mailroom serve'])
    await lock.release()
    expect(await disk.stat(path)).toBeNull()
  })

  test.runIf(process.platform === 'linux')('a process id that another program has now is no holder, as after a power cut', async () => {
    const path = join(await tempFolder(), 'lock')
    await writeFile(path, `${process.ppid}\nthe Mailroom app\n5d8f3a52-0000-0000-0000-000000000000 4711\n`)
    await (await disk.lock(path, 'me')).release()
  })

  test.each(['', 'garbage', '999999999\nlong gone\n'])('a lock left behind is taken over: %j', async (left) => {
    const path = join(await tempFolder(), 'lock')
    await writeFile(path, left)
    await (await disk.lock(path, 'me')).release()
  })

  test('a folder that does not exist is the system error it is', async () => {
    await expect(disk.lock(join(await tempFolder(), 'no', 'lock'), 'me')).rejects.toSatisfy((thrown) => errorCode(thrown) === 'ENOENT')
  })
})

test('free bytes are those of the volume, through links too', async () => {
  const folder = await tempFolder()
  await symlink(folder, join(folder, 'link'))
  expect(await disk.freeBytes(join(folder, 'link'))).toBeGreaterThan(0)
})
