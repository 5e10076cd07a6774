import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Takes what must be undone later: `onTestFinished`, or a {@link Cleanups} for peers that several tests share. */
export type Defer = (undo: () => Promise<void>) => void

/** For `beforeAll`: it returns `cleanups.run`, which vitest calls when the file's tests are done. */
export class Cleanups {
  readonly #undo: (() => Promise<void>)[] = []
  readonly defer: Defer = (undo) => void this.#undo.push(undo)
  readonly run = async (): Promise<void> => {
    for (const undo of this.#undo.splice(0).reverse()) await undo()
  }
}

/** A short path, since local sockets allow a hundred bytes; other users may enter it, as mail servers give up root. */
export async function peerFolder(defer: Defer, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `mr-${name}-`))
  await chmod(folder, 0o755)
  defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  return folder
}

/** A program that was started and runs until it is stopped. */
export interface Running {
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  /** null while it runs. */
  readonly exitCode: () => number | null
  /** Ends with its exit code; -1 after a signal. */
  readonly exited: Promise<number>
  /** The first line on standard output. @throws Error with all it said when it ends before */
  readonly firstLine: Promise<string>
  /** Sends the signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void
  /** Sends the signal and waits for the end; after ten seconds it is killed. */
  stop(signal?: NodeJS.Signals): Promise<number>
}

/** What this process started and must not leave behind when it is ended itself. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface StartOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

export function startProcess(command: string, args: readonly string[], options: StartOptions = {}): Running {
  const child = spawn(command, args, { ...options, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let stdout = ''
  let stderr = ''
  let exitCode: number | null = null
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const end = stdout.indexOf('\n')
      if (end >= 0) resolve(stdout.slice(0, end))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('close', () => reject(new Error(`${command} ended before its first line. It said: ${stdout}${stderr}`)))
  })
  // Not everybody waits for a first line.
  firstLine.catch(() => undefined)
  const exited = new Promise<number>((resolve) => {
    const end = (code: number): void => {
      running.delete(child)
      exitCode = code
      resolve(code)
    }
    child.on('error', (cause) => {
      stderr += cause.message
      end(127)
    })
    child.on('close', (code) => end(code ?? -1))
  })
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    exitCode: () => exitCode,
    exited,
    firstLine,
    signal: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      if (exitCode === null) child.kill(signal)
      const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000)
      const code = await exited
      clearTimeout(impatience)
      return code
    },
  }
}

/** Waits until the program takes connections. @throws Error with what it said when it ends before, or takes too long */
export async function waitForPort(program: Running, host: string, port: number): Promise<void> {
  await until(`${host} port ${port} is open`, async () => {
    if (program.exitCode() !== null) throw new Error(`It ended before port ${port} was open: ${program.stdout()}${program.stderr()}`)
    return answers(host, port)
  })
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (is: boolean): void => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/**
 * Asks again until there is an answer that is not false, null or undefined. Other programs tell us of nothing, so they have to be asked.
 * @throws Error naming `what` when it takes more than `limitMs`
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  limitMs = 30_000,
): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (answer !== false && answer !== null && answer !== undefined) return answer
    if (Date.now() > end) throw new Error(`Waited ${limitMs / 1000} s in vain until ${what}.`)
    await pause(40)
  }
}
