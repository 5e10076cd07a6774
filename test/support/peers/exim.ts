import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureExim } from '../../../scripts/exim.ts'
import { capture } from '../../../scripts/house.ts'
import { ownAddress } from './loopback.ts'
import { maildirMessages } from './messages.ts'
import { peerFolder, startProcess, until, waitForPort } from './processes.ts'
import type { Defer } from './processes.ts'

/** An Exim of the test's own, with one Maildir behind it. */
export interface Exim {
  readonly address: string
  readonly port: number
  /** Waits until that many were delivered behind it; line ends as on the wire. */
  waitFor(count: number): Promise<string[]>
}

/** One user of its own does everything once its port is open. */
export async function startExim(defer: Defer, place: { readonly address?: string; readonly port?: number } = {}): Promise<Exim> {
  const program = await ensureExim()
  const address = place.address ?? ownAddress()
  const port = place.port ?? 2525
  const folder = await peerFolder(defer, 'exim')
  const user = Number((await capture('id', ['-u', 'Debian-exim'])).stdout)
  const group = Number((await capture('id', ['-g', 'Debian-exim'])).stdout)
  for (const name of ['spool', 'log', 'mail']) {
    await mkdir(join(folder, name))
    await chown(join(folder, name), user, group)
  }
  const config = join(folder, 'exim.conf')
  await writeFile(config, configuration(folder, address, port))
  const daemon = startProcess(program, ['-C', config, '-bdf', '-q1h'])
  defer(async () => {
    await daemon.stop()
  })
  await waitForPort(daemon, address, port)
  return {
    address,
    port,
    async waitFor(count) {
      try {
        return await until(`Exim has delivered ${count} messages`, async () => {
          const found = await maildirMessages(join(folder, 'mail', 'inbox'))
          return found.length >= count && found
        })
      } catch (thrown) {
        const log = await capture('sh', ['-c', 'cat "$0"/*', join(folder, 'log')])
        throw new Error(`${String(thrown)}\n${log.stdout}${daemon.stderr()}`, { cause: thrown })
      }
    },
  }
}

function configuration(folder: string, address: string, port: number): string {
  return `primary_hostname = exim.test
keep_environment =
exim_user = Debian-exim
exim_group = Debian-exim
deliver_drop_privilege
never_users = root
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/spool/exim.pid
local_interfaces = ${address}
daemon_smtp_ports = ${port}
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept_all
acl_smtp_data = accept_all
tls_advertise_hosts =
queue_only_load = 1000

begin acl
accept_all:
  accept

begin routers
everything:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = ${folder}/mail/inbox
  create_directory
  maildir_format
  user = Debian-exim
  group = Debian-exim
`
}
