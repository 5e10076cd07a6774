import { chown, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { capture } from '../../scripts/house.ts'
import { listening, startMailroom } from '../../test/support/peers/mailroom.ts'
import { peerFolder, startProcess, waitForPort } from '../../test/support/peers/processes.ts'
import type { Defer } from '../../test/support/peers/processes.ts'

/** One of the two programs that are measured, running. */
export interface Mailer {
  readonly name: 'mailroom' | 'postfix'
  readonly host: string
  readonly port: number
  /** Resident memory in MB: its own process, or for Postfix all processes with shared pages counted once. */
  memory(): Promise<number>
  /** Seconds of processor time used so far. */
  cpuSeconds(): Promise<number>
  /** Tries all that waits at once. */
  flush(): Promise<void>
  stop(): Promise<void>
}

export interface Upstream {
  readonly host: string
  readonly port: number
}

/** @param dead recipients of dead.test go to this route, where nobody listens */
export function mailroomConfig(upstream: Upstream, dead: Upstream, retry = '10m'): string {
  const route = (id: string, { host, port }: Upstream): string =>
    `[queue.route.${id}]\ntype = "relay"\naddress = "${host}"\nport = ${port}\ntls.implicit = false\n`
  return `${listening()}
[limits]
connections = 1000
connections-per-client = 1000
messages-per-hour = 0
messages-per-day = 0
[queue.strategy]
route = [ { if = "rcpt_domain == 'dead.test'", then = "'dead'" }, { else = "'relay'" } ]
${route('relay', upstream)}${route('dead', dead)}
[queue.schedule.remote]
retry = ["${retry}"]
expire = "5d"
`
}

export async function startOurs(
  defer: Defer,
  config: string,
  data?: string,
): Promise<Mailer & { readonly data: string; readonly readyMs: number }> {
  const folder = data ?? (await peerFolder(defer, 'bench'))
  const begun = performance.now()
  const engine = await startMailroom(defer, { config, data: folder, env: { NODE_ENV: 'production' } })
  const readyMs = performance.now() - begun
  return {
    name: 'mailroom',
    host: '127.0.0.1',
    port: engine.port,
    data: folder,
    readyMs,
    memory: () => memoryOf([engine.process.pid]),
    cpuSeconds: () => cpuOf([engine.process.pid]),
    flush: () => engine.ask('queue.retryAll', {}),
    stop: async () => {
      await engine.stop()
    },
  }
}

/** A Postfix as Debian sets it up, with one relay host and a queue of its own. */
export async function startTheirs(defer: Defer, upstream: Upstream, host: string): Promise<Mailer> {
  const folder = await peerFolder(defer, 'bench-postfix')
  const config = path.join(folder, 'config')
  for (const name of ['config', 'queue', 'data']) await mkdir(path.join(folder, name), { recursive: true })
  await chown(path.join(folder, 'data'), Number((await run('id', ['-u', 'postfix'])).trim()), 0)
  const settings = {
    compatibility_level: '3.6',
    queue_directory: `${folder}/queue`,
    data_directory: `${folder}/data`,
    maillog_file: `${folder}/mail.log`,
    maillog_file_prefixes: folder,
    myhostname: 'postfix.test',
    mydestination: '',
    inet_interfaces: 'all',
    inet_protocols: 'ipv4',
    mynetworks: '127.0.0.0/8',
    alias_maps: '',
    alias_database: '',
    smtpd_peername_lookup: 'no',
    smtpd_relay_restrictions: '',
    smtpd_recipient_restrictions: 'permit_mynetworks, reject',
    message_size_limit: '60000000',
    relayhost: `[${upstream.host}]:${upstream.port}`,
    smtp_host_lookup: 'native',
    disable_dns_lookups: 'yes',
  }
  await writeFile(
    path.join(config, 'main.cf'),
    Object.entries(settings)
      .map(([key, value]) => `${key} = ${value}\n`)
      .join(''),
  )
  const port = 2526
  const services = [
    `${host}:${port} inet n - n - - smtpd`,
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'flush unix n - n 1000? 0 flush',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'scache unix - - n - 1 scache',
    'anvil unix - - n - 1 anvil',
    'postlog unix-dgram n - n - 1 postlogd',
  ]
  await writeFile(path.join(config, 'master.cf'), `${services.join('\n')}\n`)
  await run('postfix', ['-c', config, 'check'])
  const daemons = (await run('postconf', ['-dh', 'daemon_directory'])).trim()
  const master = startProcess(path.join(daemons, 'master'), ['-c', config, '-s'])
  defer(async () => {
    await master.stop()
  })
  await waitForPort(master, host, port)
  return {
    name: 'postfix',
    host,
    port,
    memory: async () => memoryOf([master.pid, ...(await childrenOf(master.pid))]),
    cpuSeconds: async () => cpuOf([master.pid, ...(await childrenOf(master.pid))]),
    flush: async () => {
      await run('postqueue', ['-c', config, '-f'])
    },
    stop: async () => {
      await master.stop()
    },
  }
}

/** Proportional set size: pages that processes share are counted once. In MB. */
async function memoryOf(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(pids.map(async (pid) => Number(/^Pss:\s+(\d+)/m.exec(await proc(pid, 'smaps_rollup'))?.[1] ?? 0)))
  return sizes.reduce((sum, size) => sum + size, 0) / 1024
}

/** User and system time of the processes and of their children that ended. Linux counts in hundredths of a second. */
async function cpuOf(pids: readonly number[]): Promise<number> {
  const ticks = await Promise.all(
    pids.map(async (pid) => {
      const fields = (await proc(pid, 'stat')).replace(/^.*\) /, '').split(' ')
      return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0)
    }),
  )
  return ticks.reduce((sum, one) => sum + one, 0) / 100
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = await Promise.all(pids.map(async (pid) => Number((await proc(pid, 'stat')).replace(/^.*\) /, '').split(' ')[1] ?? 0)))
  return pids.filter((_pid, at) => parents[at] === parent)
}

/** '' for a process that has ended meanwhile. */
async function proc(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await capture(command, args)
  if (code !== 0) throw new Error(`"${command} ${args.join(' ')}" failed: ${stderr}${stdout}`)
  return stdout
}
