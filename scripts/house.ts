import { spawn, type SpawnOptions } from 'node:child_process'
import path from 'node:path'

/** The project's folder. */
export const root = path.join(import.meta.dirname, '..')

/** What the scripts fetch or remember between runs; never tracked, safe to delete. */
export const cacheDir = path.join(root, '.cache')

/** Tells the person at the terminal what a script is doing; standard output stays for results. */
export function say(text: string): void {
  process.stderr.write(`mailroom: ${text}\n`)
}

/** True when `url` is the module Node was started with, so that a script can also be imported. */
export function isMain(url: string): boolean {
  return process.argv[1] !== undefined && url === new URL(`file://${path.resolve(process.argv[1])}`).href
}

interface Finished {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end and keeps what it printed. A program that cannot be started, or was killed, counts as exit code 127 or 1. */
export function capture(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', (cause) => resolve({ code: 127, stdout, stderr: stderr + cause.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
  })
}

/**
 * Runs a program in the foreground, passing on the signals that would end us so that it can finish in its own way.
 * @returns its exit code; 1 when a signal ended it, 127 when it could not be started
 */
export function runInForeground(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    const passOn = (signal: NodeJS.Signals): void => void child.kill(signal)
    const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGHUP']
    // Ctrl-C reaches the whole foreground group by itself; we only must not die before the child has.
    const stay = (): void => undefined
    for (const signal of signals) process.on(signal, passOn)
    process.on('SIGINT', stay)
    const done = (code: number): void => {
      for (const signal of signals) process.off(signal, passOn)
      process.off('SIGINT', stay)
      resolve(code)
    }
    child.on('error', (cause) => {
      say(`${command} cannot be started: ${cause.message}`)
      done(127)
    })
    child.on('close', (code) => done(code ?? 1))
  })
}
