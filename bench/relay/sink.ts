import { startProcess, waitForPort } from '../../test/support/peers/processes.ts'
import type { Defer } from '../../test/support/peers/processes.ts'

/** Where everything goes: Postfix's own `smtp-sink`, which takes all and keeps nothing. */
export interface Sink {
  readonly host: string
  readonly port: number
  /** Messages taken since it was started. */
  taken(): number
  /** Resolves when `count` messages have been taken since it was started. @returns ms since 1970 of that moment */
  until(count: number, limitMs?: number): Promise<number>
  stop(): Promise<void>
}

export async function startSink(defer: Defer, host: string, port: number): Promise<Sink> {
  const running = startProcess('smtp-sink', [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), '-c', `${host}:${port}`, '1000'])
  defer(async () => {
    await running.stop()
  })
  await waitForPort(running, host, port)
  // The counters stand on one line that is written anew: "sess=1 quit=0 mesg=12".
  const taken = (): number => Number(/mesg=(\d+)[^=]*$/.exec(running.stdout().slice(-200))?.[1] ?? 0)
  return {
    host,
    port,
    taken,
    until(count, limitMs = 600_000) {
      const limit = performance.now() + limitMs
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (taken() >= count) resolve(Date.now())
          else if (performance.now() > limit || running.exitCode() !== null)
            reject(new Error(`The sink has taken ${taken()} of ${count} messages. ${running.stderr()}`))
          else setTimeout(look, 2)
        }
        look()
      })
    },
    async stop() {
      await running.stop()
    },
  }
}
