/** An Exim for the interop tests. Debian's exim4 and postfix exclude each other, so this one is unpacked beside the system. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { cacheDir, capture, isMain, say } from './house.ts'
import { ensurePackages, runAsRoot } from './system-packages.ts'

const unpacked = path.join(cacheDir, 'exim')
const debianPackages = ['exim4-base', 'exim4-daemon-light']
/** Debian's Exim looks this user up before it reads any configuration, and ends when there is none. */
const user = 'Debian-exim'

/**
 * Fetches and unpacks Exim when that has not been done, with the libraries and the user it needs.
 * @returns the path of the `exim4` program, to be run with `-C FILE` and a configuration of the test's own
 * @throws Error naming what to do when something cannot be installed from here
 */
export async function ensureExim(): Promise<string> {
  const program = path.join(unpacked, 'usr', 'sbin', 'exim4')
  if (!existsSync(program)) await fetchExim()
  await ensurePackages(await librariesOfExim())
  if ((await capture('getent', ['passwd', user])).code !== 0) {
    await runAsRoot(
      'useradd',
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/var/spool/exim4',
      '--shell',
      '/usr/sbin/nologin',
      user,
    )
  }
  return program
}

async function fetchExim(): Promise<void> {
  say(`unpacking ${debianPackages.join(' and ')} into .cache/exim`)
  await mkdir(cacheDir, { recursive: true })
  const work = await mkdtemp(path.join(cacheDir, 'exim-fetching-'))
  try {
    const download = ['-qq', 'download', ...debianPackages]
    // Without package lists, as on a fresh machine, apt-get knows neither package.
    if ((await capture('apt-get', download, { cwd: work })).code !== 0) {
      await runAsRoot('apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=300', 'update')
      await must('apt-get', download, work)
    }
    for (const name of (await readdir(work)).filter((file) => file.endsWith('.deb'))) {
      await must('dpkg-deb', ['-x', name, 'whole'], work)
    }
    await rm(unpacked, { recursive: true, force: true })
    await rename(path.join(work, 'whole'), unpacked)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function librariesOfExim(): Promise<string[]> {
  const { stdout } = await capture('apt-cache', ['depends', '--no-recommends', '--no-suggests', 'exim4-daemon-light'])
  return [...stdout.matchAll(/Depends: (lib[\w.+-]+)/g)].map((match) => match[1] ?? '')
}

async function must(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await capture(command, args, { cwd })
  if (code !== 0) throw new Error(`"${command} ${args.join(' ')}" failed: ${stderr.trim()}`)
}

if (isMain(import.meta.url)) console.log(await ensureExim())
