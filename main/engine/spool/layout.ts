import { join } from 'node:path'
import { errorCode } from '../system/index.ts'
import type { Disk } from '../system/index.ts'

/** Where things stand in the spool's folder. */
export interface Layout {
  readonly root: string
  readonly version: string
  readonly incoming: string
  readonly queue: string
  readonly journal: string
  readonly corrupt: string
}

export function layoutOf(root: string): Layout {
  return {
    root,
    version: join(root, 'version'),
    incoming: join(root, 'incoming'),
    queue: join(root, 'queue'),
    journal: join(root, 'journal'),
    corrupt: join(root, 'corrupt'),
  }
}

/** Numbers grow beyond eight digits rather than begin again. */
const SEGMENT = /^(\d{8,15})\.log$/

export function segmentPath(layout: Layout, number: number): string {
  return join(layout.journal, `${String(number).padStart(8, '0')}.log`)
}

/** The number of a journal segment's file name, null for other names. */
export function segmentNumber(name: string): number | null {
  const found = SEGMENT.exec(name)
  return found === null ? null : Number(found[1])
}

/** What desktops strew about; not ours, not worth a word. */
export function isDesktopLitter(name: string): boolean {
  return ['.ds_store', 'thumbs.db', 'desktop.ini', '.directory'].includes(name.toLowerCase())
}

export interface SetAside {
  /** Path of what was kept. */
  readonly file: string
  readonly reason: string
}

/** Moves what cannot be read to `corrupt/`, never over something that is there. */
export async function moveAside(disk: Disk, layout: Layout, path: string, name: string, reason: string): Promise<SetAside> {
  let target = join(layout.corrupt, name)
  for (let copy = 2; (await disk.stat(target)) !== null; copy++) target = join(layout.corrupt, `${name}.${copy}`)
  await disk.rename(path, target)
  return { file: target, reason }
}

/** Keeps bytes that cannot be read in `corrupt/`. The same name stands for the same trouble: when it is there already, the answer is null. */
export async function keepAside(disk: Disk, layout: Layout, name: string, data: Uint8Array, reason: string): Promise<SetAside | null> {
  const target = join(layout.corrupt, name)
  if ((await disk.stat(target)) !== null) return null
  await disk.writeFileDurably(target, data)
  return { file: target, reason }
}

/** ENOENT: it is listed, so it is a link to nowhere. */
const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EIO', 'EISDIR', 'EFBIG', 'ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO'])

/** The disk says that this one thing cannot be read, rather than that nothing works. */
export function isUnreadable(thrown: unknown): boolean {
  return UNREADABLE.has(errorCode(thrown))
}
