/** Builds out/ and makes the command line runnable as `npx mailroom`. */
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build as buildWithVite } from 'electron-vite'
import { isMain, root, say } from './house.ts'
import { writeLicences } from './licences.ts'

const sources = ['main', 'preload', 'renderer', 'resources', 'package.json', 'package-lock.json', 'electron.vite.config.ts']
/** Written last, so that its time says when everything in out/ was whole. */
const stamp = path.join(root, 'out', '.built')
const command = path.join(root, 'out', 'main', 'mailroom.cjs')

/** Builds main, preload and renderer into out/. @throws when one of them does not build */
export async function build(): Promise<void> {
  await rm(path.join(root, 'out'), { recursive: true, force: true })
  await buildWithVite({ root, logLevel: 'warn' })
  await writeLicences(path.join(root, 'out', 'licences.json'))
  await chmod(command, 0o755)
  await linkCommand()
  await writeFile(stamp, '')
}

/** Builds only when out/ is missing or older than a source file. */
export async function buildIfStale(): Promise<void> {
  if (existsSync(stamp) && (await newestChangeMs(sources.map((name) => path.join(root, name)))) <= (await stat(stamp)).mtimeMs) return
  say('building')
  await build()
}

async function newestChangeMs(paths: readonly string[]): Promise<number> {
  let newest = 0
  for (const each of paths.filter((name) => existsSync(name))) {
    const info = await stat(each)
    newest = Math.max(newest, info.mtimeMs)
    if (info.isDirectory()) newest = Math.max(newest, await newestChangeMs((await readdir(each)).map((name) => path.join(each, name))))
  }
  return newest
}

/** `npx mailroom` finds what is linked here first; without it npm makes a copy of the link in its own cache, on every machine differently. */
async function linkCommand(): Promise<void> {
  const bin = path.join(root, 'node_modules', '.bin')
  await mkdir(bin, { recursive: true })
  if (process.platform === 'win32') {
    await writeFile(path.join(bin, 'mailroom.cmd'), '@node "%~dp0\\..\\..\\out\\main\\mailroom.cjs" %*\r\n')
    return
  }
  const link = path.join(bin, 'mailroom')
  await rm(link, { force: true })
  await symlink(path.relative(bin, command), link)
}

if (isMain(import.meta.url)) {
  try {
    await build()
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown))
    process.exitCode = 1
  }
}
