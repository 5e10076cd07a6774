import { join } from 'node:path'
import { capture, root } from '../../../scripts/house.ts'
import type { DnsZone } from '../dns-server.ts'
import type { ServerScript } from '../scripted-server.ts'
import { startProcess } from './processes.ts'
import type { Defer } from './processes.ts'

/** A network namespace of the test's own: a computer with addresses of its own and no way out. Only root can make one. */
export interface Namespace {
  /** What runs a program inside: put it before the command. */
  readonly within: readonly string[]
}

let made = 0

/** @param addresses  besides 127.0.0.0/8, such as `fd00:25::1` or `198.51.100.1` */
export async function createNamespace(defer: Defer, addresses: readonly string[]): Promise<Namespace> {
  made += 1
  const name = `mailroom-${process.pid}-${made}`
  await ip('netns', 'add', name)
  defer(() => ip('netns', 'del', name))
  await ip('-n', name, 'link', 'set', 'lo', 'up')
  for (const address of addresses) {
    // An IPv6 address would be in doubt for a second without this.
    const sure = address.includes(':') ? ['nodad'] : []
    await ip('-n', name, 'addr', 'add', `${address}/${address.includes(':') ? 128 : 32}`, 'dev', 'lo', ...sure)
  }
  return { within: ['ip', 'netns', 'exec', name] }
}

async function ip(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await capture('ip', args)
  if (code !== 0) throw new Error(`"ip ${args.join(' ')}" failed: ${stderr}`)
}

export interface NamespaceHosts {
  /** `address:port` of its name server. */
  readonly dns: string
  /** Addresses in the order in which they were connected to, so far. */
  connections(): string[]
}

/** SMTP hosts on port 25 of these addresses, which take everything unless the script says otherwise, and a name server, inside. */
export async function startNamespaceHosts(
  defer: Defer,
  namespace: Namespace,
  addresses: readonly string[],
  zone: DnsZone,
  script: ServerScript = {},
): Promise<NamespaceHosts> {
  const [program, ...args] = [...namespace.within, process.execPath, join(root, 'test', 'support', 'peers', 'namespace-host.ts')]
  const hosts = startProcess(program, [...args, JSON.stringify({ addresses, zone, script })])
  defer(async () => {
    await hosts.stop()
  })
  return { dns: await hosts.firstLine, connections: () => hosts.stdout().trim().split('\n').slice(1) }
}
