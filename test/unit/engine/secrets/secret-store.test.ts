import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFileCipher, createSecretStore } from '../../../../main/engine/secrets/index.ts'
import type { SecretCipher } from '../../../../main/engine/secrets/index.ts'
import { createNodeDisk, createNodeSystem } from '../../../../main/engine/system/node/index.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const { random } = createNodeSystem()
const disk = createNodeDisk()

/** Stands for a key store of an operating system. */
function keyStore(key: string): SecretCipher {
  return {
    name: 'os',
    protects: true,
    encrypt: (text) => Promise.resolve(`${key}:${Buffer.from(text).toString('hex')}`),
    decrypt: (locked) =>
      locked.startsWith(`${key}:`)
        ? Promise.resolve(Buffer.from(locked.slice(key.length + 1), 'hex').toString())
        : Promise.reject(new Error('wrong key')),
  }
}

test('a secret survives a restart and its text is in no file', async () => {
  const folder = await tempFolder()
  const open = () => createSecretStore(disk, join(folder, 'secrets.json'), [createFileCipher(disk, random, join(folder, 'secrets.key'))])
  const first = open()
  await first.open()
  await Promise.all([first.set('relay', 'hunter2-ümlaut'), first.set('account-scanner', 'other')])
  const second = open()
  expect(await second.open()).toEqual([])
  expect(second.get('relay')).toBe('hunter2-ümlaut')
  expect(second.names).toEqual(['relay', 'account-scanner'])
  expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain('hunter2')
  expect((await stat(join(folder, 'secrets.json'))).mode & 0o077).toBe(0)
  expect((await stat(join(folder, 'secrets.key'))).mode & 0o077).toBe(0)
})

test('what another key store locked is named, kept in the file, and readable again where that key store is', async () => {
  const path = join(await tempFolder(), 'secrets.json')
  const here = createSecretStore(disk, path, [keyStore('here')])
  await here.open()
  await here.set('relay', 'one')
  const elsewhere = createSecretStore(disk, path, [keyStore('elsewhere')])
  expect(await elsewhere.open()).toEqual(['relay'])
  expect(elsewhere.get('relay')).toBeUndefined()
  await elsewhere.set('other', 'two')
  const back = createSecretStore(disk, path, [keyStore('here')])
  expect(await back.open()).toEqual(['other'])
  expect(back.get('relay')).toBe('one')
})

test('a removed secret is gone', async () => {
  const path = join(await tempFolder(), 'secrets.json')
  const store = createSecretStore(disk, path, [keyStore('k')])
  await store.open()
  await store.set('a', '1')
  await store.remove('a')
  const again = createSecretStore(disk, path, [keyStore('k')])
  await again.open()
  expect(again.get('a')).toBeUndefined()
  expect(again.names).toEqual([])
})

test('a damaged file is told with its place, not overwritten', async () => {
  const path = join(await tempFolder(), 'secrets.json')
  await writeFile(path, '{"version":1,')
  const store = createSecretStore(disk, path, [keyStore('k')])
  await expect(store.open()).rejects.toThrow(`${path} is damaged`)
  expect(await readFile(path, 'utf8')).toBe('{"version":1,')
})
