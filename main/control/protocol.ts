import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/** One line of JSON each way. */
export const controlRequest = z.object({ id: z.int(), request: z.string(), args: z.unknown() })
export const controlAnswer = z.union([
  z.object({ id: z.int(), ok: z.literal(true), /** Missing where a request has no result. */ value: z.unknown().optional() }),
  z.object({ id: z.int(), ok: z.literal(false), problem: z.object({ code: z.string(), text: z.string() }) }),
])
export type ControlAnswer = z.infer<typeof controlAnswer>

/** Socket addresses hold about a hundred bytes on every Unix. */
const MAX_SOCKET_PATH = 100

/** Where the engine of a data folder listens for commands: a named pipe on Windows, a socket in the folder elsewhere. */
export function controlPath(dataFolder: string): string {
  const folder = resolve(dataFolder)
  const name = createHash('sha256').update(folder.toLowerCase()).digest('hex').slice(0, 16)
  if (process.platform === 'win32') return `\\\\.\\pipe\\mailroom-${name}`
  const path = join(folder, 'control.sock')
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH ? path : join(tmpdir(), `mailroom-${process.getuid?.() ?? 0}-${name}`, 'control.sock')
}
