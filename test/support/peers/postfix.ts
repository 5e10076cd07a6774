import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { capture } from '../../../scripts/house.ts'
import type { KeyPair } from './certificates.ts'
import { ownAddress } from './loopback.ts'
import { maildirMessages } from './messages.ts'
import { peerFolder, startProcess, until, waitForPort } from './processes.ts'
import type { Defer } from './processes.ts'

export interface PostfixOptions {
  /** One of our own unless given. */
  readonly address?: string
  readonly port?: number
  readonly tls?: 'none' | 'starttls' | 'implicit'
  /** For `starttls` and `implicit`. */
  readonly certificate?: KeyPair
  /** Only who signs in may send. */
  readonly sasl?: { readonly user: string; readonly password: string; readonly mechanisms?: readonly string[] }
  /** A few lines more of main.cf. */
  readonly settings?: string
}

/** A Postfix of the test's own. What it takes lies in one Maildir behind it. */
export interface Postfix {
  readonly address: string
  readonly port: number
  /** What was delivered behind it, in the order of delivery, line ends as on the wire. */
  messages(): Promise<string[]>
  /** Waits until that many were delivered. */
  waitFor(count: number): Promise<string[]>
  log(): Promise<string>
}

const NOBODY = 65534
const HOSTNAME = 'postfix.test'

export async function startPostfix(defer: Defer, options: PostfixOptions = {}): Promise<Postfix> {
  const address = options.address ?? ownAddress()
  const port = options.port ?? (options.tls === 'implicit' ? 465 : 25)
  const folder = await peerFolder(defer, 'postfix')
  const config = join(folder, 'config')
  for (const name of ['config/sasl', 'queue', 'data', 'mail']) await mkdir(join(folder, name), { recursive: true })
  const owner = Number((await run('id', ['-u', 'postfix'])).trim())
  await chown(join(folder, 'data'), owner, 0)
  await chown(join(folder, 'mail'), NOBODY, NOBODY)
  await writeFile(join(config, 'main.cf'), mainCf(folder, options))
  await writeFile(join(config, 'master.cf'), masterCf(`${address}:${port}`))
  await writeSasl(join(config, 'sasl'), owner, options.sasl)

  // Makes the queue's folders and says what is wrong with the configuration.
  await run('postfix', ['-c', config, 'check'])
  const daemons = (await run('postconf', ['-dh', 'daemon_directory'])).trim()
  const master = startProcess(join(daemons, 'master'), ['-c', config, '-s'])
  defer(async () => {
    await master.stop()
  })
  const log = async (): Promise<string> => (await capture('cat', [join(folder, 'mail.log')])).stdout
  await waitForPort(master, address, port)

  const messages = (): Promise<string[]> => maildirMessages(join(folder, 'mail', 'inbox'))
  return {
    address,
    port,
    messages,
    log,
    async waitFor(count) {
      try {
        return await until(`Postfix has delivered ${count} messages`, async () => {
          const found = await messages()
          return found.length >= count && found
        })
      } catch (thrown) {
        throw new Error(`${String(thrown)}\n${await log()}`, { cause: thrown })
      }
    },
  }
}

function mainCf(folder: string, options: PostfixOptions): string {
  const lines = {
    compatibility_level: '3.6',
    queue_directory: `${folder}/queue`,
    data_directory: `${folder}/data`,
    maillog_file: `${folder}/mail.log`,
    maillog_file_prefixes: folder,
    myhostname: HOSTNAME,
    mydestination: '',
    inet_interfaces: 'all',
    inet_protocols: 'all',
    mynetworks: '127.0.0.0/8',
    alias_maps: '',
    alias_database: '',
    smtpd_peername_lookup: 'no',
    message_size_limit: '60000000',
    virtual_mailbox_limit: '0',
    // Every recipient of every domain lies in one mailbox.
    virtual_mailbox_domains: 'static:all',
    virtual_mailbox_maps: 'static:inbox/',
    virtual_mailbox_base: `${folder}/mail`,
    virtual_uid_maps: `static:${NOBODY}`,
    virtual_gid_maps: `static:${NOBODY}`,
    virtual_transport: 'virtual',
    smtpd_relay_restrictions: '',
    smtpd_recipient_restrictions: options.sasl === undefined ? 'permit_mynetworks, reject' : 'permit_sasl_authenticated, reject',
    ...(options.tls === undefined || options.tls === 'none' ? {} : tlsLines(options)),
    ...(options.sasl === undefined ? {} : { smtpd_sasl_auth_enable: 'yes', cyrus_sasl_config_path: `${folder}/config/sasl` }),
  }
  const own = Object.entries(lines).map(([key, value]) => `${key} = ${value}\n`)
  return `${own.join('')}${options.settings ?? ''}\n`
}

function tlsLines({ tls, certificate, sasl }: PostfixOptions): Record<string, string> {
  if (certificate === undefined) throw new Error('Postfix wants a certificate for TLS.')
  return {
    smtpd_tls_cert_file: certificate.certFile,
    smtpd_tls_key_file: certificate.keyFile,
    smtpd_tls_security_level: 'encrypt',
    smtpd_tls_loglevel: '1',
    ...(tls === 'implicit' ? { smtpd_tls_wrappermode: 'yes' } : {}),
    ...(sasl === undefined ? {} : { smtpd_tls_auth_only: 'yes' }),
  }
}

function masterCf(inet: string): string {
  const daemons = [
    `${inet} inet n - n - - smtpd`,
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'proxymap unix - - n - - proxymap',
    'virtual unix - n n - - virtual',
    'anvil unix - - n - 1 anvil',
    'postlog unix-dgram n - n - 1 postlogd',
  ]
  return `${daemons.join('\n')}\n`
}

/** Cyrus SASL with a password file of its own. Debian's Postfix looks for `smtpd.conf` beside main.cf, others where `cyrus_sasl_config_path` says. */
async function writeSasl(folder: string, owner: number, sasl: PostfixOptions['sasl']): Promise<void> {
  if (sasl === undefined) return
  const passwords = join(folder, 'sasldb2')
  const mechanisms = (sasl.mechanisms ?? ['PLAIN', 'LOGIN', 'CRAM-MD5']).join(' ')
  await writeFile(
    join(folder, 'smtpd.conf'),
    `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${passwords}\nmech_list: ${mechanisms}\n`,
  )
  await run('sh', ['-c', 'printf %s "$1" | saslpasswd2 -p -c -f "$2" -u "$3" "$4"', 'sh', sasl.password, passwords, HOSTNAME, sasl.user])
  await chown(passwords, owner, 0)
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await capture(command, args)
  if (code !== 0) throw new Error(`"${command} ${args.join(' ')}" failed: ${stderr}${stdout}`)
  return stdout
}
