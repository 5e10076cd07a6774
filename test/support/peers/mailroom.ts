import { readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { ActivityEvent } from '../../../main/contract/index.ts'
import { connectControl } from '../../../main/control/index.ts'
import type { ControlClient } from '../../../main/control/index.ts'
import { capture, root } from '../../../scripts/house.ts'
import { peerFolder, startProcess, until } from './processes.ts'
import type { Defer, Running } from './processes.ts'

/** What is run. Another build can be put to the same tests. */
export const COMMAND = process.env['MAILROOM_COMMAND'] ?? path.join(root, 'out', 'main', 'mailroom.cjs')

const readyLine = z.object({
  event: z.literal('ready'),
  listeners: z.array(z.object({ id: z.string(), address: z.string(), port: z.int() })),
})

export interface MailroomOptions {
  /** The whole config.toml; null starts without one. */
  readonly config: string | null
  /** The data folder; a new one unless given. */
  readonly data?: string
  /** The hosts file of the computer as Mailroom sees it: names and their addresses. */
  readonly hosts?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** A command that the engine runs under, such as `ip netns exec NAME`. */
  readonly within?: readonly string[]
}

/** A running `mailroom serve`, and what one can ask it. */
export interface Mailroom {
  readonly data: string
  readonly configPath: string
  readonly listeners: z.infer<typeof readyLine>['listeners']
  /** The first listener's. */
  readonly port: number
  readonly process: Running
  readonly ask: ControlClient['ask']
  /** Another command beside it, on the same data folder. */
  command(...args: readonly string[]): Promise<CommandResult>
  /** All events so far, oldest first. */
  events(): Promise<ActivityEvent[]>
  /** The attempts for a recipient, once there are `count` of them. */
  attempts(recipient: string, count: number): Promise<Attempt[]>
  /** Waits until nothing of this recipient is under way any more. @returns its end */
  ended(recipient: string): Promise<Extract<ActivityEvent, { type: 'ended' }>>
  stop(): Promise<number>
  /** Pulls the plug. */
  kill9(): Promise<void>
}

export type Attempt = Extract<ActivityEvent, { type: 'attempted' }>

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The process alone, for what happens before it is ready and when it never is. */
export async function launchMailroom(
  defer: Defer,
  options: MailroomOptions,
): Promise<{ readonly data: string; readonly configPath: string; readonly process: Running }> {
  const data = options.data ?? (await peerFolder(defer, 'data'))
  const configPath = path.join(data, 'config.toml')
  if (options.config !== null) await writeFile(configPath, options.config)
  const [program = '', ...args] = [
    ...(options.within ?? []),
    ...(await withHosts(defer, options.hosts)),
    process.execPath,
    COMMAND,
    ...['serve', '--config', configPath, '--data', data],
  ]
  const engine = startProcess(program, args, { ...(options.env === undefined ? {} : { env: options.env }) })
  defer(async () => {
    await engine.stop()
  })
  return { data, configPath, process: engine }
}

export async function startMailroom(defer: Defer, options: MailroomOptions): Promise<Mailroom> {
  const { data, configPath, process: engine } = await launchMailroom(defer, options)
  const { listeners } = readyLine.parse(JSON.parse(await engine.firstLine))
  const client = await connectControl(data)
  defer(async () => client.close())
  const events = (): Promise<ActivityEvent[]> => client.ask('activity.events', { afterSeq: null, sinceAt: 0, limit: 5000 })

  return {
    data,
    configPath,
    listeners,
    port: listeners[0]?.port ?? 0,
    process: engine,
    ask: client.ask,
    command: (...words) => mailroomCommand(...words, '--data', data),
    events,
    attempts: (recipient, count) =>
      waitTelling(`${recipient} was tried ${count} times`, engine, events, (all) => {
        const found = all.filter((event) => event.type === 'attempted' && event.results.some(({ address }) => address === recipient))
        return found.length >= count && (found as Attempt[])
      }),
    ended: (recipient) =>
      waitTelling(`${recipient} has an end`, engine, events, (all) =>
        all.find((event) => event.type === 'ended' && event.recipient === recipient),
      ) as Promise<Extract<ActivityEvent, { type: 'ended' }>>,
    async stop() {
      client.close()
      return engine.stop()
    },
    async kill9() {
      await engine.stop('SIGKILL')
      client.close()
    },
  }
}

/** Waits for an event; when it does not come, what did happen is told. */
async function waitTelling<T>(
  what: string,
  engine: Running,
  events: () => Promise<ActivityEvent[]>,
  find: (all: ActivityEvent[]) => T | false | undefined,
): Promise<T> {
  try {
    return await until(what, async () => find(await events()))
  } catch (thrown) {
    const told = (await events()).map((event) => JSON.stringify({ ...event, transcript: undefined, trace: undefined }))
    throw new Error(`${String(thrown)}\n${told.join('\n')}\n${engine.stderr()}`, { cause: thrown })
  }
}

/** The `mailroom` command to its end. */
export function mailroomCommand(...args: readonly string[]): Promise<CommandResult> {
  return capture(process.execPath, [COMMAND, ...args])
}

/** A program that sees another /etc/hosts than the rest of the computer. */
async function withHosts(defer: Defer, hosts: MailroomOptions['hosts']): Promise<string[]> {
  if (hosts === undefined) return []
  const file = path.join(await peerFolder(defer, 'hosts'), 'hosts')
  const usual = existsSync('/etc/hosts') ? await readFile('/etc/hosts', 'utf8') : ''
  const own = Object.entries(hosts).map(([name, address]) => `${address} ${name}\n`)
  const others = usual.split('\n').filter((line) => !line.split(/\s+/).some((word) => Object.hasOwn(hosts, word)))
  await writeFile(file, `${own.join('')}${others.join('\n')}\n`)
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file]
}

/** The settings that nearly every test begins with: loopback only, and a port that is free. */
export function listening(more = ''): string {
  return `[server]
hostname = "mailroom.test"
[server.listener.lan]
bind = ["127.0.0.1:0"]
[access]
networks = ["loopback"]
${more}
`
}

/** A route `relay` to a server, without encryption, for everything. */
export function relayingTo(host: { readonly address: string; readonly port: number }, more = ''): string {
  return `[queue.strategy]
route = "'relay'"
[queue.route.relay]
type = "relay"
address = "${host.address}"
port = ${host.port}
tls.implicit = false
${more}
`
}

/** Tries again after each of these waits, then after the last of them for ever: the schedules that the built-in strategy picks, by those names. */
export function retrying(...waits: readonly string[]): string {
  const retry = `retry = [${waits.map((wait) => `"${wait}"`).join(', ')}]\nexpire = "1d"`
  return `[queue.schedule.local]\n${retry}\n[queue.schedule.remote]\n${retry}\n`
}
