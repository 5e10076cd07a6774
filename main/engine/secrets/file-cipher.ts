import { createCipheriv, createDecipheriv } from 'node:crypto'
import { errorCode } from '../system/index.ts'
import type { Disk, Random } from '../system/index.ts'
import type { SecretCipher } from './types.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM with a key in a file that only this user may read: for servers without a key store. It keeps passwords out of config, backups of
 * the config and exports; it does not protect them from somebody who can read the whole data folder, and the window says so.
 * @param path the key file; made when first needed
 */
export function createFileCipher(disk: Disk, random: Random, path: string): SecretCipher {
  let key: Promise<Buffer> | undefined
  /** Kept once it is there; a disk that was full is asked again. */
  async function keyNow(): Promise<Buffer> {
    key ??= loadKey(disk, random, path)
    try {
      return await key
    } catch (thrown) {
      key = undefined
      throw thrown
    }
  }
  return {
    name: 'file',
    protects: false,
    async encrypt(text) {
      const nonce = random.bytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', await keyNow(), nonce)
      const locked = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), locked]).toString('base64')
    },
    async decrypt(locked) {
      const bytes = Buffer.from(locked, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', await keyNow(), bytes.subarray(0, NONCE_BYTES))
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
    },
  }
}

async function loadKey(disk: Disk, random: Random, path: string): Promise<Buffer> {
  try {
    const key = await disk.readFile(path, 1024)
    if (key.length !== KEY_BYTES) throw new Error(`${path} is not a key of ${KEY_BYTES} bytes`)
    return key
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw thrown
  }
  const key = random.bytes(KEY_BYTES)
  await disk.writeFileDurably(path, key, { mode: 0o600 })
  return key
}
