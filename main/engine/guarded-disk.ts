import { dirname, join, sep } from 'node:path'
import type { Disk } from './system/index.ts'

/**
 * The disk, with care for a data folder that vanishes: while the spool is not there, nothing is made anew in its place. Else a disk that is mounted again
 * would hide what was written meanwhile, and a folder that was moved away could not come back.
 */
export function guardedDisk(disk: Disk, dataFolder: string): { readonly disk: Disk; /** From now on: the spool is there. */ arm(): void } {
  const marker = join(dataFolder, 'spool', 'version')
  const inside = (path: string): boolean => path === dataFolder || path.startsWith(dataFolder.endsWith(sep) ? dataFolder : dataFolder + sep)
  let armed = false
  async function guard(path: string): Promise<void> {
    if (!armed || !inside(path) || (await disk.stat(marker)) !== null) return
    throw Object.assign(new Error(`the data folder is gone: ${dirname(marker)}`), { code: 'ENOENT' })
  }
  return {
    disk: {
      ...disk,
      async makeFolder(path, options) {
        await guard(path)
        await disk.makeFolder(path, options)
      },
      async writeFileDurably(path, data, options) {
        await guard(path)
        await disk.writeFileDurably(path, data, options)
      },
    },
    arm() {
      armed = true
    },
  }
}
