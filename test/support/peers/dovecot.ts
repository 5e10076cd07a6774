import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { capture } from '../../../scripts/house.ts'
import { ownAddress } from './loopback.ts'
import { maildirMessages } from './messages.ts'
import { peerFolder, startProcess, until, waitForPort } from './processes.ts'
import type { Defer } from './processes.ts'

export interface DovecotOptions {
  /** Local parts of those who have a mailbox. */
  readonly users: readonly string[]
  /** Where a user's Maildir is; `%n` stands for the local part. One beside the configuration unless given. */
  readonly mail?: string
  /** Who owns the Maildirs; nobody unless given. */
  readonly owner?: number
}

/** A Dovecot of the test's own, with LMTP and IMAP. */
export interface Dovecot {
  readonly address: string
  readonly lmtpPort: number
  readonly imapPort: number
  /** `doveadm` on this instance. @returns what it printed, octets as latin1 */
  doveadm(...args: readonly string[]): Promise<string>
  /** Waits until the user has that many messages; line ends as on the wire. */
  waitFor(user: string, count: number): Promise<string[]>
}

const NOBODY = 65534
export const PASSWORD = 'dovecot-secret'

export async function startDovecot(defer: Defer, options: DovecotOptions): Promise<Dovecot> {
  const address = ownAddress()
  const [lmtpPort, imapPort] = [2424, 2143]
  const folder = await peerFolder(defer, 'dovecot')
  const owner = options.owner ?? NOBODY
  await mkdir(join(folder, 'mail'))
  await chown(join(folder, 'mail'), owner, owner)
  const users = options.users.map((name) => `${name}:{PLAIN}${PASSWORD}:${owner}:${owner}::${folder}/mail/${name}::\n`)
  await writeFile(join(folder, 'users'), users.join(''))
  const config = join(folder, 'dovecot.conf')
  const mail = options.mail ?? `${folder}/mail/%n`
  await writeFile(config, configuration({ folder, address, lmtpPort, imapPort, mail, owner }))
  const daemon = startProcess('/usr/sbin/dovecot', ['-F', '-c', config])
  defer(async () => {
    await daemon.stop()
  })
  await waitForPort(daemon, address, lmtpPort)
  await waitForPort(daemon, address, imapPort)
  return {
    address,
    lmtpPort,
    imapPort,
    async doveadm(...args) {
      const { code, stdout, stderr } = await capture('doveadm', ['-c', config, ...args])
      if (code !== 0) throw new Error(`doveadm ${args.join(' ')} failed: ${stderr}`)
      return stdout
    },
    async waitFor(user, count) {
      try {
        return await until(`Dovecot has ${count} messages for ${user}`, async () => {
          const found = await maildirMessages(join(folder, 'mail', user))
          return found.length >= count && found
        })
      } catch (thrown) {
        throw new Error(`${String(thrown)}\n${(await capture('cat', [join(folder, 'log')])).stdout}`, { cause: thrown })
      }
    },
  }
}

interface Places {
  readonly folder: string
  readonly address: string
  readonly lmtpPort: number
  readonly imapPort: number
  readonly mail: string
  readonly owner: number
}

function configuration({ folder, address, lmtpPort, imapPort, mail, owner }: Places): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
instance_name = mailroom-test
protocols = lmtp imap
ssl = no
disable_plaintext_auth = no
listen = ${address}
first_valid_uid = ${owner}
first_valid_gid = ${owner}
mail_location = maildir:${mail}
auth_username_format = %Ln
passdb {
  driver = passwd-file
  args = username_format=%n ${folder}/users
}
userdb {
  driver = passwd-file
  args = username_format=%n ${folder}/users
}
service lmtp {
  inet_listener lmtp {
    address = ${address}
    port = ${lmtpPort}
  }
}
service imap-login {
  inet_listener imap {
    address = ${address}
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
`
}
