import { join } from 'node:path'
import type { HistoryEntry } from '../../contract/index.ts'
import type { Disk, System } from '../system/index.ts'
import { changeBetween } from './key-changes.ts'

const KEPT = 20
const NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-\d{3}\.toml$/

/** Puts a text of the configuration aside under the present time, unless it is the newest there already; the last 20 are kept. */
export async function keepHistory({ disk, clock }: System, folder: string, text: string): Promise<void> {
  await disk.makeFolder(folder)
  const names = (await disk.list(folder)).filter((name) => NAME.test(name)).sort()
  const newest = names[names.length - 1]
  if (newest !== undefined && (await disk.readFile(join(folder, newest))).toString('utf8') === text) return
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')
  const sameMoment = names.filter((name) => name.startsWith(stamp)).pop()
  const index = sameMoment === undefined ? 0 : Number(sameMoment.slice(-8, -5)) + 1
  await disk.writeFileDurably(join(folder, `${stamp}-${String(index).padStart(3, '0')}.toml`), text)
  const surplus = names.slice(0, Math.max(0, names.length + 1 - KEPT))
  for (const name of surplus) await disk.remove(join(folder, name))
}

/** Which texts are kept: the newest first. */
async function namesIn(disk: Disk, folder: string): Promise<string[]> {
  return (await disk.list(folder))
    .filter((name) => NAME.test(name))
    .sort()
    .reverse()
}

/**
 * Every change of which the text before it is kept, newest first.
 * @param now the file's text, after the newest change
 */
export async function listHistory(disk: Disk, folder: string, now: string): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = []
  let after = now
  for (const name of await namesIn(disk, folder)) {
    const before = (await disk.readFile(join(folder, name))).toString('utf8')
    entries.push({ id: idOf(name), at: timeOf(name), bytes: Buffer.byteLength(before), ...changeBetween(before, after) })
    after = before
  }
  return entries
}

/** The text before a change and after it; undefined when it is not kept. */
export async function readHistory(
  disk: Disk,
  folder: string,
  id: string,
  now: string,
): Promise<{ before: string; after: string } | undefined> {
  const names = await namesIn(disk, folder)
  const at = names.findIndex((name) => idOf(name) === id)
  const [name, newer] = [names[at], names[at - 1]]
  if (name === undefined) return undefined
  const read = async (one: string): Promise<string> => (await disk.readFile(join(folder, one))).toString('utf8')
  return { before: await read(name), after: newer === undefined ? now : await read(newer) }
}

function idOf(name: string): string {
  return name.slice(0, -'.toml'.length)
}

/** `2026-11-23T14-02-11-123Z-000.toml` as ms since 1970. */
function timeOf(name: string): number {
  const [, day = '', hours = '', minutes = '', seconds = '', ms = ''] = /^(.{10})T(..)-(..)-(..)-(...)Z/.exec(name) ?? []
  return Date.parse(`${day}T${hours}:${minutes}:${seconds}.${ms}Z`)
}
