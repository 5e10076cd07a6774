import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** The app's own folder, where the window and the command find the same settings (Electron's userData). */
export function defaultDataFolder(): string {
  const home = homedir()
  switch (process.platform) {
    case 'win32':
      return join(named('APPDATA') ?? join(home, 'AppData', 'Roaming'), 'Mailroom')
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Mailroom')
    default:
      return join(named('XDG_CONFIG_HOME') ?? join(home, '.config'), 'Mailroom')
  }
}

/** A folder from the environment. One that is empty or not absolute counts as none (XDG Base Directory Specification). */
function named(variable: string): string | undefined {
  const folder = process.env[variable]
  return folder !== undefined && isAbsolute(folder) ? folder : undefined
}

export interface Places {
  readonly data: string
  readonly config: string
}

/** @param options as given on the command line */
export function placesOf(options: { readonly data?: string; readonly config?: string }): Places {
  const data = resolve(options.data ?? defaultDataFolder())
  return { data, config: options.config === undefined ? join(data, 'config.toml') : resolve(options.config) }
}
