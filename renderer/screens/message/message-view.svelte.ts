import type { ActivityEvent } from '../../../main/contract/activity.ts'
import { ask, on } from '../../lib/bridge.ts'
import { recipientsOf, storyOf } from './story.ts'

/** One message in hand: what happened to it so far, kept fresh while it is shown. */
export class MessageView {
  entryId = $state('')
  /** The recipient asked for; the first one when that is not there. */
  wanted = $state('')
  events = $state.raw<readonly ActivityEvent[]>([])
  loading = $state(true)
  problem = $state<string | null>(null)
  recipients = $derived(recipientsOf(this.events))
  recipient = $derived(this.recipients.includes(this.wanted) ? this.wanted : (this.recipients[0] ?? this.wanted))
  story = $derived(storyOf(this.events, this.recipient))

  /** @returns a function that ends the subscription */
  start(): () => void {
    return on('activity.changed', ({ rows }) => {
      if (rows.some((row) => row.entryId === this.entryId)) void this.#load()
    })
  }
  show(entryId: string, recipient: string): void {
    this.wanted = recipient
    if (entryId === this.entryId) return
    this.entryId = entryId
    this.loading = true
    void this.#load()
  }
  async #load(): Promise<void> {
    const asked = this.entryId
    const answer = await ask('activity.message', { entryId: asked })
    if (asked !== this.entryId) return
    // What was shown stays until the new one is here: nothing flickers while one walks through the list.
    this.loading = false
    this.problem = answer.ok ? null : answer.problem.text
    this.events = answer.ok ? answer.value : []
  }
}
