import { mkdir } from 'node:fs/promises'
import { _electron } from 'playwright-core'
import type { ElectronApplication, Page } from 'playwright-core'
import { findElectron } from '../../scripts/electron.ts'

export interface LaunchOptions {
  /** The data folder, created when it is not there: a test's own, so that runs never meet. */
  readonly dataDir: string
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The app's own arguments, after `--data DIR`. */
  readonly args?: readonly string[]
  /** A packaged program to start in place of the one built in out/. */
  readonly executable?: string
}

export interface LaunchedApp {
  /** The main process, for `evaluate` and for windows opened later. */
  readonly app: ElectronApplication
  /** The first window, its page loaded. */
  readonly window: Page
  /** Quits the app as a person would and waits until the process is gone. */
  readonly close: () => Promise<void>
}

/** Starts the app in real Electron on a data folder of its own and waits for its window. The app must have been built. */
export async function launchApp(options: LaunchOptions): Promise<LaunchedApp> {
  await mkdir(options.dataDir, { recursive: true })
  const { executable, appArgs } = options.executable === undefined ? await findElectron() : { executable: options.executable, appArgs: [] }
  const app = await _electron.launch({
    executablePath: executable,
    args: [...chromiumArgs(), '--lang=en-GB', ...appArgs, '--data', options.dataDir, ...(options.args ?? [])],
    env: environment({ MAILROOM_NO_DIALOGS: '1', ...options.env }),
  })
  const window = await app.firstWindow()
  await window.waitForLoadState('load')
  return { app, window, close: () => app.close() }
}

/** Chromium's sandbox refuses to run as root; a virtual display has no graphics card. */
function chromiumArgs(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu'] : ['--disable-gpu']
}

function environment(changes: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const merged: Record<string, string> = {}
  for (const [name, value] of Object.entries({ ...process.env, ...changes })) {
    if (value !== undefined) merged[name] = value
  }
  return merged
}
