/** The local mailboxes: tmp/ to new/ with unique names and syncs, an info separator that Windows allows, list, read, flags. */
export { createMailboxFinder } from './mailbox-for.ts'
export type { MailboxFinder } from './mailbox-for.ts'
export { createMaildir } from './maildir.ts'
export type { MaildirOptions } from './maildir.ts'
export { MessageMissingError } from './types.ts'
export type { DeliverRequest, MailboxMessage, Maildir, MessageFlags } from './types.ts'
