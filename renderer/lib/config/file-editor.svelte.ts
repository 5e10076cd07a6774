import type { Issue } from '../../../main/contract/issue.ts'
import { ask } from '../bridge.ts'
import { saying } from '../words/words.svelte.ts'
import { settings } from './saving.svelte.ts'

/** config.toml as text: what is typed, what the engine says to it, and what to do when the file changes underneath. */
export class FileEditor {
  draft = $state('')
  issues = $state.raw<readonly Issue[]>([])
  checking = $state(false)
  /** The file's text that `draft` began with. */
  base = $state.raw('')
  /** The file has become another text while there were changes here. */
  external = $state.raw<string | null>(null)
  dirty = $derived(this.draft !== this.base)
  #run = 0

  /** Takes what the file says now: at once when nothing was typed, else it is offered. */
  follow(text: string, issues: readonly Issue[]): void {
    if (text === this.base) return
    if (this.dirty && text !== this.draft) {
      this.external = text
      return
    }
    this.#begin(text)
    this.issues = issues
  }
  /** Drops what was typed for the text of the file. */
  takeFile(): void {
    this.#begin(this.external ?? this.base)
    void this.check()
  }
  /** What was typed goes on; it is now a change of the new text. */
  keepMine(): void {
    if (this.external !== null) this.base = this.external
    this.external = null
  }
  async check(): Promise<void> {
    const run = ++this.#run
    this.checking = true
    const answer = await ask('config.check', { text: this.draft })
    if (run !== this.#run) return
    this.checking = false
    if (answer.ok) this.issues = answer.value
  }
  /** All or nothing: with an error nothing is written. @returns whether it was saved */
  async save(): Promise<boolean> {
    const text = this.draft
    const result = await settings.saveText(text, saying('routing.saved.file'))
    this.#run++
    this.checking = false
    this.issues = result.issues
    if (!result.saved) return false
    this.base = text
    this.external = null
    return true
  }
  #begin(text: string): void {
    this.base = text
    this.draft = text
    this.external = null
  }
}

/** One for the whole window: what was typed is still there after a look at another screen. */
export const fileEditor = new FileEditor()
