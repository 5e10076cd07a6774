import { join } from 'node:path'
import type { System } from '../system/index.ts'

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
