import { dirname, join } from 'node:path'
import { activityEvent, dayOf } from '../../contract/index.ts'
import type { ActivityEvent } from '../../contract/index.ts'
import type { Clock, Disk, DiskFile, Timer } from '../system/index.ts'

const FLUSH_MS = 200
const FLUSH_LETTERS = 65_536
/** Beyond this, lines are dropped: the disk does not keep up, and mail goes first. */
const MAX_PENDING_LETTERS = 8 * 1024 * 1024
const FILE_NAME = /^(\d{4}-\d{2}-\d{2})\.jsonl$/
const NEWLINE = 10

interface OpenFile {
  readonly day: string
  readonly file: DiskFile
  /** The file may end within a line. */
  midLine: boolean
  /** The file itself would still be there after a power cut. */
  nameIsDurable: boolean
}

export interface Line {
  readonly text: string
  /** Byte position behind the line. */
  readonly end: number
}

/** The files `YYYY-MM-DD.jsonl` (local days): one JSON object a line, written a little later than recorded and never waited for. */
export class EventLog {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #folder: string
  #pending: { readonly day: string; readonly line: string }[] = []
  #pendingLetters = 0
  #timer: Timer | null = null
  #writing: Promise<void> | null = null
  #settling: (() => void)[] = []
  #current: OpenFile | null = null
  /** Called when all that was recorded is in the files, or lost to a full disk. */
  onWritten: (day: string, bytes: number) => void = () => undefined
  /** The first failure of a row of them. */
  onTrouble: (error: unknown) => void = () => undefined
  #troubled = false

  constructor(options: { disk: Disk; clock: Clock; folder: string }) {
    this.#disk = options.disk
    this.#clock = options.clock
    this.#folder = options.folder
  }

  add(event: ActivityEvent): void {
    const line = `${JSON.stringify(event)}\n`
    if (this.#pendingLetters + line.length > MAX_PENDING_LETTERS) return
    this.#pending.push({ day: dayOf(event.at), line })
    this.#pendingLetters += line.length
    if (this.#pendingLetters >= FLUSH_LETTERS) void this.flush()
    else this.#timer ??= this.#clock.after(FLUSH_MS, () => void this.flush())
  }

  /** Writes what is pending. Never rejects. */
  flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = null
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null
    })
    return this.#writing
  }

  /** Resolves when all that was added survives a power cut, with the next flush, or is lost to a full disk. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settling.push(resolve)
      this.#timer ??= this.#clock.after(FLUSH_MS, () => void this.flush())
    })
  }

  async close(): Promise<void> {
    while (this.#pending.length > 0 || this.#settling.length > 0 || this.#writing !== null) await this.flush()
    await this.#closeFile()
  }

  /** Days that have a file, oldest first. */
  async days(): Promise<string[]> {
    const names = await this.#disk.list(this.#folder)
    return names.flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []).sort()
  }

  async bytesOf(day: string): Promise<number> {
    return (await this.#disk.stat(this.#path(day)))?.bytes ?? 0
  }

  /** The whole lines of a day from byte `start` on; a file that is not there has none. */
  async *lines(day: string, start = 0): AsyncGenerator<Line> {
    const bytes = await this.bytesOf(day)
    if (bytes <= start) return
    let rest: Uint8Array = Buffer.alloc(0)
    let at = start
    for await (const chunk of this.#disk.readStream(this.#path(day), start, bytes) as AsyncIterable<Uint8Array>) {
      const data = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([rest, chunk])
      let from = 0
      for (let to = data.indexOf(NEWLINE, from); to >= 0; to = data.indexOf(NEWLINE, from)) {
        at += to + 1 - from
        yield { text: data.toString('utf8', from, to), end: at }
        from = to + 1
      }
      rest = data.subarray(from)
    }
  }

  /** Deletes the files of days before `day`. */
  async deleteBefore(day: string): Promise<void> {
    for (const old of await this.days()) {
      if (old < day && old !== this.#current?.day) await this.#disk.remove(this.#path(old))
    }
  }

  #path(day: string): string {
    return join(this.#folder, `${day}.jsonl`)
  }

  async #writeAll(): Promise<void> {
    do {
      await this.#writePending()
      await this.#settle()
    } while (this.#pending.length > 0 || this.#settling.length > 0)
    if (this.#current !== null) this.onWritten(this.#current.day, this.#current.file.size)
  }

  /** One sync for all who wait. */
  async #settle(): Promise<void> {
    if (this.#settling.length === 0) return
    const settling = this.#settling
    this.#settling = []
    try {
      if (this.#current !== null) await this.#sync(this.#current)
    } catch (error) {
      // As with lines that cannot be written: mail goes first.
      if (!this.#troubled) this.onTrouble(error)
      this.#troubled = true
    }
    for (const resolve of settling) resolve()
  }

  async #sync(current: OpenFile): Promise<void> {
    await current.file.sync()
    if (current.nameIsDurable) return
    await this.#disk.syncFolder(this.#folder)
    await this.#disk.syncFolder(dirname(this.#folder))
    current.nameIsDurable = true
  }

  async #writePending(): Promise<void> {
    while (this.#pending.length > 0) {
      const day = this.#pending[0]?.day ?? ''
      const until = this.#pending.findIndex((one) => one.day !== day)
      const batch = this.#pending.splice(0, until < 0 ? this.#pending.length : until)
      const text = batch.map((one) => one.line).join('')
      this.#pendingLetters -= text.length
      try {
        await this.#write(day, text)
        this.#troubled = false
      } catch (error) {
        // These lines are lost: mail must not wait for its log. Half a line may be there; the next write begins a new one.
        if (this.#current !== null) this.#current.midLine = true
        if (!this.#troubled) this.onTrouble(error)
        this.#troubled = true
      }
    }
  }

  async #write(day: string, text: string): Promise<void> {
    const current = await this.#open(day)
    await current.file.write(current.midLine ? `\n${text}` : text)
    current.midLine = false
  }

  async #open(day: string): Promise<OpenFile> {
    if (this.#current?.day === day) return this.#current
    await this.#closeFile()
    await this.#disk.makeFolder(this.#folder, { mode: 0o700 })
    const file = await this.#disk.openAppend(this.#path(day))
    // A line that a crash cut off must not swallow the next one; an empty line is skipped by readers.
    const current = { day, file, midLine: file.size > 0, nameIsDurable: false }
    this.#current = current
    return current
  }

  async #closeFile(): Promise<void> {
    const current = this.#current
    this.#current = null
    if (current === null) return
    try {
      await this.#sync(current)
      await current.file.close()
    } catch (error) {
      this.onTrouble(error)
    }
  }
}

/** An event from a line of a file; null for what is none (a torn line, another program's). */
export function parseLine(text: string): ActivityEvent | null {
  try {
    const parsed = activityEvent.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    // Not JSON: a line that was cut off.
    return null
  }
}

/** The entry id in a line, without reading all of it; '' when there is none. */
export function entryIdOf(text: string): string {
  return /"entryId":"([^"\\]*)"/.exec(text)?.[1] ?? ''
}
