import { join } from 'node:path'
import { BrowserWindow, app, nativeTheme } from 'electron'
import { PAGE_URL } from './page.ts'

/** The first paint has the page's own ground, so that nothing flashes. */
const GROUND = { light: '#fbfaf7', dark: '#1f1e1b' }

/** Opens the one window. It may load our page and nothing else, and cannot open others. */
export function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1180,
    height: 780,
    minWidth: 480,
    minHeight: 420,
    show: false,
    title: 'Mailroom',
    icon: join(__dirname, '../../resources/icons/app/256x256.png'),
    backgroundColor: nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light,
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(__dirname, '../preload/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      additionalArguments: [`--mailroom-version=${app.getVersion()}`],
    },
  })
  const { webContents } = window
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  webContents.on('will-navigate', (event) => event.preventDefault())
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  webContents.session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  window.once('ready-to-show', () => window.show())
  void window.loadURL(PAGE_URL)
  return window
}

export function showWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
