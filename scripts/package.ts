/** `npm run package`: the app as a program of its own, in dist/. Arguments are electron-builder's, such as `-- --linux deb`. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.ts'
import { findElectron } from './electron.ts'
import { isMain, root, runInForeground, say } from './house.ts'

/** The unpacked program that `npm run package` leaves on this machine. */
export function packagedProgram(): string {
  const arch = process.arch === 'x64' ? '' : `-${process.arch}`
  if (process.platform === 'win32') return path.join(root, 'dist', `win${arch}-unpacked`, 'Mailroom.exe')
  if (process.platform === 'darwin') return path.join(root, 'dist', `mac${arch}`, 'Mailroom.app', 'Contents', 'MacOS', 'Mailroom')
  return path.join(root, 'dist', `linux${arch}-unpacked`, 'mailroom')
}

/**
 * Packs what is in out/.
 * @param targets electron-builder's arguments for installers; none makes the unpacked program of this machine
 * @throws Error when electron-builder fails, or when an installer would get the fallback Electron, which is too old to hand to anyone
 */
export async function pack(targets: readonly string[]): Promise<void> {
  const forThisMachine = targets.length === 0
  const electron = await findElectron()
  if (!forThisMachine && electron.kind !== 'official') {
    throw new Error('Installers are made with the official Electron only, and it is not here. Run "npx install-electron" first.')
  }
  if (electron.dist === null) throw new Error('MAILROOM_ELECTRON names a program, and packaging needs a whole distribution. Unset it.')
  if (forThisMachine) await rm(path.join(root, 'dist'), { recursive: true, force: true })
  const args = forThisMachine ? ['--dir', `-c.electronDist=${electron.dist}`] : targets
  const builder = fileURLToPath(import.meta.resolve('electron-builder/cli.js'))
  const code = await runInForeground(process.execPath, [builder, ...args, '--publish', 'never'])
  if (code !== 0) throw new Error(`electron-builder failed with exit code ${code}.`)
}

if (isMain(import.meta.url)) {
  try {
    await build()
    await pack(process.argv.slice(2))
    say(`packed: ${path.relative(root, packagedProgram())}`)
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown))
    process.exitCode = 1
  }
}
