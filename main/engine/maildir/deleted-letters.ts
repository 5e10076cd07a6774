import { join } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../system/index.ts'
import type { Disk } from '../system/index.ts'

const deleted = z.object({ mailbox: z.string(), id: z.string(), at: z.number() })
const stored = z.array(deleted)
export type DeletedLetter = z.infer<typeof deleted>

/**
 * Which messages a person deleted here and when, in `.deleted.json` beside the mailboxes. Maildir's own flag T hides them; this tells which of
 * those flags are ours, so that what another program marked is never removed by us.
 */
export class DeletedLetters {
  readonly #disk: Disk
  readonly #path: string
  #letters: DeletedLetter[] | null = null

  constructor(disk: Disk, folder: string) {
    this.#disk = disk
    this.#path = join(folder, '.deleted.json')
  }

  async add(letters: readonly DeletedLetter[]): Promise<void> {
    await this.#save([...(await this.#read()), ...letters])
  }

  async drop(mailbox: string, ids: ReadonlySet<string>): Promise<void> {
    await this.#save((await this.#read()).filter((one) => one.mailbox !== mailbox || !ids.has(one.id)))
  }

  /** Those deleted before `at`. */
  async before(at: number): Promise<readonly DeletedLetter[]> {
    return (await this.#read()).filter((one) => one.at < at)
  }

  /** When the oldest was deleted; null when there is none. */
  async oldestAt(): Promise<number | null> {
    const times = (await this.#read()).map(({ at }) => at)
    return times.length === 0 ? null : times.reduce((least, at) => Math.min(least, at))
  }

  async #read(): Promise<DeletedLetter[]> {
    if (this.#letters !== null) return this.#letters
    let letters: DeletedLetter[] = []
    try {
      const read = stored.safeParse(JSON.parse((await this.#disk.readFile(this.#path)).toString('utf8')))
      if (read.success) letters = read.data
    } catch (thrown) {
      // Missing as long as nothing was deleted. A damaged list means that what it named stays hidden and on the disk: nothing is lost by that.
      if (errorCode(thrown) !== 'ENOENT' && !(thrown instanceof SyntaxError)) throw thrown
    }
    this.#letters ??= letters
    return this.#letters
  }

  async #save(letters: DeletedLetter[]): Promise<void> {
    this.#letters = letters
    if (letters.length === 0) await this.#disk.remove(this.#path)
    else await this.#disk.writeFileDurably(this.#path, JSON.stringify(letters))
  }
}
