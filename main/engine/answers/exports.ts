import { basename } from 'node:path'
import { dayOf } from '../../contract/index.ts'
import type { Args, Exported, Notice, NoticeName, SavedFile } from '../../contract/index.ts'
import type { Activity } from '../activity/index.ts'
import type { Queue } from '../queue/index.ts'
import type { Spool } from '../spool/index.ts'
import type { Clock, Disk } from '../system/index.ts'
import { Refused } from './refused.ts'
import { rowFile } from './row-file.ts'

const PAGE = 2000
const PROGRESS_MS = 200

export interface ExportParts {
  readonly activity: Pick<Activity, 'rows'>
  readonly queue: Pick<Queue, 'get'>
  readonly spool: Pick<Spool, 'read'>
  readonly disk: Pick<Disk, 'create' | 'rename' | 'remove'>
  readonly clock: Clock
  tell<N extends NoticeName>(this: void, name: N, value: Notice<N>): void
}

/** Writes to places that a person chose. What is half written is never left there under the chosen name. */
export interface Exports {
  /** @returns `saved` false when it was stopped. @throws Refused `not-saved` in the system's words */
  rows(wanted: Args<'activity.exportTo'>): Promise<Exported>
  stop(id: string): void
  /** The message as stored. @throws Refused `not-waiting`, `not-saved` */
  message(wanted: Args<'queue.saveSourceTo'>): Promise<SavedFile>
}

export function createExports(parts: ExportParts): Exports {
  const running = new Map<string, AbortController>()
  return {
    async rows(wanted) {
      const stopping = new AbortController()
      running.set(wanted.id, stopping)
      let rows = 0
      try {
        const saved = await writeWhole(parts.disk, wanted.path, async (write) => {
          rows = await writeRows(parts, wanted, write, stopping.signal)
          return !stopping.signal.aborted
        })
        return saved ? { saved, name: basename(wanted.path), rows } : { saved, name: '', rows: 0 }
      } finally {
        running.delete(wanted.id)
      }
    },
    stop: (id) => running.get(id)?.abort(),
    async message({ id, path }) {
      if (parts.queue.get(id) === undefined) throw new Refused('not-waiting', 'This message does not wait any more.')
      await writeWhole(parts.disk, path, async (write) => {
        for await (const chunk of parts.spool.read(id) as AsyncIterable<Uint8Array>) await write(chunk)
        return true
      })
      return { saved: true, name: basename(path) }
    },
  }
}

type Write = (data: string | Uint8Array) => Promise<void>

async function writeRows(
  { activity, clock, tell }: ExportParts,
  { id, filter, format }: Args<'activity.exportTo'>,
  write: Write,
  stop: AbortSignal,
): Promise<number> {
  const file = rowFile(format)
  await write(file.head)
  let rows = 0
  let toldAt = -Infinity
  let before: { acceptedAt: number; key: string } | null = null
  for (let more = true; more && !stop.aborted;) {
    const page: Awaited<ReturnType<Activity['rows']>> = await activity.rows({ filter, before, limit: PAGE })
    await write(page.rows.map((row, at) => file.row(row, rows + at === 0)).join(''))
    rows += page.rows.length
    before = page.rows.at(-1) ?? before
    more = page.more
    if (clock.monotonic() - toldAt < PROGRESS_MS) continue
    toldAt = clock.monotonic()
    tell('activity.exporting', { id, rows, day: page.reading ?? (before === null ? '' : dayOf(before.acceptedAt)) })
  }
  await write(file.tail)
  return rows
}

/**
 * Writes beside the place and renames at the end, so that a file of that name is either the old one or whole.
 * @param fill  whether it is to be kept
 */
async function writeWhole(disk: ExportParts['disk'], path: string, fill: (write: Write) => Promise<boolean>): Promise<boolean> {
  const part = `${path}.part`
  try {
    await disk.remove(part)
    const file = await disk.create(part)
    let keep = false
    try {
      keep = await fill((data) => file.write(data))
      if (keep) await file.sync()
    } finally {
      await file.close()
      if (!keep) await disk.remove(part)
    }
    if (keep) await disk.rename(part, path)
    return keep
  } catch (thrown) {
    throw new Refused('not-saved', thrown instanceof Error ? thrown.message : String(thrown))
  }
}
