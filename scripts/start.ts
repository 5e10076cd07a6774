/** `npm start`: builds when needed and brings the app up; without a display, the same engine without its window. */
import path from 'node:path'
import { buildIfStale } from './build.ts'
import { findElectron } from './electron.ts'
import { root, runInForeground, say } from './house.ts'
import { ensureSystemPackages } from './system-packages.ts'

/** @returns the exit code of what was started */
async function start(args: readonly string[]): Promise<number> {
  await buildIfStale()
  if (!hasDisplay()) {
    say('there is no display here, so the engine runs without its window (mailroom serve). Stop it with Ctrl-C.')
    return runInForeground(process.execPath, [path.join(root, 'out', 'main', 'mailroom.cjs'), 'serve', ...args])
  }
  await ensureSystemPackages('window')
  const { executable, appArgs } = await findElectron()
  // Chromium's sandbox refuses to run as root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return runInForeground(executable, [...sandbox, ...appArgs, ...args])
}

/** Windows and macOS always have one; elsewhere X11 or Wayland announces it. */
function hasDisplay(): boolean {
  if (process.platform === 'win32' || process.platform === 'darwin') return true
  return ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => (process.env[name] ?? '') !== '')
}

try {
  process.exitCode = await start(process.argv.slice(2))
} catch (thrown) {
  say(thrown instanceof Error ? thrown.message : String(thrown))
  process.exitCode = 1
}
