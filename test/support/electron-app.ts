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
  const app = await launchElectron(options)
  const window = await app.firstWindow()
  await window.waitForLoadState('load')
  return { app, window, close: () => app.close() }
}

/** The same without waiting for a window, for a start that shows none. */
export async function launchElectron(options: LaunchOptions): Promise<ElectronApplication> {
  await mkdir(options.dataDir, { recursive: true })
  const { executable, args } = await programOf(options)
  return _electron.launch({ executablePath: executable, args, env: environmentOf(options) })
}

/** What a person's double click would start. */
export async function programOf(options: LaunchOptions): Promise<{ readonly executable: string; readonly args: string[] }> {
  const { executable, appArgs } = options.executable === undefined ? await findElectron() : { executable: options.executable, appArgs: [] }
  return { executable, args: [...chromiumArgs(), '--lang=en-GB', ...appArgs, '--data', options.dataDir, ...(options.args ?? [])] }
}

/** Nobody sits here to close a dialog. */
export function environmentOf(options: Pick<LaunchOptions, 'env'>): Record<string, string> {
  return environment({ MAILROOM_NO_DIALOGS: '1', ...options.env })
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
