import { open, readFile, rm } from 'node:fs/promises'
import { LockHeldError, errorCode } from '../disk.ts'
import type { Lock } from '../disk.ts'

/**
 * A lock file holding the process id and a note. A file whose process is gone is taken over, which is safe as only one of two contenders can
 * make the new file. After a power cut process ids begin anew, so the file also says when its process began, where the system tells (Linux).
 * Known limits: elsewhere a process id that was given to another program looks alive, and the note tells whom to look for; computers that share a
 * folder over the network do not see each other's processes.
 */
export async function lockFile(path: string, note: string): Promise<Lock> {
  for (let tries = 0; tries < 3; tries++) {
    try {
      const handle = await open(path, 'wx', 0o600)
      try {
        const begun = await beginningOf(process.pid)
        await handle.writeFile(`${process.pid}\n${note}\n${begun === null ? '' : `${begun}\n`}`)
      } finally {
        await handle.close()
      }
      return { release: () => rm(path, { force: true }) }
    } catch (thrown) {
      if (errorCode(thrown) !== 'EEXIST') throw thrown
    }
    const holder = await readHolder(path)
    if (holder !== null && (await holds(holder))) throw new LockHeldError(`${holder.note} (process ${holder.processId})`)
    await rm(path, { force: true })
  }
  throw new LockHeldError('another process that is starting just now')
}

interface Holder {
  readonly processId: number
  readonly note: string
  /** '' when it was not written. */
  readonly begun: string
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    const [id = '', note = '', begun = ''] = (await readFile(path, 'utf8')).split('\n')
    return /^\d+$/.test(id) ? { processId: Number(id), note: note === '' ? 'another program' : note, begun } : null
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

async function holds({ processId, begun }: Holder): Promise<boolean> {
  if (!isAlive(processId)) return false
  const now = begun === '' ? null : await beginningOf(processId)
  return now === null || now === begun
}

/** Which run of the system, and when in it, a process began (proc(5)); null where the system does not tell. */
async function beginningOf(processId: number): Promise<string | null> {
  if (process.platform !== 'linux') return null
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${processId}/stat`, 'utf8'),
    ])
    // The name in brackets may hold anything; the start time is the twentieth field behind it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return ticks === undefined ? null : `${boot.trim()} ${ticks}`
  } catch {
    // Not mounted here, or the process has just ended.
    return null
  }
}

/** Signal 0 asks without touching; EPERM means it lives and belongs to somebody else. */
function isAlive(processId: number): boolean {
  if (processId === process.pid) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (thrown) {
    return errorCode(thrown) === 'EPERM'
  }
}
