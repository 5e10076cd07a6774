import { createReadStream } from 'node:fs'
import { constants, mkdir, open, readdir, rename, rm, rmdir, stat, statfs, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { watch } from 'chokidar'
import { errorCode } from '../disk.ts'
import type { Disk, DiskFile } from '../disk.ts'
import { lockFile } from './lock.ts'

/** Readable and writable by this user alone: mail and settings are nobody else's. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/** The real disk. */
export function createNodeDisk(): Disk {
  let unique = 0
  const disk: Disk = {
    async readFile(path, maxBytes) {
      const handle = await open(path, 'r')
      try {
        if (maxBytes !== undefined && (await handle.stat()).size > maxBytes) {
          throw Object.assign(new Error(`larger than ${maxBytes} bytes: ${path}`), { code: 'EFBIG' })
        }
        return await handle.readFile()
      } finally {
        await handle.close()
      }
    },
    readStream: (path, start, end) =>
      // Node's `end` is inclusive and cannot say "nothing".
      end !== undefined && end <= (start ?? 0)
        ? Readable.from([])
        : createReadStream(path, { start: start ?? 0, ...(end === undefined ? {} : { end: end - 1 }), highWaterMark: 256 * 1024 }),
    async writeFileDurably(path, data, options) {
      const temporary = `${path}.${process.pid}-${unique++}.tmp`
      try {
        const handle = await open(temporary, 'wx', options?.mode ?? FILE_MODE)
        try {
          await handle.writeFile(data)
          await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(temporary, path)
      } catch (thrown) {
        await rm(temporary, { force: true })
        throw thrown
      }
      await disk.syncFolder(dirname(path))
    },
    async create(path, options) {
      return nodeFile(await open(path, 'wx', options?.mode ?? FILE_MODE), 0)
    },
    async openAppend(path) {
      const handle = await open(path, constants.O_WRONLY | constants.O_CREAT, FILE_MODE)
      return nodeFile(handle, (await handle.stat()).size)
    },
    rename: (from, to) => rename(from, to),
    async remove(path) {
      try {
        await unlink(path)
      } catch (thrown) {
        if (errorCode(thrown) !== 'ENOENT') throw thrown
      }
    },
    async removeFolder(path) {
      try {
        await rmdir(path)
      } catch (thrown) {
        if (errorCode(thrown) !== 'ENOENT') throw thrown
      }
    },
    async list(folder) {
      try {
        return await readdir(folder)
      } catch (thrown) {
        if (errorCode(thrown) === 'ENOENT') return []
        throw thrown
      }
    },
    async stat(path) {
      try {
        const found = await stat(path)
        return { bytes: found.size, modifiedAt: found.mtimeMs, isFolder: found.isDirectory() }
      } catch (thrown) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(thrown))) return null
        throw thrown
      }
    },
    async makeFolder(path, options) {
      await mkdir(path, { recursive: true, mode: options?.mode ?? FOLDER_MODE })
    },
    async syncFolder(folder) {
      // Windows has no sync of folders; NTFS journals names itself.
      if (process.platform === 'win32') return
      const handle = await open(folder, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
    async freeBytes(path) {
      const found = await statfs(path)
      return found.bavail * found.bsize
    },
    watch(path, onChange) {
      // Editors save by renaming over the file, so the folder is watched and the name compared; half-written files are waited for.
      const watcher = watch(dirname(path), {
        ignoreInitial: true,
        depth: 0,
        ignored: (seen, stats) => stats?.isFile() === true && seen !== path,
        awaitWriteFinish: { stabilityThreshold: 120, pollInterval: 40 },
      })
      watcher.on('all', (_event, changed) => {
        if (join(changed) === join(path)) onChange()
      })
      // A folder that vanishes or cannot be watched costs live reloading, nothing else.
      watcher.on('error', () => undefined)
      const ready = new Promise<void>((resolve) => watcher.once('ready', () => resolve()))
      return { ready, close: () => watcher.close() }
    },
    lock: (path, note) => lockFile(path, note),
  }
  return disk
}

/** Writes go to an explicit position, so a failed write can be repeated or cut off. */
function nodeFile(handle: FileHandle, startSize: number): DiskFile {
  let size = startSize
  const file: DiskFile = {
    get size() {
      return size
    },
    async write(data) {
      await file.writeAll([typeof data === 'string' ? Buffer.from(data) : data])
    },
    async writeAll(pieces) {
      let left = pieces.filter((piece) => piece.byteLength > 0)
      while (left.length > 0) {
        const { bytesWritten } = await handle.writev(left, size)
        size += bytesWritten
        left = withoutFirstBytes(left, bytesWritten)
      }
    },
    sync: () => handle.datasync(),
    async truncate(to) {
      await handle.truncate(to)
      size = to
    },
    close: () => handle.close(),
  }
  return file
}

function withoutFirstBytes(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  const rest: Uint8Array[] = []
  for (const piece of pieces) {
    if (skip >= piece.byteLength) skip -= piece.byteLength
    else {
      rest.push(skip === 0 ? piece : piece.subarray(skip))
      skip = 0
    }
  }
  return rest
}
