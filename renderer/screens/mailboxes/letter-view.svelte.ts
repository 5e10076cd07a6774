import type { OpenLetter } from '../../../main/contract/mailboxes.ts'
import { ask } from '../../lib/bridge.ts'

/** Leafing through with the arrow keys opens the message one stops at. */
const SETTLE_MS = 90
/** Looked at for so long, a message counts as read. */
const READ_MS = 700

/** The message that is open. */
export class LetterView {
  id = $state<string | null>(null)
  letter = $state.raw<OpenLetter | null>(null)
  problem = $state<string | null>(null)
  loading = $state(false)
  /** The message was looked at long enough. */
  onread: ((mailbox: string, id: string) => void) | null = null

  #mailbox = ''
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param id null closes it */
  show(mailbox: string, id: string | null): void {
    if (id === this.id && mailbox === this.#mailbox) return
    clearTimeout(this.#timer)
    const leafing = this.loading
    this.#mailbox = mailbox
    this.id = id
    this.problem = null
    this.loading = id !== null
    if (id === null) this.letter = null
    else if (leafing) this.#timer = setTimeout(() => void this.#read(mailbox, id), SETTLE_MS)
    else void this.#read(mailbox, id)
  }

  again(): void {
    if (this.id !== null) void this.#read(this.#mailbox, this.id)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  async #read(mailbox: string, id: string): Promise<void> {
    this.loading = true
    const answer = await ask('mailbox.read', { mailbox, id })
    if (id !== this.id || mailbox !== this.#mailbox) return
    this.loading = false
    this.letter = answer.ok ? answer.value : null
    this.problem = answer.ok ? null : answer.problem.text
    if (answer.ok && answer.value.unread) this.#timer = setTimeout(() => this.onread?.(mailbox, id), READ_MS)
  }
}
