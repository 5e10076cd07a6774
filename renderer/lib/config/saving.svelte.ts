import type { Answer, Args, ConfigChange, SaveResult } from '../../../main/contract/channels.ts'
import type { Issue } from '../../../main/contract/issue.ts'
import { ask } from '../bridge.ts'
import { config } from '../state/config.svelte.ts'
import { toasts } from '../state/toasts.svelte.ts'
import { saying, t } from '../words/words.svelte.ts'
import type { Saying } from '../words/words.svelte.ts'

/** What is to be written: keys of config.toml, and passwords that go to the key store first. */
interface Changes {
  readonly changes: readonly ConfigChange[]
  readonly secrets: readonly { readonly name: string; readonly value: string }[]
}

/** Writes settings: at once in force, with the way back in the toast. What stood in the way stays in `problems` until the next try. */
class Saving {
  busy = $state(false)
  /** Why the last change outside a dialog was refused. */
  problems = $state.raw<readonly Issue[]>([])
  /** Only the last change can be undone; an older offer goes when a new one comes. */
  #offered: number | undefined

  /** @param said  what the toast says when it is done */
  async save({ changes, secrets }: Changes, said: Saying): Promise<SaveResult> {
    if (changes.length === 0 && secrets.length === 0) return { saved: true, issues: [] }
    return this.#write(() => ask('config.change', { changes: [...changes], secrets: [...secrets] }), said)
  }
  async saveText(text: string, said: Saying): Promise<SaveResult> {
    return this.#write(() => ask('config.saveText', { text }), said)
  }
  /** Puts a text of the history back; so does its undo, since only the engine has the passwords that stand in such a text. */
  async restore(id: string, said: Saying): Promise<SaveResult> {
    return this.#write(() => ask('config.restore', { id }), said, undoByHistory)
  }
  /** @param args  what was read from a file of another computer */
  async importText(args: Args<'config.import'>, said: Saying): Promise<SaveResult> {
    return this.#write(() => ask('config.import', args), said, undoByHistory)
  }
  /** Saves what was done without a dialog (dragged, removed): a refusal is kept for the screen to show. */
  async saveHere(changes: Changes, said: Saying): Promise<boolean> {
    const result = await this.save(changes, said)
    this.problems = result.saved ? [] : result.issues
    return result.saved
  }

  async #write(
    write: () => Promise<Answer<SaveResult>>,
    said: Saying,
    goBack: (before: string) => Promise<Answer<SaveResult>> = (before) => ask('config.saveText', { text: before }),
  ): Promise<SaveResult> {
    const before = config.now?.text
    this.busy = true
    const answer = await write()
    const result = answer.ok ? answer.value : { saved: false, issues: [refusal(answer.problem.text)] }
    if (result.saved) {
      await reread()
      const after = config.now?.text
      const undo =
        before === undefined || before === after ? null : { said: saying('undo'), run: () => void this.#undo(() => goBack(before), after) }
      if (this.#offered !== undefined) toasts.dismiss(this.#offered)
      toasts.show(said, undo)
      this.#offered = toasts.shown.at(-1)?.id
    }
    this.busy = false
    return result
  }

  /** Puts the whole text back, comments and all, unless somebody else has changed it since. */
  async #undo(goBack: () => Promise<Answer<SaveResult>>, after: string | undefined): Promise<void> {
    await reread()
    if (config.now?.text !== after) {
      this.problems = [refusal(`${t('routing.undo.changed')}. ${t('routing.undo.changed.text')}`)]
      return
    }
    const answer = await goBack()
    const result = answer.ok ? answer.value : { saved: false, issues: [refusal(answer.problem.text)] }
    this.problems = result.saved ? [] : result.issues
    if (!result.saved) return
    await reread()
    toasts.show(saying('routing.undone'))
  }
}
export const settings = new Saving()

/** The text before the last change is the newest of the history. */
async function undoByHistory(): Promise<Answer<SaveResult>> {
  const history = await ask('config.history', {})
  if (!history.ok) return history
  const [newest] = history.value
  return newest === undefined ? { ok: true, value: { saved: false, issues: [] } } : ask('config.restore', { id: newest.id })
}

/** The bridge's own refusal, told as a problem of the whole file. */
function refusal(message: string): Issue {
  return { severity: 'error', kind: 'build', code: 'refused', path: '', message }
}

/** Does not wait for the notice: what is saved is shown at once. */
async function reread(): Promise<void> {
  const answer = await ask('config.get', {})
  if (answer.ok) config.now = answer.value
}
