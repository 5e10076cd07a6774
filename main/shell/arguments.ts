import { resolve } from 'node:path'

/** What the app was started with; everything else on the command line is Chromium's. */
export interface ShellArguments {
  /** null: the system's own place for this app. */
  readonly dataFolder: string | null
  /** Start in the tray, as at login. */
  readonly hidden: boolean
}

export function readArguments(argv: readonly string[]): ShellArguments {
  const at = argv.indexOf('--data')
  const folder = at >= 0 ? argv[at + 1] : argv.find((argument) => argument.startsWith('--data='))?.slice('--data='.length)
  return { dataFolder: folder === undefined || folder === '' ? null : resolve(folder), hidden: argv.includes('--hidden') }
}
