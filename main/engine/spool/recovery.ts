import { join } from 'node:path'
import type { Disk } from '../system/index.ts'
import { encodeEntry, isFinished, SharedValues } from './entry-record.ts'
import { isId } from './ids.ts'
import { readJournal } from './journal-reader.ts'
import type { JournalFindings } from './journal-reader.ts'
import { isDesktopLitter, isUnreadable, keepAside, moveAside } from './layout.ts'
import type { Layout, SetAside } from './layout.ts'
import { MessageFileError, messagePath, readTrailer } from './message-file.ts'
import type { Kept } from './shelf.ts'
import { bringToVersion } from './version.ts'

/** What a start finds in the spool. */
export interface Recovered {
  /** Unfinished entries, oldest first. */
  readonly kept: Kept[]
  /** Entries that have come to their end and are still here: whoever tells of ends looks at them before they go. */
  readonly finished: Kept[]
  readonly setAside: SetAside[]
  /** Journal segments and their lengths. */
  readonly segments: ReadonlyMap<number, number>
  /** Entries that must be written down as removed, since they were set aside. */
  readonly forget: readonly string[]
  /** Removed entries whose file would not go. */
  readonly owed: readonly string[]
}

const FILES_AT_ONCE = 32

/**
 * Makes the folders and finds out what is there after any kind of end. May be cut off at every point and run again: it only removes what was never
 * acknowledged or is written down as removed, and moves aside what cannot be read.
 */
export async function recover(disk: Disk, layout: Layout): Promise<Recovered> {
  await disk.makeFolder(layout.root, { mode: 0o700 })
  await disk.makeFolder(layout.corrupt, { mode: 0o700 })
  const setAside = await bringToVersion(disk, layout)
  for (const folder of [layout.incoming, layout.queue, layout.journal]) await disk.makeFolder(folder, { mode: 0o700 })
  await disk.syncFolder(layout.root)
  const recovery = new Recovery(disk, layout, setAside)
  await recovery.sweepIncoming()
  return recovery.run(await readJournal(disk, layout, recovery.shared))
}

class Recovery {
  readonly shared = new SharedValues()
  readonly #disk: Disk
  readonly #layout: Layout
  readonly #setAside: SetAside[]
  readonly #kept: Kept[] = []
  readonly #finished: Kept[] = []
  readonly #forget: string[] = []
  readonly #owed: string[] = []

  constructor(disk: Disk, layout: Layout, setAside: readonly SetAside[]) {
    this.#disk = disk
    this.#layout = layout
    this.#setAside = [...setAside]
  }

  /** What was being received was never acknowledged. */
  async sweepIncoming(): Promise<void> {
    for (const name of await this.#disk.list(this.#layout.incoming)) {
      const path = join(this.#layout.incoming, name)
      const ours = isId(name.replace(/\.moving$/, '')) && (await this.#disk.stat(path))?.isFolder !== true
      if (ours) await this.#disk.remove(path)
      else if (!isDesktopLitter(name)) await this.#aside(path, name, 'It is not a file of Mailroom.')
    }
  }

  async run(journal: JournalFindings): Promise<Recovered> {
    this.#setAside.push(...journal.setAside)
    const files = await this.#messageFiles()
    await inParallel(journal.entries, ([id, found]) => this.#takeFromJournal(id, found.entry, found.stateIn, journal.bodies.get(id), files))
    // After a kill without a power cut, names are visible that are not durable yet; what is told from here on relies on them.
    await this.#disk.syncFolder(this.#layout.queue)
    await this.#takeFromFiles(
      [...files].filter((id) => !journal.entries.has(id)),
      journal.removed,
    )
    this.#kept.sort((a, b) => (a.entry.head.id < b.entry.head.id ? -1 : 1))
    const unreadable = journal.unreadable.filter((id) => !this.#forget.includes(id))
    return {
      kept: this.#kept,
      finished: this.#finished,
      setAside: this.#setAside,
      segments: journal.segments,
      forget: [...this.#forget, ...unreadable],
      owed: this.#owed,
    }
  }

  async #messageFiles(): Promise<Set<string>> {
    const ids = new Set<string>()
    for (const name of await this.#disk.list(this.#layout.queue)) {
      if (isId(name)) ids.add(name)
      else if (!isDesktopLitter(name)) await this.#aside(join(this.#layout.queue, name), name, 'It is not a file of Mailroom.')
    }
    return ids
  }

  async #takeFromJournal(
    id: string,
    entry: Kept['entry'],
    stateIn: number,
    body: Kept['body'] | undefined,
    files: ReadonlySet<string>,
  ): Promise<void> {
    const inFile = files.has(id)
    if (isFinished(entry)) {
      this.#finished.push({ entry, stateIn, body: null, hasFile: inFile })
    } else if (inFile) {
      if (await this.#isCutOff(id, entry)) return
      this.#kept.push({ entry, stateIn, body: null, hasFile: true })
    } else if (body !== undefined) {
      this.#kept.push({ entry, stateIn, body, hasFile: false })
    } else {
      await this.#keepEnvelope(id, entry)
    }
  }

  /** The journal spares reading the file, not a look at its length. */
  async #isCutOff(id: string, entry: Kept['entry']): Promise<boolean> {
    const path = messagePath(this.#layout, id)
    const stat = await this.#disk.stat(path)
    if (stat !== null && !stat.isFolder && stat.bytes >= entry.head.size) return false
    await this.#aside(path, id, `The message file for ${addressesOf(entry)} is cut off.`)
    await this.#keepEnvelope(id, entry, 'The message file is cut off')
    return true
  }

  /** The envelope is there, the message is not: the envelope is all that can be kept. */
  async #keepEnvelope(id: string, entry: Kept['entry'], why = 'The message is gone from the disk'): Promise<void> {
    const reason = `${why}; this is its envelope, for ${addressesOf(entry)}.`
    const kept = await keepAside(this.#disk, this.#layout, `${id}.json`, encodeEntry(entry), reason)
    if (kept !== null) this.#setAside.push(kept)
    this.#forget.push(id)
  }

  async #takeFromFiles(ids: readonly string[], removed: ReadonlySet<string>): Promise<void> {
    await inParallel(ids, (id) => (removed.has(id) ? this.#removeFile(id) : this.#takeFromFile(id)))
  }

  async #takeFromFile(id: string): Promise<void> {
    try {
      const entry = await readTrailer(this.#disk, this.#layout, id, this.shared)
      const found = { entry, stateIn: 0, body: null, hasFile: true }
      if (isFinished(entry)) this.#finished.push(found)
      else this.#kept.push(found)
    } catch (error) {
      if (!(error instanceof MessageFileError) && !isUnreadable(error)) throw error
      const why = error instanceof MessageFileError ? error.message : `the disk says ${String(error)}`
      await this.#aside(messagePath(this.#layout, id), id, `The message file cannot be used: ${why}.`)
    }
  }

  async #removeFile(id: string): Promise<void> {
    await this.#disk.remove(messagePath(this.#layout, id)).catch(() => this.#owed.push(id))
  }

  async #aside(path: string, name: string, reason: string): Promise<void> {
    this.#setAside.push(await moveAside(this.#disk, this.#layout, path, name, reason))
  }
}

function addressesOf(entry: Kept['entry']): string {
  return entry.recipients.map((state) => state.address).join(', ')
}

async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker))
}
