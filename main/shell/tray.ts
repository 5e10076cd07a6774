import { join } from 'node:path'
import { Menu, Tray, app, nativeImage, nativeTheme } from 'electron'
import type { Status } from '../contract/index.ts'
import { words } from './words.ts'

export interface TrayIcon {
  show(status: Status): void
}

/** The icon in the system's tray: one look tells whether mail flows. */
export function createTray(open: () => void, quit: () => void): TrayIcon {
  const text = words(app.getLocale())
  const tray = new Tray(icon('working'))
  tray.setToolTip(`Mailroom: ${text.working}`)
  tray.setContextMenu(Menu.buildFromTemplate([{ label: text.open, click: open }, { type: 'separator' }, { label: text.quit, click: quit }]))
  tray.on('click', open)
  let shown: TrayState = 'working'
  nativeTheme.on('updated', () => tray.setImage(icon(shown)))
  return {
    show(status) {
      const state = stateOf(status)
      if (state === shown) return
      shown = state
      tray.setImage(icon(state))
      tray.setToolTip(`Mailroom: ${text[state]}`)
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
  const variant = process.platform === 'darwin' ? 'Template' : nativeTheme.shouldUseDarkColors ? '-on-dark' : '-on-light'
  const image = nativeImage.createFromPath(join(__dirname, `../../resources/icons/tray-${state}${variant}.png`))
  if (process.platform === 'darwin') image.setTemplateImage(true)
  return image
}
