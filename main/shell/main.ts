import { join } from 'node:path'
import { app, dialog, nativeTheme, powerMonitor } from 'electron'
import type { BrowserWindow } from 'electron'
import { requests } from '../contract/index.ts'
import { serveControl } from '../control/index.ts'
import { startEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { createFileCipher } from '../engine/secrets/index.ts'
import { createNodeSystem } from '../engine/system/node/index.ts'
import { readArguments } from './arguments.ts'
import { showBadge } from './badge.ts'
import { serveBridge } from './bridge.ts'
import { watchForFaults } from './crash.ts'
import { KeepAwake } from './keep-awake.ts'
import { keychainCipher } from './keychain.ts'
import { loginCommand, setStartAtLogin } from './login-item.ts'
import type { LoginCommand } from './autostart-file.ts'
import { setApplicationMenu } from './menus.ts'
import { Notifier } from './notify.ts'
import { registerScheme, servePage } from './page.ts'
import { PreferencesFile } from './preferences.ts'
import { createTray } from './tray.ts'
import { openWindow, showWindow } from './window.ts'
import { languageOf, moreText, words } from './words.ts'
import type { Language } from './words.ts'

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

/** Shows the one window, opens it when it was never shown. Closing only hides it, unless the person wants it to end: the engine and the tray stay. */
function showOrOpen(preferences: PreferencesFile, address = ''): void {
  if (window !== null) {
    showWindow(window)
    if (address !== '') window.webContents.send('notice', 'window.goTo', { address })
    return
  }
  const opened = openWindow(join(app.getPath('userData'), 'window.json'), address)
  window = opened
  opened.on('close', (event) => {
    if (quitting) return
    event.preventDefault()
    if (preferences.now.keepRunning) opened.hide()
    else app.quit()
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
  const preferences = new PreferencesFile(join(app.getPath('userData'), 'preferences.json'))
  const login = loginCommand(options.dataFolder)
  nativeTheme.themeSource = preferences.now.theme
  const open = (address?: string): void => showOrOpen(preferences, address)
  const engine = await bringUpEngine()
  const control = await serveControl(app.getPath('userData'), (request, args) => engine.ask(request, args))
  serveBridge(engine, () => window, { preferences, login, configPath: engine.configPath, window: () => window })
  tellOutside(engine, preferences, open)
  await startAtLoginFromTheFirst(preferences, login)
  powerMonitor.on('resume', () => engine.wake())
  app.on('second-instance', (_event, argv) => {
    if (!readArguments(argv).hidden) open()
  })
  app.on('activate', () => open())
  app.on('before-quit', (event) => {
    if (quitting) return
    quitting = true
    event.preventDefault()
    window?.hide()
    void Promise.all([engine.stop(QUIT_GRACE_MS), control.close()]).finally(() => app.quit())
  })
  // The computer shuts down: attempts get a moment, and everything else is on the disk anyway.
  powerMonitor.on('shutdown', () => app.quit())
  if (!options.hidden && !app.getLoginItemSettings().wasOpenedAtLogin) open()
}

/** What a person sees without the window: the tray, notifications, a number on the icon. */
function tellOutside(engine: Engine, preferences: PreferencesFile, open: (address?: string) => void): void {
  const language = (): Language => languageOf(preferences.now.language, app.getLocale())
  const tray = createTray({ open: () => open(), openSettings: () => open('#/settings'), quit: () => app.quit() }, language())
  const awake = new KeepAwake()
  const notifier = new Notifier({
    path: join(app.getPath('userData'), 'notified.json'),
    language,
    wanted: () => preferences.now.notifications === 'notify',
    nameOf: (route) => routeName(engine, route),
    open,
  })
  const show = (): void => {
    const { alerts, waiting } = engine.status()
    const seen = preferences.now.notifications === 'off' ? [] : alerts
    tray.show({ alerts: seen, waiting })
    showBadge(window, seen.length, moreText(language(), seen.length).title)
    awake.set(preferences.now.keepAwake && waiting > 0)
    notifier.show(alerts)
  }
  show()
  engine.onNotice((name) => {
    if (name === 'status.changed') show()
  })
  preferences.onChange(({ theme }) => {
    nativeTheme.themeSource = theme
    tray.speak(language())
    show()
  })
}

/** What people call a route; its id where it has no other name. */
async function routeName(engine: Engine, id: string): Promise<string> {
  const answer = await engine.ask('config.get', {})
  const read = answer.ok ? requests['config.get'].result.safeParse(answer.value) : null
  const described = read?.data?.settings.queue.routes[id]?.description ?? ''
  return described === '' ? id : described
}

/** A relay that nobody started relays nothing: an installed Mailroom starts with the session until somebody switches that off. */
async function startAtLoginFromTheFirst(preferences: PreferencesFile, login: LoginCommand): Promise<void> {
  if (preferences.existed || !app.isPackaged || options.dataFolder !== null) return
  try {
    await setStartAtLogin(true, login)
    preferences.set({})
  } catch (thrown) {
    // The settings show that it is off.
    process.stderr.write(`Mailroom could not be made to start at login: ${String(thrown)}\n`)
  }
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
