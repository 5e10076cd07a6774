import type { Issue } from '../../../main/contract/issue.ts'
import type { ImportPreview } from '../../../main/contract/settings-file.ts'
import { ask } from '../../lib/bridge.ts'
import { settings as saving } from '../../lib/config/saving.svelte.ts'
import { saying } from '../../lib/words/words.svelte.ts'

const MAX_BYTES = 3 * 1024 * 1024

type Readable = Extract<ImportPreview, { kind: 'settings' }>

/** Bringing settings in from a file, from choosing it to writing them. Nothing is written before the end. */
export class ImportRun {
  name = $state('')
  /** The passphrase is asked for. */
  sealed = $state(false)
  wrong = $state(false)
  preview = $state.raw<Readable | null>(null)
  /** Passwords that the file does not bring, as typed. */
  typed = $state<Record<string, string>>({})
  problem = $state<string | null>(null)
  issues = $state.raw<readonly Issue[]>([])
  busy = $state(false)
  #text = ''
  #passphrase: string | null = null

  /** @returns whether there is something to show: false when the system's dialog was closed */
  async choose(): Promise<boolean> {
    const opened = await ask('file.open', { maxBytes: MAX_BYTES })
    if (!opened.ok) {
      this.problem = opened.problem.text
      return true
    }
    if (opened.value === null) return false
    this.name = opened.value.name
    this.#text = opened.value.text
    await this.#read(null)
    return true
  }

  async unseal(passphrase: string): Promise<void> {
    await this.#read(passphrase)
  }

  async #read(passphrase: string | null): Promise<void> {
    this.busy = true
    const answer = await ask('config.readImport', { text: this.#text, passphrase })
    this.busy = false
    if (!answer.ok) {
      this.problem = answer.problem.text
      return
    }
    const found = answer.value
    this.sealed = found.kind === 'sealed'
    this.wrong = found.kind === 'sealed' && found.wrong
    this.problem = found.kind === 'unreadable' ? found.text : null
    if (found.kind !== 'settings') return
    this.#passphrase = passphrase
    this.preview = found
    this.issues = found.issues
    this.typed = Object.fromEntries(found.missing.map(({ name }) => [name, '']))
  }

  /** @returns whether all of it is written */
  async apply(): Promise<boolean> {
    this.busy = true
    const secrets = Object.entries(this.typed).map(([name, value]) => ({ name, value }))
    const result = await saving.importText(
      { text: this.#text, passphrase: this.#passphrase, secrets },
      saying('import.done', { name: this.name }),
    )
    this.busy = false
    if (!result.saved) this.issues = result.issues
    return result.saved
  }

  get hasErrors(): boolean {
    return this.issues.some(({ severity }) => severity === 'error')
  }
}
