import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Notification } from 'electron'
import { z } from 'zod'
import type { Alert } from '../contract/index.ts'
import { addressOf, whatToNotify } from './what-to-notify.ts'
import { alertText, moreText } from './words.ts'
import type { Language } from './words.ts'

/** More at once are told in one: a screen full of notifications is read by nobody. */
const MOST = 3
const stored = z.object({ told: z.array(z.string()) })

export interface NotifierOptions {
  /** Remembers what was told over restarts. */
  readonly path: string
  language(): Language
  /** Whether the person wants notifications; what comes up meanwhile counts as told. */
  wanted(): boolean
  /** What people call a route. */
  nameOf(route: string): Promise<string>
  /** Opens the window there. */
  open(address: string): void
}

/** Tells a person through the operating system what needs them: each thing once, and nothing else. */
export class Notifier {
  readonly #options: NotifierOptions
  /** A notification that nobody holds is collected, and its click with it. */
  readonly #shown = new Set<Notification>()
  #told: readonly string[]

  constructor(options: NotifierOptions) {
    this.#options = options
    this.#told = readTold(options.path)
  }

  /** To be called with all that needs a person now, as often as one likes. */
  show(alerts: readonly Alert[]): void {
    const { news, told } = whatToNotify(this.#told, alerts)
    if (news.length > 0 || told.length !== this.#told.length) writeTold(this.#options.path, told)
    this.#told = told
    if (this.#options.wanted()) void this.#tell(news)
  }

  async #tell(news: readonly Alert[]): Promise<void> {
    const language = this.#options.language()
    if (news.length > MOST) {
      this.#notify(moreText(language, news.length), '#/overview')
      return
    }
    for (const alert of news) {
      const subject =
        alert.kind.startsWith('relay-') || alert.kind === 'auth-rejected' ? await this.#options.nameOf(alert.subject) : alert.subject
      this.#notify(alertText(language, alert.kind, subject), addressOf(alert))
    }
  }

  #notify(text: { readonly title: string; readonly body: string }, address: string): void {
    const notification = new Notification({ ...text, icon: join(__dirname, '../../resources/icons/app/128x128.png') })
    this.#shown.add(notification)
    notification.on('click', () => this.#options.open(address))
    notification.on('close', () => this.#shown.delete(notification))
    notification.show()
  }
}

function readTold(path: string): readonly string[] {
  try {
    return stored.parse(JSON.parse(readFileSync(path, 'utf8'))).told
  } catch {
    // Missing or damaged: what needs a person is told once more.
    return []
  }
}

function writeTold(path: string, told: readonly string[]): void {
  try {
    writeFileSync(path, `${JSON.stringify({ told })}\n`)
  } catch (thrown) {
    // A full disk is told where it matters; here it costs a notification that comes twice.
    process.stderr.write(`What was told could not be kept: ${String(thrown)}\n`)
  }
}
