import type { ActivityRow, ConfigState, Notice, NoticeName, Status } from '../contract/index.ts'
import type { Clock, Timer } from './system/index.ts'

/** At most one batch in this time: a window redraws no faster, and a busy engine has better things to do. */
const BATCH_MS = 100
/** The list of devices is long, and a knock has a second to be seen. */
const DEVICES_MS = 250
/** The queue is told of by its counts alone; whoever shows it asks for what it needs. */
const QUEUE_MS = 250

export type NoticeHandler = <N extends NoticeName>(name: N, value: Notice<N>) => void

/** What the engine tells windows unasked, gathered into batches. Costs nothing while nobody listens. */
export class Notices {
  readonly #clock: Clock
  readonly #status: () => Status
  readonly #handlers = new Set<NoticeHandler>()
  #rows = new Map<string, ActivityRow>()
  #seq = 0
  #statusDue = false
  #timer: Timer | null = null
  #queueTimer: Timer | null = null
  #mailboxTimer: Timer | null = null
  #deviceTimer: Timer | null = null

  constructor(clock: Clock, status: () => Status) {
    this.#clock = clock
    this.#status = status
  }

  on(handler: NoticeHandler): () => void {
    this.#handlers.add(handler)
    return () => void this.#handlers.delete(handler)
  }

  rowsChanged(rows: readonly ActivityRow[], seq: number): void {
    if (this.#handlers.size === 0) return
    for (const row of rows) this.#rows.set(row.key, row)
    this.#seq = seq
    this.statusChanged()
  }

  statusChanged(): void {
    if (this.#handlers.size === 0) return
    this.#statusDue = true
    this.#timer ??= this.#clock.after(BATCH_MS, () => this.#flush())
  }

  queueChanged(counts: () => Notice<'queue.changed'>): void {
    if (this.#handlers.size === 0) return
    this.#queueTimer ??= this.#clock.after(QUEUE_MS, () => {
      this.#queueTimer = null
      this.#tell('queue.changed', counts())
    })
  }

  mailboxesChanged(summaries: () => Notice<'mailboxes.changed'>): void {
    if (this.#handlers.size === 0) return
    this.#mailboxTimer ??= this.#clock.after(BATCH_MS, () => {
      this.#mailboxTimer = null
      this.#tell('mailboxes.changed', summaries())
    })
  }

  devicesChanged(view: () => Notice<'devices.changed'>): void {
    if (this.#handlers.size === 0) return
    this.#deviceTimer ??= this.#clock.after(DEVICES_MS, () => {
      this.#deviceTimer = null
      this.#tell('devices.changed', view())
    })
  }

  /** At once, and as it is. */
  readonly tell: NoticeHandler = (name, value) => this.#tell(name, value)

  configChanged(state: ConfigState): void {
    this.#tell('config.changed', state)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#queueTimer?.cancel()
    this.#queueTimer = null
    this.#mailboxTimer?.cancel()
    this.#mailboxTimer = null
    this.#deviceTimer?.cancel()
    this.#deviceTimer = null
    this.#handlers.clear()
  }

  #flush(): void {
    this.#timer = null
    if (this.#rows.size > 0) {
      const rows = [...this.#rows.values()]
      this.#rows = new Map()
      this.#tell('activity.changed', { rows, seq: this.#seq })
    }
    if (this.#statusDue) {
      this.#statusDue = false
      this.#tell('status.changed', this.#status())
    }
  }

  #tell<N extends NoticeName>(name: N, value: Notice<N>): void {
    for (const handler of this.#handlers) handler(name, value)
  }
}
