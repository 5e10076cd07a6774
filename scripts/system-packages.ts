/** Debian packages the app's window and the tests beside other mail programs need: installs what is missing, or names it. */
import { existsSync } from 'node:fs'
import { writeFile, rm } from 'node:fs/promises'
import { capture, isMain, runInForeground, say } from './house.ts'

/** `a|b` means the first of them that this release of Debian knows. */
const packages = {
  /** What Electron is linked with. */
  window: [
    'libgtk-3-0t64|libgtk-3-0',
    'libnss3',
    'libnotify4',
    'libxss1',
    'libxtst6',
    'libgbm1',
    'libasound2t64|libasound2',
    'libatspi2.0-0t64|libatspi2.0-0',
  ],
  /** A display for a machine that has none. */
  display: ['xvfb', 'xauth'],
  /** Other mail programs, name servers and tools that the interop tests start with their own configuration. Exim is not here: see exim.ts. */
  peers: [
    'postfix',
    'dovecot-lmtpd',
    'dovecot-imapd',
    'swaks',
    'libnet-ssleay-perl',
    'libauthen-sasl-perl',
    'libio-socket-ssl-perl',
    'libnet-dns-perl',
    'libio-socket-inet6-perl',
    'msmtp',
    'curl',
    'sasl2-bin',
    'libsasl2-modules',
    'python3',
    'bind9-dnsutils',
    'iproute2',
    'openssl',
    'perl',
    'testssl.sh',
    'unbound',
  ],
} as const satisfies Record<string, readonly string[]>

export type Purpose = keyof typeof packages

/** Daemons that Debian starts and enables on installing; the tests bring their own, and the machine's ports stay free. */
const services = ['postfix', 'dovecot', 'unbound', 'saslauthd']

/**
 * Sees to it that the packages for these purposes are there. Elsewhere than on Debian and its kin nothing is done: what is missing then shows when
 * it is used.
 * @throws Error naming the exact command for a person, when packages are missing and cannot be installed from here
 */
export async function ensureSystemPackages(...purposes: readonly Purpose[]): Promise<void> {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg-query')) return
  await ensurePackages(purposes.flatMap((purpose) => packages[purpose]))
}

/** As {@link ensureSystemPackages}, for packages by name. */
export async function ensurePackages(wanted: readonly string[]): Promise<void> {
  const present = await installedNames()
  const missing = wanted.filter((choice) => !choice.split('|').some((name) => present.has(name)))
  if (missing.length === 0) return
  const privilege = await findPrivilege()
  if (privilege === null) throw new Error(`Missing system packages. Run: sudo apt-get install ${missing.map(lastChoice).join(' ')}`)
  say(`installing system packages: ${missing.map(lastChoice).join(' ')}`)
  await install(privilege, missing)
}

const lastChoice = (choice: string): string => choice.split('|').at(-1) ?? choice

/** Names of installed packages and of what they provide. */
async function installedNames(): Promise<ReadonlySet<string>> {
  const { stdout } = await capture('dpkg-query', ['-W', '-f', '${db:Status-Status}\t${Package}, ${Provides}\n'])
  const names = new Set<string>()
  for (const line of stdout.split('\n')) {
    const [status, all = ''] = line.split('\t')
    if (status !== 'installed') continue
    for (const name of all.split(',')) names.add(name.trim().replace(/[ (:].*$/, ''))
  }
  return names
}

/**
 * Runs a command that changes the system, as root.
 * @throws Error naming the command for a person when it may not be run from here, or when it fails
 */
export async function runAsRoot(...command: readonly string[]): Promise<void> {
  const privilege = await findPrivilege()
  if (privilege === null) throw new Error(`Run: sudo ${command.join(' ')}`)
  await run([...privilege, ...command])
}

/** What to put before a command that changes the system: nothing for root, sudo where it asks for no password, null when neither is there. */
async function findPrivilege(): Promise<readonly string[] | null> {
  if (process.getuid?.() === 0) return []
  return (await capture('sudo', ['-n', 'true'])).code === 0 ? ['sudo', '-n'] : null
}

async function install(privilege: readonly string[], missing: readonly string[]): Promise<void> {
  const apt = (...args: readonly string[]): Promise<void> =>
    run([...privilege, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=300', ...args])
  await apt('update')
  const names = await Promise.all(missing.map(firstKnown))
  const newServices = services.filter((service) => !existsSync(`/etc/init.d/${service}`))
  const undo = await forbidServiceStarts(privilege)
  try {
    await apt('install', '-y', '--no-install-recommends', ...names)
  } finally {
    await undo()
  }
  // Without this, a workstation would start them at the next boot.
  if (existsSync('/run/systemd/system')) {
    for (const service of newServices.filter((name) => existsSync(`/etc/init.d/${name}`))) {
      await run([...privilege, 'systemctl', 'disable', '--now', service])
    }
  }
}

async function firstKnown(choice: string): Promise<string> {
  for (const name of choice.split('|')) {
    if ((await capture('apt-cache', ['show', '--no-all-versions', name])).code === 0) return name
  }
  return lastChoice(choice)
}

const policy = '/usr/sbin/policy-rc.d'

/** invoke-rc.d asks this file before it starts anything: 101 means "not allowed". A policy that is already there is the machine's own and stays. */
async function forbidServiceStarts(privilege: readonly string[]): Promise<() => Promise<void>> {
  if (existsSync(policy)) return () => Promise.resolve()
  if (privilege.length === 0) {
    await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
    return () => rm(policy, { force: true })
  }
  await run([...privilege, 'sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy}`])
  return () => run([...privilege, 'rm', '-f', policy])
}

/** apt's own chatter goes to standard error, as all that is meant for people. */
async function run(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command
  const code = await runInForeground(program, args, { stdio: ['ignore', 2, 2] })
  if (code !== 0) throw new Error(`"${command.join(' ')}" failed with exit code ${code}.`)
}

if (isMain(import.meta.url)) {
  const purposes = Object.keys(packages) as Purpose[]
  try {
    await ensureSystemPackages(...purposes)
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown))
    process.exitCode = 1
  }
}
