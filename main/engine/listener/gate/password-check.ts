import { createHmac, scrypt, timingSafeEqual } from 'node:crypto'
import type { Account } from '../../../contract/index.ts'
import { MAX_HASH_BYTES, isHashed, readHash } from '../../mail/index.ts'
import type { PasswordHash } from '../../mail/index.ts'
import type { Random } from '../../system/index.ts'
import type { Proof } from '../gate-types.ts'

/** Passwords that were right once are known again without computing; more than any office has. */
const MOST_KNOWN = 1_000
/** Sign-ins that may wait for their turn. scrypt is meant to be slow, and strangers must not make everybody wait. */
const MOST_WAITING = 20

/** Proofs of who somebody is, checked without telling by its time which part was wrong. */
export interface PasswordCheck {
  /** @returns `busy` when too many are waiting to be checked */
  verify(accounts: readonly Account[], proof: Proof): Promise<'right' | 'wrong' | 'busy'>
}

export function createPasswordCheck(random: Random): PasswordCheck {
  /** Lives as long as this process: what is kept under it is of no use to anybody else. */
  const key = random.bytes(32)
  const nobody = random.bytes(32).toString('hex')
  const known = new Set<string>()
  const turns = createTurns(MOST_WAITING)
  const keyed = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const same = (a: string, b: string): boolean => timingSafeEqual(keyed(a), keyed(b))

  function remember(mark: string): void {
    known.delete(mark)
    known.add(mark)
    const oldest = known.values().next()
    if (known.size > MOST_KNOWN && oldest.done !== true) known.delete(oldest.value)
  }

  async function verifyPassword(accounts: readonly Account[], username: string, password: string): Promise<'right' | 'wrong' | 'busy'> {
    const account = accounts.find(({ name }) => name === username)
    const secret = account?.secret ?? nobody
    const mark = keyed(JSON.stringify([username, secret, password])).toString('base64')
    if (known.has(mark)) {
      remember(mark)
      return 'right'
    }
    // As soon as one account is hashed, all names cost the same: an unknown one and a plain password too.
    const sample = accounts.find((one) => isHashed(one.secret))
    const hash = readHash(isHashed(secret) ? secret : (sample?.secret ?? ''))
    const derived = hash === null ? null : await turns(() => derive(password, hash))
    if (derived === 'busy') return 'busy'
    const fits = isHashed(secret) ? derived !== null && hash !== null && timingSafeEqual(derived, hash.hash) : same(password, secret)
    if (account === undefined || account.secret === '' || !fits) return 'wrong'
    remember(mark)
    return 'right'
  }

  /** RFC 2195. It needs the password itself, so a hashed one cannot be proved so; the answer then takes as long as a wrong one. */
  function verifyDigest(accounts: readonly Account[], username: string, challenge: string, digest: string): 'right' | 'wrong' {
    const account = accounts.find(({ name }) => name === username)
    const usable = account !== undefined && account.secret !== '' && !isHashed(account.secret)
    const expected = createHmac('md5', usable ? account.secret : nobody)
      .update(challenge)
      .digest('hex')
    return same(expected, digest.toLowerCase()) && usable ? 'right' : 'wrong'
  }

  return {
    verify: (accounts, proof) =>
      proof.method === 'CRAM-MD5'
        ? Promise.resolve(verifyDigest(accounts, proof.username, proof.challenge, proof.digest))
        : verifyPassword(accounts, proof.username, proof.password),
  }
}

function derive(password: string, { cost, blockSize, parallelization, salt, hash }: PasswordHash): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallelization, maxmem: 2 * MAX_HASH_BYTES }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, options, (error, derived) => {
      if (error === null) resolve(derived)
      else reject(error)
    })
  })
}

/** One after the other, so that sign-ins take one core and one piece of memory at most; who comes when the line is full is sent away. */
function createTurns(most: number): <T>(run: () => Promise<T>) => Promise<T | 'busy'> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (run) => {
    if (waiting >= most) return 'busy'
    waiting++
    const result = last.then(run)
    // Whoever asked hears of a failure; the next in line starts all the same.
    last = result.catch(() => undefined)
    try {
      return await result
    } finally {
      waiting--
    }
  }
}
