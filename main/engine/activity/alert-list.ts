import { join } from 'node:path'
import { z } from 'zod'
import { alert as alertSchema } from '../../contract/index.ts'
import type { Alert } from '../../contract/index.ts'
import { errorCode } from '../system/index.ts'
import type { Clock, Disk, Timer } from '../system/index.ts'

const SAVE_MS = 200

/** What needs a person, kept in `alerts.json`: a problem does not end because the computer was started again. */
export class AlertList {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #path: string
  readonly #handlers = new Set<(alerts: readonly Alert[]) => void>()
  #alerts: readonly Alert[] = []
  #timer: Timer | null = null
  #saving: Promise<void> | null = null
  #changed = false

  constructor(options: { disk: Disk; clock: Clock; folder: string }) {
    this.#disk = options.disk
    this.#clock = options.clock
    this.#path = join(options.folder, 'alerts.json')
  }

  /** Oldest first. */
  get alerts(): readonly Alert[] {
    return this.#alerts
  }

  async open(): Promise<void> {
    try {
      const parsed = z.array(alertSchema).safeParse(JSON.parse((await this.#disk.readFile(this.#path)).toString('utf8')))
      if (parsed.success) this.#alerts = parsed.data
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && !(error instanceof SyntaxError)) throw error
    }
  }

  raise(alert: Omit<Alert, 'since' | 'count'>): void {
    const known = this.#alerts.find((one) => one.key === alert.key)
    const raised = { ...alert, since: known?.since ?? this.#clock.now(), count: (known?.count ?? 0) + 1 }
    this.#set(known === undefined ? [...this.#alerts, raised] : this.#alerts.map((one) => (one === known ? raised : one)))
  }

  clear(key: string): void {
    const left = this.#alerts.filter((one) => one.key !== key)
    if (left.length !== this.#alerts.length) this.#set(left)
  }

  onChange(handler: (alerts: readonly Alert[]) => void): () => void {
    this.#handlers.add(handler)
    return () => void this.#handlers.delete(handler)
  }

  async close(): Promise<void> {
    this.#timer?.cancel()
    while (this.#changed || this.#saving !== null) await this.#save()
  }

  #set(alerts: readonly Alert[]): void {
    this.#alerts = alerts
    this.#changed = true
    for (const handler of this.#handlers) handler(alerts)
    this.#timer ??= this.#clock.after(SAVE_MS, () => void this.#save())
  }

  #save(): Promise<void> {
    this.#timer = null
    this.#saving ??= this.#write().finally(() => {
      this.#saving = null
    })
    return this.#saving
  }

  async #write(): Promise<void> {
    while (this.#changed) {
      this.#changed = false
      // On a full disk the list in memory is what counts; it is written again with the next change.
      await this.#disk.writeFileDurably(this.#path, JSON.stringify(this.#alerts, null, 2)).catch(() => undefined)
    }
  }
}
