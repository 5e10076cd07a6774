import { join } from 'node:path'
import { LockHeldError, errorCode } from './system/index.ts'
import type { Disk, Lock } from './system/index.ts'

/** Why the engine cannot start, in words for people. */
export class StartProblem extends Error {
  override readonly name = 'StartProblem'
}

/** Takes the data folder. @throws StartProblem when it cannot be written or another engine holds it */
export async function lockFolder(disk: Disk, dataFolder: string, holder: string): Promise<Lock> {
  try {
    await disk.makeFolder(dataFolder)
    return await disk.lock(join(dataFolder, 'lock'), holder)
  } catch (thrown) {
    throw new StartProblem(explain(thrown, dataFolder), { cause: thrown })
  }
}

/** Whatever stopped the start, in words for people. */
export function asStartProblem(thrown: unknown, dataFolder: string): StartProblem {
  if (thrown instanceof StartProblem) return thrown
  const code = errorCode(thrown)
  // The folder itself is one, so this is about something in it.
  if (code === 'EEXIST' || code === 'ENOTDIR') return new StartProblem(unusable(thrown, dataFolder), { cause: thrown })
  if (code !== '') return new StartProblem(explain(thrown, dataFolder), { cause: thrown })
  return new StartProblem(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

function explain(thrown: unknown, dataFolder: string): string {
  if (thrown instanceof LockHeldError) {
    return `The data folder ${dataFolder} is in use by ${thrown.holder}. Only one Mailroom can work on it; stop that one first, or name another folder with --data.`
  }
  switch (errorCode(thrown)) {
    case 'EACCES':
    case 'EPERM':
      return `Mailroom may not write to the data folder ${dataFolder}. Give this user permission, or name another folder with --data.`
    case 'EROFS':
      return `The data folder ${dataFolder} is on a disk that can only be read. Name another folder with --data.`
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk of the data folder ${dataFolder} is full. Make room and start Mailroom again; nothing that waits is lost.`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${dataFolder} is a file, not a folder. Name another folder with --data.`
    default:
      return unusable(thrown, dataFolder)
  }
}

function unusable(thrown: unknown, dataFolder: string): string {
  return `The data folder ${dataFolder} cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}`
}
