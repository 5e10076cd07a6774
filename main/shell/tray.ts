import { join } from 'node:path'
import { Menu, Tray, nativeImage, nativeTheme } from 'electron'
import type { Status } from '../contract/index.ts'
import { words } from './words.ts'
import type { Language } from './words.ts'

export interface TrayIcon {
  show(status: Pick<Status, 'alerts' | 'waiting'>): void
  /** Says everything in this language from now on. */
  speak(language: Language): void
}

export interface TrayActions {
  open(): void
  openSettings(): void
  quit(): void
}

/** The icon in the system's tray: one look tells whether mail flows. */
export function createTray(actions: TrayActions, language: Language): TrayIcon {
  const tray = new Tray(icon('working'))
  let text = words(language)
  let shown: TrayState = 'working'
  const say = (): void => {
    tray.setToolTip(`Mailroom: ${text[shown]}`)
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: text.open, click: () => actions.open() },
        { label: text.settings, click: () => actions.openSettings() },
        { type: 'separator' },
        { label: text.quit, click: () => actions.quit() },
      ]),
    )
  }
  say()
  tray.on('click', () => actions.open())
  nativeTheme.on('updated', () => tray.setImage(icon(shown)))
  return {
    show(status) {
      const state = stateOf(status)
      if (state === shown) return
      shown = state
      tray.setImage(icon(state))
      tray.setToolTip(`Mailroom: ${text[state]}`)
    },
    speak(next) {
      text = words(next)
      say()
    },
  }
}

type TrayState = 'working' | 'waiting' | 'needs-you'

/** The same order as the sentence on Overview: a person's business first, then what goes on by itself. */
export function stateOf(status: Pick<Status, 'alerts' | 'waiting'>): TrayState {
  if (status.alerts.length > 0) return 'needs-you'
  return status.waiting > 0 ? 'waiting' : 'working'
}

/** On macOS the system colours a template image itself; elsewhere there is a drawing for light and one for dark surroundings. */
function icon(state: TrayState): Electron.NativeImage {
  const variant = process.platform === 'darwin' ? 'Template' : hasDarkTray() ? '-on-dark' : '-on-light'
  const image = nativeImage.createFromPath(join(__dirname, `../../resources/icons/tray-${state}${variant}.png`))
  if (process.platform === 'darwin') image.setTemplateImage(true)
  return image
}

/** The tray follows the system also where the person wants the window otherwise; older Electrons cannot tell the two apart. */
function hasDarkTray(): boolean {
  const system: unknown = Reflect.get(nativeTheme, 'shouldUseDarkColorsForSystemIntegratedUI')
  return typeof system === 'boolean' ? system : nativeTheme.shouldUseDarkColors
}
