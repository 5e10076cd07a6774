import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApplication, Locator, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { connectControl } from '../../main/control/index.ts'
import type { ControlClient } from '../../main/control/index.ts'
import { root } from '../../scripts/house.ts'
import { launchApp } from './electron-app.ts'
import type { LaunchOptions } from './electron-app.ts'
import { swaks } from './peers/devices.ts'
import { listening } from './peers/mailroom.ts'
import { peerFolder, until } from './peers/processes.ts'

/** What tests leave for people to look at. */
export const RESULTS = join(root, 'test-results')

export interface AppOptions extends Partial<Omit<LaunchOptions, 'dataDir'>> {
  /** The whole config.toml; null starts without one. */
  readonly config: string | null
  /** A folder that is there already; a new one unless given. */
  readonly data?: string
  /** Is called with the folder before the app starts. */
  readonly before?: (data: string) => Promise<void>
  /** Messages on the page's console that belong to the test. */
  readonly expectedErrors?: RegExp
}

/** The app with its window, as a person sits before it, and the engine's own answers for what a person cannot see. */
export interface AppUnderTest {
  readonly app: ElectronApplication
  readonly window: Page
  readonly data: string
  readonly configPath: string
  /** The port where devices hand in their mail. */
  readonly port: number
  readonly ask: ControlClient['ask']
  readonly close: () => Promise<void>
  /** Goes to a screen by the sidebar. */
  go(screen: string): Promise<void>
  /** A device hands in a message, and is told 250. */
  send(subject: string, to: string): Promise<void>
  /** The row of the live log that shows this text. */
  row(text: string): Locator
  configText(): Promise<string>
}

/** As after a first start, but on loopback and on a port that is free: everything stays here. */
export function keepingAll(more = ''): string {
  return `${listening()}[directory.default.mailbox.inbox]
addresses = ["*"]
[queue.strategy]
route = "'local'"
${more}`
}

/** Starts the app for one test and ends it with the test. What the page complained about, or a picture of a failure, is told. */
export async function startApp(options: AppOptions): Promise<AppUnderTest> {
  const { config, before, expectedErrors, data = await peerFolder(onTestFinished, 'app'), ...launch } = options
  const configPath = join(data, 'config.toml')
  if (config !== null) await writeFile(configPath, config)
  await before?.(data)
  const { app, window, close } = await launchApp({ ...launch, dataDir: data })
  window.setDefaultTimeout(15_000)
  const complaints = complaintsOf(window)
  let said = ''
  app.process().stderr?.on('data', (text: Buffer) => (said += text.toString()))
  const control = await connectControl(data)
  onTestFinished(async ({ task }) => {
    control.close()
    if (task.result?.state === 'fail') {
      await picture(window, join(RESULTS, 'failures', `${task.name.replace(/\W+/g, '-').slice(0, 80)}.png`))
      process.stderr.write(`the app said: ${said}\n`)
    }
    await close()
    expect(complaints.filter((text) => !expectedErrors?.test(text))).toEqual([])
  })
  const status = await until('a port is open', async () => {
    const found = await control.ask('status.get', {})
    return found.listeners.length > 0 && found
  })
  const port = status.listeners[0]?.port ?? 0
  return {
    app,
    window,
    data,
    configPath,
    port,
    ask: control.ask,
    close,
    go: (screen) =>
      window
        .getByRole('navigation', { name: 'Screens' })
        .getByRole('link', { name: new RegExp(`^${screen}`) })
        .first()
        .click(),
    async send(subject, to) {
      const message = messageFor(subject, to)
      const handed = await swaks(onTestFinished, { port, from: 'scanner@office.test', to: [to], message })
      expect(handed, handed.said).toMatchObject({ ok: true })
    },
    row: (text) => window.getByRole('grid', { name: 'Log' }).getByRole('row').filter({ hasText: text }),
    configText: () => readFile(configPath, 'utf8'),
  }
}

let sent = 0

export function messageFor(subject: string, to: string): string {
  sent += 1
  return [
    `Message-ID: <scan-${process.pid}-${sent}@device.test>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0100',
    'From: Scanner <scanner@office.test>',
    `To: ${to}`,
    `Subject: ${subject}`,
    '',
    'The scanned page.',
    '',
  ].join('\r\n')
}

/** A page of ours has nothing to complain about: no exception, no refused resource, no warning of the security policy. */
function complaintsOf(window: Page): string[] {
  const complaints: string[] = []
  window.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  window.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`)
  })
  return complaints
}

/** The window as it is now. A window that is gone has no picture. */
export async function picture(window: Page, path: string): Promise<void> {
  if (window.isClosed()) return
  await mkdir(join(path, '..'), { recursive: true })
  await window.screenshot({ path, animations: 'disabled' })
}

/** A visible thing with this text somewhere below `within`. */
export async function sees(within: Page | Locator, text: string | RegExp): Promise<void> {
  await within.getByText(text).first().waitFor()
}
