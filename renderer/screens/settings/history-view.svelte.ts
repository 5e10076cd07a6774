import type { HistoryEntry, HistoryText } from '../../../main/contract/settings-file.ts'
import { ask } from '../../lib/bridge.ts'

/** The history of config.toml and the change in hand. */
export class HistoryView {
  entries = $state.raw<readonly HistoryEntry[] | null>(null)
  text = $state.raw<HistoryText | null>(null)
  problem = $state<string | null>(null)
  #run = 0

  async load(): Promise<void> {
    const answer = await ask('config.history', {})
    if (answer.ok) this.entries = answer.value
    this.problem = answer.ok ? null : answer.problem.text
  }
  async show(id: string): Promise<void> {
    const run = ++this.#run
    const answer = await ask('config.historyText', { id })
    if (run !== this.#run) return
    this.text = answer.ok ? answer.value : null
    this.problem = answer.ok ? null : answer.problem.text
  }
}
