import { createHash, timingSafeEqual } from 'node:crypto'
import type { SMTPServerAuthentication } from 'smtp-server'
import type { Account } from '../../contract/index.ts'

/**
 * The account a client has proved to be, or null. The password is compared in constant time, and an unknown name costs as much as a known
 * one, so the answer's timing tells nothing.
 */
export function findAccount(accounts: readonly Account[], auth: SMTPServerAuthentication): Account | null {
  const account = accounts.find((one) => one.name === auth.username)
  const expected = account?.secret ?? 'no such account'
  const right = auth.method === 'CRAM-MD5' ? auth.validatePassword(expected) : sameText(auth.password ?? '', expected)
  return account !== undefined && account.secret !== '' && right ? account : null
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
