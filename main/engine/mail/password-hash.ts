/** A password kept as what scrypt (RFC 7914) made of it, in the PHC string format: `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`. */
export interface PasswordHash {
  /** CPU and memory cost, a power of two. */
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
  readonly salt: Buffer
  readonly hash: Buffer
}

const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/.]+)={0,2}\$([A-Za-z0-9+/.]+)={0,2}$/
/** One check may take this much memory (128 · N · r bytes); what asks for more would let sign-ins use up the computer. */
export const MAX_HASH_BYTES = 128 * 1024 * 1024

/** Whether a secret is meant as a hash: no password that people type begins like this. */
export function isHashed(secret: string): boolean {
  return secret.startsWith('$scrypt$')
}

/** @returns null for what is no such hash, is too weak to be one, or asks for too much */
export function readHash(secret: string): PasswordHash | null {
  const match = FORM.exec(secret)
  if (!match) return null
  const [ln, blockSize, parallelization] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const cost = 2 ** ln
  const [salt, hash] = [bytesOf(match[4] ?? ''), bytesOf(match[5] ?? '')]
  if (ln < 10 || blockSize < 1 || parallelization < 1 || parallelization > 4) return null
  if (128 * cost * blockSize > MAX_HASH_BYTES || salt.length < 8 || hash.length < 16 || hash.length > 64) return null
  return { cost, blockSize, parallelization, salt, hash }
}

/** passlib writes `.` for `+`. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64')
}
