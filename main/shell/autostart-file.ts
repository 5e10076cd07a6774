import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

const DESKTOP_FILE = 'mailroom.desktop'

/** The program and what it is started with at login: in the tray, on this data folder. */
export interface LoginCommand {
  readonly program: string
  readonly args: readonly string[]
}

/** Where the desktop looks (XDG base directories): a relative XDG_CONFIG_HOME does not count. */
export function autostartFile(environment: NodeJS.ProcessEnv): string {
  const set = environment['XDG_CONFIG_HOME'] ?? ''
  return join(isAbsolute(set) ? set : join(homedir(), '.config'), 'autostart', DESKTOP_FILE)
}

/** The text of the autostart file (Desktop Entry Specification 1.5). */
export function desktopEntry({ program, args }: LoginCommand): string {
  const exec = [program, ...args].map(quoted).join(' ')
  return `[Desktop Entry]
Type=Application
Version=1.5
Name=Mailroom
Comment=Takes mail from devices and sends it on
Comment[de]=Nimmt Post von Geräten an und leitet sie weiter
Exec=${exec}
Icon=mailroom
Terminal=false
X-GNOME-Autostart-enabled=true
`
}

/** Quoting of an argument, and over it the escaping of every string in such a file; `%` begins a field code. */
function quoted(argument: string): string {
  const inside = argument.replace(/["`$\\]/g, '\\$&')
  return `"${inside}"`.replaceAll('\\', '\\\\').replaceAll('%', '%%')
}

/** Desktops switch an entry off by a line in it rather than by removing it. */
export function isEnabled(entry: string): boolean {
  return /^\[Desktop Entry\]/m.test(entry) && !/^Hidden=true\s*$/m.test(entry) && !/^X-GNOME-Autostart-enabled=false\s*$/m.test(entry)
}
