import type { PreferencesView } from '../../../main/contract/preferences.ts'
import { ask, on } from '../bridge.ts'
import { saying, words } from '../words/words.svelte.ts'
import { toasts } from './toasts.svelte.ts'

/** What this person wants of the window on this computer; the relay's own settings are in `config`. */
class PreferencesStore {
  now = $state.raw<PreferencesView | null>(null)
  /** Why the last change could not be kept. */
  problem = $state<string | null>(null)
  /** Only the last change can be undone. */
  #offered: number | undefined

  /** Asks before the first word is shown, so that no language flashes by. */
  async load(): Promise<void> {
    on('preferences.changed', (view) => this.#take(view))
    const answer = await ask('preferences.get', {})
    if (answer.ok) this.#take(answer.value)
    else this.problem = answer.problem.text
  }
  async set(changes: Partial<PreferencesView>): Promise<void> {
    const before = this.now
    const answer = await ask('preferences.set', changes)
    this.problem = answer.ok ? null : answer.problem.text
    if (!answer.ok) {
      // The switch that was pressed goes back to what is true.
      if (before !== null) this.now = { ...before }
      return
    }
    this.#take(answer.value)
    const back = before === null ? {} : Object.fromEntries(Object.entries(before).filter(([key]) => key in changes))
    if (this.#offered !== undefined) toasts.dismiss(this.#offered)
    toasts.show(saying('settings.saved'), { said: saying('undo'), run: () => void this.set(back) })
    this.#offered = toasts.shown.at(-1)?.id
  }
  #take(view: PreferencesView): void {
    this.now = view
    words.follow(view.language)
  }
}
export const preferences = new PreferencesStore()
