import type { ActivityRow } from '../../../main/contract/activity.ts'
import { ask, on } from '../../lib/bridge.ts'

const wholeLog = { text: '', status: null, route: null, device: null, day: null }

/** The first message that comes once somebody waits for it, and what becomes of it. When it fails, the next one counts. */
export class FirstMessage {
  row = $state.raw<ActivityRow | null>(null)
  sending = $state(false)
  problem = $state<string | null>(null)
  #since = 0

  /** Waits from now on. @returns a function that ends it */
  start(): () => void {
    if (this.#since === 0) this.#since = Date.now()
    const stop = on('activity.changed', ({ rows }) => this.take(rows))
    // What came while nobody was looking, a step back for example.
    void ask('activity.rows', { filter: wholeLog, before: null, limit: 20 }).then((answer) => {
      if (answer.ok) this.take([...answer.value.rows].reverse())
    })
    return stop
  }
  /** @param rows  oldest first */
  take(rows: readonly ActivityRow[]): void {
    for (const row of rows) {
      // Reports that Mailroom itself writes have no sender.
      if (row.acceptedAt < this.#since || row.reversePath === null) continue
      const mine = this.row?.key === row.key
      const over = this.row === null || (this.row.status !== 'delivered' && row.acceptedAt > this.row.acceptedAt)
      if (mine ? row.seq >= (this.row?.seq ?? 0) : over) this.row = row
    }
  }
  async sendTest(to: string, from: string): Promise<void> {
    this.sending = true
    const answer = await ask('message.sendTest', { to: to.trim(), from: from.trim() })
    this.sending = false
    this.problem = answer.ok ? null : answer.problem.text
  }
}
