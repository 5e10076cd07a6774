import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto'
import type { Random } from '../system/index.ts'

/**
 * A text that only a passphrase opens: AES-256-GCM under a key from scrypt (RFC 7914), as lines of text that survive mail and editors.
 * docs/storage.md describes the format. The head is authenticated with the content, so nobody can weaken the key's making.
 */

const FIRST_LINE = 'mailroom-sealed 1'
const COST = { N: 2 ** 17, r: 8, p: 1 }
/** What a stranger's file may ask of this computer: memory is 128 · N · r bytes. */
const MOST_MEMORY = 512 * 1024 * 1024
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const LINE = 76

/** It is no sealed text of ours, or damaged beyond trying; `message` is for people. */
export class SealProblem extends Error {
  override readonly name = 'SealProblem'
}

export function isSealed(text: string): boolean {
  return /^\uFEFF?mailroom-sealed \d+\s/.test(text)
}

/** Two sealings of one text never look alike. */
export async function sealText(text: string, passphrase: string, random: Random): Promise<string> {
  const [salt, nonce] = [random.bytes(SALT_BYTES), random.bytes(NONCE_BYTES)]
  const head = [
    FIRST_LINE,
    `key: scrypt N=${COST.N} r=${COST.r} p=${COST.p}`,
    `salt: ${salt.toString('base64')}`,
    `nonce: ${nonce.toString('base64')}`,
  ]
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt, COST), nonce)
  cipher.setAAD(Buffer.from(head.join('\n')))
  const locked = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const body = Buffer.concat([locked, cipher.getAuthTag()]).toString('base64')
  return `${[...head, '', ...(body.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [])].join('\n')}\n`
}

/**
 * @returns null when this passphrase does not open it, which is all that can be known of a wrong one and of a changed file
 * @throws SealProblem when the text cannot be a sealed one of a version we know
 */
export async function openSealed(sealed: string, passphrase: string): Promise<string | null> {
  const { head, cost, salt, nonce, body } = parse(sealed)
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, salt, cost), nonce)
  decipher.setAAD(Buffer.from(head))
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(body.subarray(0, body.length - TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    // The tag does not fit: all that this can mean is what the caller is told.
    return null
  }
}

function parse(sealed: string): { head: string; cost: typeof COST; salt: Buffer; nonce: Buffer; body: Buffer } {
  const lines = sealed
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
  const [first = '', key = '', saltLine = '', nonceLine = ''] = lines
  if (first !== FIRST_LINE)
    throw new SealProblem('This file was made by another version of Mailroom. Import it with that version, or a newer one.')
  const numbers = /^key: scrypt N=(\d{1,10}) r=(\d{1,4}) p=(\d{1,4})$/.exec(key)
  const cost = { N: Number(numbers?.[1]), r: Number(numbers?.[2]), p: Number(numbers?.[3]) }
  const salt = Buffer.from(/^salt: ([A-Za-z0-9+/=]+)$/.exec(saltLine)?.[1] ?? '', 'base64')
  const nonce = Buffer.from(/^nonce: ([A-Za-z0-9+/=]+)$/.exec(nonceLine)?.[1] ?? '', 'base64')
  const body = Buffer.from(lines.slice(4).join(''), 'base64')
  const whole = numbers !== null && salt.length === SALT_BYTES && nonce.length === NONCE_BYTES && body.length >= TAG_BYTES
  const sane =
    Number.isInteger(Math.log2(cost.N)) && cost.N > 1 && cost.r > 0 && cost.p > 0 && cost.p <= 16 && 128 * cost.N * cost.r <= MOST_MEMORY
  if (!whole || !sane) throw new SealProblem('This file is damaged: it is not whole. Export the settings once more.')
  return { head: [first, key, saltLine, nonceLine].join('\n'), cost, salt, nonce, body }
}

function keyOf(passphrase: string, salt: Buffer, { N, r, p }: typeof COST): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same passphrase typed on another keyboard may be composed differently.
    scrypt(passphrase.normalize('NFKC'), salt, 32, { N, r, p, maxmem: 128 * N * r + 64 * 1024 * 1024 }, (problem, key) =>
      problem === null ? resolve(key) : reject(problem),
    )
  })
}
