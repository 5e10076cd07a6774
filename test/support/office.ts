import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { requests } from '../../main/contract/index.ts'
import type { ActivityEvent, Args, RequestName, Result } from '../../main/contract/index.ts'
import { startEngine } from '../../main/engine/engine.ts'
import type { Engine, EngineOptions } from '../../main/engine/engine.ts'
import { createFileCipher } from '../../main/engine/secrets/index.ts'
import { createNodeSystem } from '../../main/engine/system/node/index.ts'
import { tempFolder } from './temp-folder.ts'

/** Listens on this computer alone, on any free port, and is quick to try again. */
export const OFFICE = `
[server]
hostname = "mailroom.test"
[server.listener.lan]
bind = ["127.0.0.1:0"]
tls = "none"
auth = "none"
[access]
networks = ["loopback"]
[directory.default]
domains = ["office.test"]
[directory.default.mailbox.inbox]
addresses = ["@office.test"]
[queue.schedule.remote]
retry = ["1s"]
expire = "1h"
`

export interface OfficeOptions {
  /** Whole text of config.toml. */
  readonly config: string
  /** A folder that another office left; a new one unless given. */
  readonly data?: string
  readonly system?: EngineOptions['system']
}

/** The real engine in this process, on real sockets and a real folder. */
export interface Office {
  readonly engine: Engine
  readonly data: string
  /** The first listener's. */
  readonly port: number
  ask<R extends RequestName>(request: R, args: Args<R>): Promise<Result<R>>
  /** All events so far, oldest first. */
  events(): Promise<readonly ActivityEvent[]>
  /** Waits for the first event that fits, past or to come. */
  event<T extends ActivityEvent['type']>(
    type: T,
    fits?: (event: Extract<ActivityEvent, { type: T }>) => boolean,
  ): Promise<Extract<ActivityEvent, { type: T }>>
  stop(): Promise<void>
}

/** Stops by itself at the end of the test. */
export async function startOffice(options: OfficeOptions): Promise<Office> {
  const data = options.data ?? (await tempFolder())
  await writeFile(join(data, 'config.toml'), options.config)
  const system = options.system ?? createNodeSystem()
  const engine = await startEngine({
    system,
    dataFolder: data,
    ciphers: [createFileCipher(system.disk, system.random, join(data, 'secrets.key'))],
    holder: 'a test',
    jitter: false,
  })
  let stopped = false
  const office: Office = {
    engine,
    data,
    get port() {
      return engine.listeners.find(({ problem }) => problem === null)?.port ?? 0
    },
    async ask(request, args) {
      const answer = await engine.ask(request, args)
      if (!answer.ok) throw new Error(`${request}: ${answer.problem.code}: ${answer.problem.text}`)
      return requests[request].result.parse(answer.value) as Result<typeof request>
    },
    async events() {
      return office.ask('activity.events', { afterSeq: null, sinceAt: 0, limit: 5000 })
    },
    async event(type, fits) {
      for (;;) {
        const changed = new Promise<void>((resolve) => {
          const off = engine.onNotice(() => {
            off()
            resolve()
          })
        })
        const found = (await office.events()).find((event) => event.type === type && (fits?.(event as never) ?? true))
        if (found !== undefined) return found as never
        await changed
      }
    },
    async stop() {
      if (stopped) return
      stopped = true
      await engine.stop(2_000)
    },
  }
  onTestFinished(() => office.stop())
  return office
}

/** What a file of the data folder says. */
export function textIn(office: Office, ...path: string[]): Promise<string> {
  return readFile(join(office.data, ...path), 'utf8')
}
