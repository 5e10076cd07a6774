import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Answer } from '../contract/index.ts'
import { controlPath, controlRequest } from './protocol.ts'

export interface ControlServer {
  close(): Promise<void>
}

/**
 * Opens the local socket through which `mailroom queue`, `activity` and `send` speak to this engine. Only this user can open it. The caller
 * holds the data folder's lock, so a socket that is there already was left by a crash.
 * @throws system errors when it cannot be opened
 */
export async function serveControl(
  dataFolder: string,
  answer: (request: string, args: unknown) => Promise<Answer<unknown>>,
): Promise<ControlServer> {
  const path = controlPath(dataFolder)
  const isFile = process.platform !== 'win32'
  if (isFile) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await rm(path, { force: true })
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A command that was stopped halfway is no trouble of ours.
    socket.on('error', () => socket.destroy())
    const lines = createInterface({ input: socket })
    // It says again what the socket said, and nobody listening would end the engine.
    lines.on('error', () => undefined)
    lines.on('line', (line) => void answerLine(line, answer).then((reply) => socket.writable && socket.write(`${reply}\n`)))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  if (isFile) await chmod(path, 0o600)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function answerLine(line: string, answer: (request: string, args: unknown) => Promise<Answer<unknown>>): Promise<string> {
  let id = 0
  try {
    const request = controlRequest.parse(JSON.parse(line))
    id = request.id
    return JSON.stringify({ id, ...(await answer(request.request, request.args)) })
  } catch {
    return JSON.stringify({ id, ok: false, problem: { code: 'bad-request', text: 'The request cannot be read.' } })
  }
}
