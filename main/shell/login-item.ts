import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { app } from 'electron'
import { autostartFile, desktopEntry, isEnabled } from './autostart-file.ts'
import type { LoginCommand } from './autostart-file.ts'

/** Starting with the session: the system's own list on Windows and macOS, a file of the desktop's autostart folder on Linux. */

/** @param dataFolder as given on the command line; null for the system's own place */
export function loginCommand(dataFolder: string | null): LoginCommand {
  const program = process.env['APPIMAGE'] ?? process.execPath
  const own = app.isPackaged ? [] : [app.getAppPath()]
  return { program, args: [...own, ...(dataFolder === null ? [] : ['--data', dataFolder]), '--hidden'] }
}

export async function startsAtLogin({ program, args }: LoginCommand): Promise<boolean> {
  if (process.platform !== 'linux') return app.getLoginItemSettings({ path: program, args: [...args] }).openAtLogin
  try {
    return isEnabled(await readFile(autostartFile(process.env), 'utf8'))
  } catch {
    // No such file: it does not start by itself.
    return false
  }
}

/** @throws with the system's reason */
export async function setStartAtLogin(on: boolean, command: LoginCommand): Promise<void> {
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: on, path: command.program, args: [...command.args] })
    return
  }
  const path = autostartFile(process.env)
  if (!on) {
    await rm(path, { force: true })
    return
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, desktopEntry(command))
}
