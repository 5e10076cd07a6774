import { join } from 'node:path'
import { BrowserWindow, app, nativeTheme, screen } from 'electron'
import { windowKey } from './keys.ts'
import { contextMenuOf } from './menus.ts'
import { PAGE_ORIGIN, PAGE_URL } from './page.ts'
import { onScreen, readWindowState, writeWindowState } from './window-state.ts'

/** The first paint has the page's own ground, so that nothing flashes. */
const GROUND = { light: '#fbfaf7', dark: '#1f1e1b' }
const USUAL_SIZE = { width: 1180, height: 780 }
const ZOOM_STEP = 0.5
const ZOOM_LIMITS = { least: -3, most: 5 }

/**
 * Opens the one window. It may load our page and nothing else, and cannot open others.
 * @param statePath where its place is kept from one start to the next
 * @param address   what it shows first, `#/queue`; '' for the usual
 */
export function openWindow(statePath: string, address: string): BrowserWindow {
  const state = readWindowState(statePath)
  const screens = screen.getAllDisplays().map((display) => display.workArea)
  const place = state === null ? null : onScreen(state.bounds, screens)
  const window = new BrowserWindow({
    ...USUAL_SIZE,
    ...place,
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
  lockDown(window)
  listenToKeys(window)
  const { webContents } = window
  const keep = (): void =>
    writeWindowState(statePath, {
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
      zoom: webContents.getZoomLevel(),
    })
  window.on('hide', keep)
  window.on('close', keep)
  webContents.on('context-menu', (_event, params) => contextMenuOf(params)?.popup({ window }))
  // A page that died is loaded anew; the engine never lived in it.
  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') void window.loadURL(PAGE_URL)
  })
  let awaited = 2
  const show = (): void => {
    awaited -= 1
    if (awaited > 0) return
    if (state?.maximized === true) window.maximize()
    webContents.setZoomLevel(state?.zoom ?? 0)
    window.show()
  }
  // Something is painted before all is loaded, and loading takes the size of the text back to the usual.
  window.once('ready-to-show', show)
  webContents.once('did-stop-loading', show)
  void window.loadURL(PAGE_URL + address)
  return window
}

/** Nothing but our page is loaded, asked for, opened or permitted, whatever the page may be talked into. */
function lockDown({ webContents }: BrowserWindow): void {
  const { session } = webContents
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  webContents.on('will-navigate', (event) => event.preventDefault())
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.webRequest.onBeforeRequest((request, answer) => answer({ cancel: !isOurs(request.url) }))
}

/** The page itself, pictures that lie inside it, and the developer's own tools. */
function isOurs(url: string): boolean {
  return [`${PAGE_ORIGIN}/`, 'data:', 'devtools:'].some((start) => url.startsWith(start))
}

function listenToKeys(window: BrowserWindow): void {
  const { webContents } = window
  const zoomBy = (step: number): void =>
    webContents.setZoomLevel(Math.min(ZOOM_LIMITS.most, Math.max(ZOOM_LIMITS.least, webContents.getZoomLevel() + step)))
  webContents.on('before-input-event', (event, input) => {
    const key = windowKey(input, process.platform)
    if (key === null) return
    event.preventDefault()
    if (key === 'zoom-in') zoomBy(ZOOM_STEP)
    if (key === 'zoom-out') zoomBy(-ZOOM_STEP)
    if (key === 'zoom-reset') webContents.setZoomLevel(0)
    if (key === 'close') window.close()
    if (key === 'quit') app.quit()
  })
}

export function showWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
