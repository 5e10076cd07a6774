import { z } from 'zod'
import { errorCode } from '../system/index.ts'
import type { Disk } from '../system/index.ts'
import type { SecretCipher } from './types.ts'

const MAX_FILE_BYTES = 1024 * 1024
const secretsFile = z.object({
  version: z.literal(1),
  secrets: z.record(z.string(), z.object({ by: z.enum(['os', 'file']), locked: z.string() })),
})
type SecretsFile = z.infer<typeof secretsFile>

export interface SecretStore {
  /**
   * Reads secrets.json and opens what can be opened.
   * @returns names that could not be opened, for example after the folder moved to another computer
   */
  open(): Promise<readonly string[]>
  get(name: string): string | undefined
  /** Durable when it resolves. */
  set(name: string, value: string): Promise<void>
  remove(name: string): Promise<void>
  readonly names: readonly string[]
  /** New secrets are protected by the operating system's key store. */
  readonly protects: boolean
}

/** @param ciphers the first one locks new secrets; all of them are asked to open old ones */
export function createSecretStore(disk: Disk, path: string, ciphers: readonly [SecretCipher, ...SecretCipher[]]): SecretStore {
  let file: SecretsFile = { version: 1, secrets: {} }
  const opened = new Map<string, string>()
  let saving: Promise<void> = Promise.resolve()

  /** One writer at a time: each save writes the whole file. */
  function save(next: SecretsFile): Promise<void> {
    file = next
    saving = saving.catch(() => undefined).then(() => disk.writeFileDurably(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 }))
    return saving
  }

  return {
    async open() {
      file = await readSecrets(disk, path)
      opened.clear()
      const closed: string[] = []
      for (const [name, secret] of Object.entries(file.secrets)) {
        const cipher = ciphers.find((one) => one.name === secret.by)
        try {
          if (cipher === undefined) throw new Error(`no key store of kind ${secret.by} here`)
          opened.set(name, await cipher.decrypt(secret.locked))
        } catch {
          // It stays in the file: the key store may be reachable again at the next start.
          closed.push(name)
        }
      }
      return closed
    },
    get: (name) => opened.get(name),
    async set(name, value) {
      const locked = await ciphers[0].encrypt(value)
      await save({ ...file, secrets: { ...file.secrets, [name]: { by: ciphers[0].name, locked } } })
      opened.set(name, value)
    },
    async remove(name) {
      const rest = Object.fromEntries(Object.entries(file.secrets).filter(([one]) => one !== name))
      await save({ ...file, secrets: rest })
      opened.delete(name)
    },
    get names() {
      return Object.keys(file.secrets)
    },
    protects: ciphers[0].protects,
  }
}

async function readSecrets(disk: Disk, path: string): Promise<SecretsFile> {
  let text: string
  try {
    text = (await disk.readFile(path, MAX_FILE_BYTES)).toString('utf8')
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return { version: 1, secrets: {} }
    throw thrown
  }
  try {
    return secretsFile.parse(JSON.parse(text))
  } catch (thrown) {
    throw new Error(`${path} is damaged. Restore it from a backup, or move it away and enter the passwords again.`, { cause: thrown })
  }
}
