import type { Attachment, OpenLetter } from '../../../main/contract/mailboxes.ts'
import { safeFileName } from '../../../main/contract/file-name.ts'
import type { SavedFile } from '../../../main/contract/files.ts'
import type { Answer } from '../../../main/contract/channels.ts'
import { ask, on } from '../../lib/bridge.ts'
import { toasts } from '../../lib/state/toasts.svelte.ts'
import { saying, t } from '../../lib/words/words.svelte.ts'
import type { Saying } from '../../lib/words/words.svelte.ts'

interface Exporting {
  readonly job: string
  readonly mailbox: string
  readonly done: number
  readonly total: number
}

/** What a person does with messages and mailboxes. What can be undone is done at once. */
export class LetterActs {
  /** What could not be done, and why; stays until the next thing. */
  trouble = $state.raw<{ readonly title: Saying; readonly text: string } | null>(null)
  exporting = $state.raw<Exporting | null>(null)
  #jobs = 0

  /** @returns a function that ends it */
  start(): () => void {
    return on('mailbox.exporting', ({ job, done, total }) => {
      if (this.exporting?.job === job) this.exporting = { ...this.exporting, done, total }
    })
  }

  async mark(mailbox: string, ids: readonly string[] | null, change: { unread?: boolean; flagged?: boolean }): Promise<void> {
    this.#take(await ask('mailbox.mark', { mailbox, ids: ids === null ? null : [...ids], ...change }), saying('letter.act.failed'))
  }

  async delete(mailbox: string, ids: readonly string[]): Promise<boolean> {
    const answer = await ask('mailbox.delete', { mailbox, ids: [...ids] })
    if (!this.#take(answer, saying('letter.act.failed'))) return false
    toasts.show(saying('letter.deleted', { count: ids.length }), { said: saying('undo'), run: () => void this.#restore(mailbox, ids) })
    return true
  }

  async #restore(mailbox: string, ids: readonly string[]): Promise<void> {
    this.#take(await ask('mailbox.restore', { mailbox, ids: [...ids] }), saying('letter.act.failed'))
  }

  async saveMessage(mailbox: string, letter: OpenLetter): Promise<void> {
    const suggestedName = `${safeFileName(letter.subject, t('letter.pane')).slice(0, 80)}.eml`
    this.#saved(await ask('mailbox.saveMessage', { mailbox, id: letter.id, suggestedName }), suggestedName)
  }

  async saveAttachment(mailbox: string, id: string, { index, name }: Attachment): Promise<void> {
    const suggestedName = safeFileName(name, t('attachment.none', { number: index + 1 }))
    this.#saved(await ask('mailbox.saveAttachment', { mailbox, id, index, suggestedName }), suggestedName)
  }

  async export(mailbox: string, format: 'mbox' | 'eml', total: number): Promise<void> {
    if (this.exporting !== null) return
    const job = `export-${Date.now()}-${++this.#jobs}`
    this.exporting = { job, mailbox, done: 0, total }
    const answer = await ask('mailbox.export', { mailbox, format, job })
    this.exporting = null
    if (!this.#take(answer, saying('mailbox.export.failed', { mailbox })) || !answer.ok || !answer.value.saved) return
    toasts.show(saying('mailbox.exported', { count: answer.value.messages, name: answer.value.name }))
  }

  stopExport(): void {
    if (this.exporting !== null) void ask('mailbox.cancelExport', { job: this.exporting.job })
  }

  #saved(answer: Answer<SavedFile>, name: string): void {
    if (!this.#take(answer, saying('letter.notSaved', { name })) || !answer.ok || !answer.value.saved) return
    toasts.show(saying('letter.saved', { name: answer.value.name }))
  }

  #take(answer: Answer<unknown>, title: Saying): boolean {
    this.trouble = answer.ok ? null : { title, text: answer.problem.text }
    return answer.ok
  }
}
