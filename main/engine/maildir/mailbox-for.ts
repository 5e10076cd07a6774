import type { Directory } from '../../contract/index.ts'
import { addressKey, domainOf, toAsciiDomain } from '../mail/index.ts'

/** Which mailbox takes an address: its own address before its whole domain, that before `*`. */
export type MailboxFinder = (address: string) => string | null

/** Prepared once for each settings. */
export function createMailboxFinder(directories: Readonly<Record<string, Directory>>): MailboxFinder {
  const byPattern = new Map<string, string>()
  for (const { mailboxes } of Object.values(directories)) {
    for (const { id, addresses } of mailboxes) {
      for (const address of addresses) {
        const key = patternKey(address)
        if (!byPattern.has(key)) byPattern.set(key, id)
      }
    }
  }
  return (address) =>
    byPattern.get(addressKey(address)) ?? byPattern.get(`@${toAsciiDomain(domainOf(address))}`) ?? byPattern.get('*') ?? null
}

/** The addresses of each mailbox, in the order of the settings; one that several directories name has them all. */
export function addressesOf(directories: Readonly<Record<string, Directory>>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const { mailboxes } of Object.values(directories)) {
    for (const { id, addresses } of mailboxes) found.set(id, [...(found.get(id) ?? []), ...addresses])
  }
  return found
}

function patternKey(pattern: string): string {
  if (pattern === '*') return '*'
  return pattern.startsWith('@') ? `@${toAsciiDomain(pattern.slice(1))}` : addressKey(pattern)
}
