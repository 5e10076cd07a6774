import type { Activity } from '../activity/index.ts'
import type { Clock, Timer } from '../system/index.ts'

const AGAIN_AFTER_MS = 10_000

/**
 * Writes that must not be lost: repeated until they succeed, because what was delivered and is not noted down would be delivered again. While
 * the disk refuses, the message waits here; others go on as far as they can. When the engine stops meanwhile, each gets one last try.
 */
export class Persist {
  private readonly activity: Pick<Activity, 'record'>
  private readonly clock: Clock
  private readonly waiting = new Set<{ readonly timer: Timer; readonly goOn: () => void }>()
  private stopping = false
  /** Writes not yet done. */
  pending = 0

  constructor(activity: Pick<Activity, 'record'>, clock: Clock) {
    this.activity = activity
    this.clock = clock
  }

  /** @param where the entry's id, for the log */
  async until(where: string, write: () => Promise<void>): Promise<void> {
    this.pending++
    try {
      for (let told = false; ;) {
        const last = this.stopping
        const problem = await this.trouble(write)
        if (problem === null) return
        if (!told || last)
          this.activity.record({ type: 'problem', text: `The state of message ${where} cannot be saved: ${problem}`, where })
        told = true
        if (last) return
        await this.pause()
      }
    } finally {
      this.pending--
    }
  }

  /** From now on one try, no waiting. */
  stop(): void {
    this.stopping = true
    for (const one of this.waiting) {
      one.timer.cancel()
      one.goOn()
    }
    this.waiting.clear()
  }

  private async trouble(write: () => Promise<void>): Promise<string | null> {
    try {
      await write()
      return null
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown)
    }
  }

  private pause(): Promise<void> {
    if (this.stopping) return Promise.resolve()
    return new Promise((resolve) => {
      const one = {
        timer: this.clock.after(AGAIN_AFTER_MS, () => {
          this.waiting.delete(one)
          resolve()
        }),
        goOn: resolve,
      }
      this.waiting.add(one)
    })
  }
}
