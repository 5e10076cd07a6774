import type { ActivityRow } from '../../../main/contract/activity.ts'
import { ask, on } from '../../lib/bridge.ts'

const wholeLog = { text: '', status: null, route: null, device: null, day: null }

/** A test message: handed in, then followed until it has an end. */
export class TestMessageRun {
  to = $state('')
  from = $state('')
  busy = $state(false)
  problem = $state<string | null>(null)
  entryId = $state<string | null>(null)
  row = $state.raw<ActivityRow | null>(null)

  /** Listens to what becomes of it. @returns a function that ends it */
  follow(): () => void {
    return on('activity.changed', ({ rows }) => this.#look(rows))
  }
  async send(): Promise<void> {
    this.busy = true
    this.problem = null
    this.entryId = null
    this.row = null
    const answer = await ask('message.sendTest', { to: this.to.trim(), from: this.from.trim() })
    this.busy = false
    if (!answer.ok) {
      this.problem = answer.problem.text
      return
    }
    this.entryId = answer.value.entryId
    // It may have ended before we knew its name.
    const rows = await ask('activity.rows', { filter: wholeLog, before: null, limit: 50 })
    if (rows.ok) this.#look(rows.value.rows)
  }
  #look(rows: readonly ActivityRow[]): void {
    const found = this.entryId === null ? undefined : rows.find((row) => row.entryId === this.entryId)
    if (found !== undefined && found.seq >= (this.row?.seq ?? 0)) this.row = found
  }
}
