import type { LetterFilter } from '../../../main/contract/mailboxes.ts'
import { LETTERS_PER_PAGE } from '../../../main/contract/mailboxes.ts'
import { ask } from '../../lib/bridge.ts'
import { PAGE, missingPages, rowsFrom, withLetters } from './letter-rows.ts'

/** The list of one mailbox: when each message came at once, the rows as they are scrolled to. */
export class LetterList {
  mailbox = $state<string | null>(null)
  filter = $state<LetterFilter>('all')
  /** Seconds since 1970, newest first. */
  times = $state.raw<readonly number[]>([])
  /** By place in the list. */
  rows = $state.raw(rowsFrom(0, []))
  loading = $state(true)
  problem = $state<string | null>(null)
  /** Called before other times take the place of these, so that what is read can stay where it is. */
  onchange: ((before: readonly number[], after: readonly number[]) => void) | null = null

  #revision = 0
  #asked = 0
  #wanted: readonly [number, number] = [0, PAGE]
  #pages: readonly number[] = []
  #reading: Promise<void> | null = null
  #again = false

  /** Another mailbox or filter: begins at the top. */
  async show(mailbox: string, filter: LetterFilter): Promise<void> {
    this.mailbox = mailbox
    this.filter = filter
    this.#wanted = [0, PAGE]
    this.#asked++
    this.loading = true
    await this.#read()
  }

  /** The mailbox is told to have changed. @param revision of its summary */
  changed(revision: number): void {
    if (this.mailbox === null || this.loading || revision === this.#revision) return
    void this.refresh()
  }

  /** Reads anew what is seen; once at a time, and once more when it was asked for meanwhile. */
  async refresh(): Promise<void> {
    this.#again = true
    this.#reading ??= this.#refreshAll().finally(() => (this.#reading = null))
    await this.#reading
  }

  /** Reads the rows from `first` up to, not including, `end`, where they are not here yet. */
  want(first: number, end: number): void {
    this.#wanted = [first, end]
    for (const page of missingPages(this.rows, [first, end], this.times.length)) {
      if (!this.#pages.includes(page)) void this.#readPage(page)
    }
  }

  at(id: string): number {
    for (const [index, row] of this.rows) if (row.id === id) return index
    return -1
  }

  async #refreshAll(): Promise<void> {
    while (this.#again) {
      this.#again = false
      await this.#read()
    }
  }

  async #read(): Promise<void> {
    const { mailbox, filter } = this
    const asked = this.#asked
    if (mailbox === null) return
    const outline = await ask('mailbox.outline', { mailbox, filter })
    if (asked !== this.#asked) return
    if (!outline.ok) {
      this.#fail(outline.problem.text)
      return
    }
    const { times, revision } = outline.value
    const [first, end] = this.loading ? [0, PAGE] : this.#wanted
    // What came on top moves what is seen further down.
    const moved = this.loading ? 0 : Math.max(0, times.length - this.times.length)
    const offset = Math.max(0, Math.min(first + moved, times.length) - PAGE)
    const limit = Math.min(LETTERS_PER_PAGE, end - first + 2 * PAGE)
    const page = await ask('mailbox.letters', { mailbox, filter, offset, limit })
    if (asked !== this.#asked) return
    if (!page.ok) {
      this.#fail(page.problem.text)
      return
    }
    if (page.value.revision !== revision) this.#again = true
    if (!this.loading) this.onchange?.(this.times, times)
    this.#revision = revision
    this.#pages = []
    this.rows = rowsFrom(offset, page.value.letters)
    this.times = times
    this.loading = false
    this.problem = null
    if (this.#again && this.#reading === null) void this.refresh()
  }

  async #readPage(page: number): Promise<void> {
    const { mailbox, filter } = this
    const asked = this.#asked
    const revision = this.#revision
    if (mailbox === null) return
    this.#pages = [...this.#pages, page]
    const answer = await ask('mailbox.letters', { mailbox, filter, offset: page * PAGE, limit: PAGE })
    if (asked !== this.#asked || revision !== this.#revision) return
    this.#pages = this.#pages.filter((one) => one !== page)
    if (!answer.ok) this.#fail(answer.problem.text)
    else if (answer.value.revision !== revision) void this.refresh()
    else this.rows = withLetters(this.rows, page * PAGE, answer.value.letters, this.#wanted)
  }

  #fail(text: string): void {
    this.problem = text
    this.loading = false
  }
}
