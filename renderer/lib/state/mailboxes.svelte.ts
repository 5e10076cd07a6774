import type { MailboxSummary } from '../../../main/contract/mailboxes.ts'
import { ask, on } from '../bridge.ts'

/** The mailboxes and how many messages wait to be read, as the sidebar and the screen share them. */
class Mailboxes {
  /** null until they were read for the first time. */
  now = $state.raw<readonly MailboxSummary[] | null>(null)
  problem = $state<string | null>(null)
  unread = $derived(this.now?.reduce((sum, mailbox) => sum + mailbox.unread, 0) ?? 0)

  /** Reads them once and is told from then on; other programs' doings are seen when the window comes to the front. @returns a function that ends it */
  start(): () => void {
    const stop = on('mailboxes.changed', (mailboxes) => (this.now = mailboxes))
    const look = (): void => void this.look()
    window.addEventListener('focus', look)
    look()
    return () => {
      stop()
      window.removeEventListener('focus', look)
    }
  }

  async look(): Promise<void> {
    const answer = await ask('mailbox.list', { look: true })
    if (answer.ok) this.now = answer.value
    this.problem = answer.ok ? null : answer.problem.text
  }
}
export const mailboxes = new Mailboxes()
