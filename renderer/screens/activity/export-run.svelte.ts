import type { ExportFormat, RowFilter } from '../../../main/contract/index.ts'
import { ask, on } from '../../lib/bridge.ts'
import { toasts } from '../../lib/state/toasts.svelte.ts'
import { saying } from '../../lib/words/words.svelte.ts'

/** The log being written to a file. It goes on when the person looks at another screen. */
class ExportRun {
  /** null while nothing is written, and while the dialog asks where to. */
  progress = $state.raw<{ readonly rows: number; readonly day: string } | null>(null)
  problem = $state<string | null>(null)
  #id: string | null = null

  get running(): boolean {
    return this.#id !== null
  }

  async start(filter: RowFilter, format: ExportFormat): Promise<void> {
    if (this.running) return
    const id = `export-${Date.now()}`
    this.#id = id
    this.problem = null
    const stopListening = on('activity.exporting', (told) => {
      if (told.id === id) this.progress = { rows: told.rows, day: told.day }
    })
    const answer = await ask('activity.export', { id, filter, format })
    stopListening()
    this.#id = null
    this.progress = null
    if (!answer.ok) this.problem = answer.problem.text
    else if (answer.value.saved) toasts.show(saying('activity.export.done', { count: answer.value.rows, name: answer.value.name }))
  }
  stop(): void {
    if (this.#id !== null) void ask('activity.exportStop', { id: this.#id })
  }
}
export const exportRun = new ExportRun()
