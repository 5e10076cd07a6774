import type { Activity } from '../activity/index.ts'
import type { Spool } from '../spool/index.ts'
import type { Persist } from './persist.ts'

/**
 * Messages that have come to their end. Each leaves the spool only when the log holds that end for good: should the computer stop in between, the
 * message comes back as finished, and what the log lacks is told then. So nobody's mail ends unseen, and many leave with one write.
 */
export class Leaving {
  private readonly spool: Pick<Spool, 'remove'>
  private readonly activity: Pick<Activity, 'settled' | 'flush'>
  private readonly persist: Persist
  private readonly ids = new Set<string>()
  private running: Promise<void> | null = null
  private over = false

  constructor(parts: { readonly spool: Pick<Spool, 'remove'>; readonly activity: Pick<Activity, 'settled' | 'flush'> }, persist: Persist) {
    this.spool = parts.spool
    this.activity = parts.activity
    this.persist = persist
  }

  add(id: string): void {
    this.ids.add(id)
    this.running ??= this.run()
  }

  /** All of them, without waiting for the log's next turn. */
  async finish(): Promise<void> {
    while (this.running !== null) {
      await this.activity.flush()
      await this.running
    }
  }

  /** From now on nothing leaves: the spool closes. */
  stop(): void {
    this.over = true
  }

  private async run(): Promise<void> {
    // Those of the same turn go together.
    await Promise.resolve()
    while (this.ids.size > 0) {
      const batch = [...this.ids]
      this.ids.clear()
      await this.activity.settled()
      if (this.over) return
      await Promise.all(batch.map((id) => this.persist.until(id, () => this.spool.remove(id))))
    }
    this.running = null
  }
}
