/** One attempt at one next hop by SMTP, LMTP or Maildir: an Outcome for each recipient. */
export type * from './types.ts'
