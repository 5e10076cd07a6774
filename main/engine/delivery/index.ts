/** One attempt at one next hop by SMTP, LMTP or Maildir: an Outcome for each recipient. */
export { createDelivery } from './delivery.ts'
export { createLocalDelivery } from './local.ts'
export type { MailboxKeeper } from './local.ts'
export type * from './types.ts'
