import { join } from 'node:path'
import { app, dialog, powerMonitor } from 'electron'
import type { BrowserWindow } from 'electron'
import { serveControl } from '../control/index.ts'
import { startEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { createFileCipher } from '../engine/secrets/index.ts'
import { createNodeSystem } from '../engine/system/node/index.ts'
import { readArguments } from './arguments.ts'
import { serveBridge } from './bridge.ts'
import { watchForFaults } from './crash.ts'
import { keychainCipher } from './keychain.ts'
import { setApplicationMenu } from './menus.ts'
import { registerScheme, servePage } from './page.ts'
import { createTray } from './tray.ts'
import { openWindow, showWindow } from './window.ts'
import { words } from './words.ts'

/** Attempts that are under way get this long to end when the app quits. */
const QUIT_GRACE_MS = 5_000

const options = readArguments(process.argv)
if (options.dataFolder !== null) app.setPath('userData', options.dataFolder)
app.setAppUserModelId('net.mailroom.app')
registerScheme()
watchForFaults((detail) => {
  const text = words(app.getLocale())
  tellPerson(text.stopped, `${text.stoppedText}\n\n${detail}`)
})

let window: BrowserWindow | null = null
let quitting = false

/** Shows the one window, opens it when it was never shown. Closing only hides it: the engine and the tray stay. */
function showOrOpen(): void {
  if (window !== null) {
    showWindow(window)
    return
  }
  const opened = openWindow(join(app.getPath('userData'), 'window.json'))
  window = opened
  opened.on('close', (event) => {
    if (quitting) return
    event.preventDefault()
    opened.hide()
  })
  opened.on('closed', () => {
    window = null
  })
}

async function bringUpEngine(): Promise<Engine> {
  const system = createNodeSystem()
  const dataFolder = app.getPath('userData')
  const file = createFileCipher(system.disk, system.random, join(dataFolder, 'secrets.key'))
  const keychain = keychainCipher()
  return startEngine({ system, dataFolder, ciphers: keychain === null ? [file] : [keychain, file], holder: 'the Mailroom app' })
}

async function run(): Promise<void> {
  setApplicationMenu()
  servePage(join(__dirname, '../renderer'))
  const engine = await bringUpEngine()
  const control = await serveControl(app.getPath('userData'), (request, args) => engine.ask(request, args))
  serveBridge(engine, () => window)
  const tray = createTray(showOrOpen, () => app.quit())
  tray.show(engine.status())
  engine.onNotice((name) => {
    if (name === 'status.changed') tray.show(engine.status())
  })
  powerMonitor.on('resume', () => engine.wake())
  app.on('second-instance', (_event, argv) => {
    if (!readArguments(argv).hidden) showOrOpen()
  })
  app.on('activate', showOrOpen)
  app.on('before-quit', (event) => {
    if (quitting) return
    quitting = true
    event.preventDefault()
    window?.hide()
    void Promise.all([engine.stop(QUIT_GRACE_MS), control.close()]).finally(() => app.quit())
  })
  // The computer shuts down: attempts get a moment, and everything else is on the disk anyway.
  powerMonitor.on('shutdown', () => app.quit())
  if (!options.hidden) showOrOpen()
}

/** Words for the person, where somebody sits before the screen. */
function tellPerson(title: string, text: string): void {
  if (process.env['MAILROOM_NO_DIALOGS'] === undefined) dialog.showErrorBox(title, text)
}

// Windows are hidden, never gone; the app ends by its own word alone.
app.on('window-all-closed', () => undefined)

if (!app.requestSingleInstanceLock()) {
  app.exit(0)
} else {
  app
    .whenReady()
    .then(run)
    .catch((thrown: unknown) => {
      const text = thrown instanceof Error ? thrown.message : String(thrown)
      process.stderr.write(`Mailroom cannot start: ${text}\n`)
      tellPerson(words(app.getLocale()).cannotStart, text)
      app.exit(1)
    })
}
