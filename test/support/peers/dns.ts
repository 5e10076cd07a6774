import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startDnsServer } from '../dns-server.ts'
import type { DnsServer, DnsZone } from '../dns-server.ts'
import { ownAddress } from './loopback.ts'
import { peerFolder, startProcess, waitForPort } from './processes.ts'
import type { Defer } from './processes.ts'

/** The scripted name server, ended with the test. */
export async function startZone(defer: Defer, zone: DnsZone): Promise<DnsServer> {
  const server = await startDnsServer(zone)
  defer(() => server.close())
  return server
}

/** `[resolver]` that asks this server and nobody else. */
export function asking(server: string): string {
  return `[resolver]\ntype = "custom"\ncustom = ["udp://${server}"]\n`
}

/** Debian's unbound with the records of one zone and no way to the internet. @param records as in a zone file @returns `address:port` */
export async function startUnbound(defer: Defer, zone: string, records: readonly string[]): Promise<string> {
  const address = ownAddress()
  const port = 5300
  const folder = await peerFolder(defer, 'unbound')
  const config = join(folder, 'unbound.conf')
  const data = records.map((record) => `  local-data: "${record}"\n`)
  await writeFile(
    config,
    `server:
  interface: ${address}@${port}
  access-control: 127.0.0.0/8 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  module-config: "iterator"
  rrset-roundrobin: no
  local-zone: "${zone}." static
${data.join('')}remote-control:
  control-enable: no
`,
  )
  const server = startProcess('/usr/sbin/unbound', ['-c', config])
  defer(async () => {
    await server.stop()
  })
  await waitForPort(server, address, port)
  return `${address}:${port}`
}
