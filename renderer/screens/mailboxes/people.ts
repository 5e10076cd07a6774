import type { MailPerson } from '../../../main/contract/mailboxes.ts'

/** A person as one reads it: the name with the address behind it, or the address alone. The address is never left out: names are free to lie. */
export function personText({ name, address }: MailPerson): string {
  if (name === '' || name === address) return address
  return address === '' ? name : `${name} <${address}>`
}
