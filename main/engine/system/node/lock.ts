import { open, readFile, rm } from 'node:fs/promises'
import { LockHeldError, errorCode } from '../disk.ts'
import type { Lock } from '../disk.ts'

/**
 * A lock file holding the process id and a note. A file whose process is gone is taken over, which is safe as only one of two contenders can
 * make the new file. Known limit: a process id that was given to another program after a crash looks alive; then the note tells whom to look for.
 */
export async function lockFile(path: string, note: string): Promise<Lock> {
  for (let tries = 0; tries < 3; tries++) {
    try {
      const handle = await open(path, 'wx', 0o600)
      try {
        await handle.writeFile(`${process.pid}\n${note}\n`)
      } finally {
        await handle.close()
      }
      return { release: () => rm(path, { force: true }) }
    } catch (thrown) {
      if (errorCode(thrown) !== 'EEXIST') throw thrown
    }
    const holder = await readHolder(path)
    if (holder !== null && isAlive(holder.processId)) throw new LockHeldError(`${holder.note} (process ${holder.processId})`)
    await rm(path, { force: true })
  }
  throw new LockHeldError('another process that is starting just now')
}

async function readHolder(path: string): Promise<{ processId: number; note: string } | null> {
  try {
    const [id = '', note = ''] = (await readFile(path, 'utf8')).split('\n')
    return /^\d+$/.test(id) ? { processId: Number(id), note: note === '' ? 'another program' : note } : null
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null
    throw thrown
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
