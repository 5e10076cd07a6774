import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

/** What a command said and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const MAIN = 'main/command/main.ts'

/** Node runs the command from its source, so that nothing has to be built before. */
function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** `mailroom …` to its end. */
export async function mailroom(...args: string[]): Promise<Ended> {
  const child = start(args)
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

const readyLine = z.object({
  event: z.literal('ready'),
  listeners: z.array(z.object({ id: z.string(), address: z.string(), port: z.int() })),
})

export interface Serving {
  readonly ready: z.infer<typeof readyLine>
  /** Asks it to stop. @returns its exit code; null where it could only be killed (Windows) */
  stop(): Promise<number | null>
}

/** `mailroom serve …` from its first line on; stopped when the test ends. */
export async function serve(...args: string[]): Promise<Serving> {
  const child = start(['serve', ...args])
  const closed = once(child, 'close') as Promise<[number | null]>
  let err = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text))
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM')
    return (await closed)[0]
  }
  onTestFinished(async () => {
    await stop()
  })
  if (child.stdout === null) throw new Error('the command has no standard output')
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line') as Promise<[string]>, closed.then(() => null)])
  if (first === null) throw new Error(`mailroom serve ended: ${err}`)
  return { ready: readyLine.parse(JSON.parse(first[0])), stop }
}
