import type { ConfigChange } from '../../../main/contract/channels.ts'
import type { Issue } from '../../../main/contract/issue.ts'
import { ask } from '../../lib/bridge.ts'
import { settings as saving } from '../../lib/config/saving.svelte.ts'
import { saying } from '../../lib/words/words.svelte.ts'
import type { Draft } from './spec.ts'

const TYPING_MS = 300

export interface EditorOptions {
  /** What the field shows while nothing is typed. */
  readonly shown: () => Draft
  /** What is to be written for a draft. */
  readonly changes: (draft: Draft) => readonly ConfigChange[]
  /** Keys whose problems belong to this field. */
  readonly keys: () => readonly string[]
}

/** One setting in the making: followed while it is typed, looked at by the engine, written when it is left. */
export class SettingEditor {
  readonly #options: EditorOptions
  #typed = $state.raw<Draft | null>(null)
  problem = $state<string | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined
  #run = 0

  constructor(options: EditorOptions) {
    this.#options = options
  }

  get draft(): Draft {
    return this.#typed ?? this.#options.shown()
  }
  get dirty(): boolean {
    return this.#typed !== null && !sameDraft(this.#typed, this.#options.shown())
  }

  /** As somebody types: the engine is asked a moment later. */
  type(part: Partial<Draft>): void {
    this.#typed = { ...this.draft, ...part }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.check(), TYPING_MS)
  }

  /** Back to what is in force. */
  reset(): void {
    clearTimeout(this.#timer)
    this.#run++
    this.#typed = null
    this.problem = null
  }

  async check(): Promise<void> {
    if (!this.dirty) {
      this.problem = null
      return
    }
    const run = ++this.#run
    const answer = await ask('config.tryChange', { changes: [...this.#options.changes(this.draft)] })
    if (run !== this.#run) return
    this.problem = answer.ok ? this.#problemIn(answer.value) : answer.problem.text
  }

  /** Writes what was typed; with a problem it stays in the field, and nothing is written. */
  async commit(): Promise<void> {
    clearTimeout(this.#timer)
    if (!this.dirty) {
      this.reset()
      return
    }
    await this.write(this.#options.changes(this.draft))
  }

  async write(changes: readonly ConfigChange[]): Promise<void> {
    clearTimeout(this.#timer)
    const run = ++this.#run
    const result = await saving.save({ changes, secrets: [] }, saying('settings.saved'))
    if (run !== this.#run) return
    if (result.saved) this.reset()
    else this.problem = this.#problemIn(result.issues) ?? result.issues.find(({ severity }) => severity === 'error')?.message ?? null
  }

  /** Errors in other places are told above the settings. */
  #problemIn(issues: readonly Issue[]): string | null {
    const keys = this.#options.keys()
    const mine = issues.find(({ severity, path }) => severity === 'error' && keys.some((key) => path === key || path.startsWith(`${key}.`)))
    return mine?.message ?? null
  }
}

function sameDraft(a: Draft, b: Draft): boolean {
  return a.text.trim() === b.text.trim() && a.unit === b.unit
}
