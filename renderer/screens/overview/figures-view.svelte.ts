import type { Counts } from '../../../main/contract/figures.ts'
import { ask, on } from '../../lib/bridge.ts'

const AGAIN_MS = 2000
const none: Counts = { series: [], waiting: [] }

/** Counts of the last fourteen days, in all, by route and by device; kept fresh while they are looked at. */
export class FiguresView {
  all = $state.raw<Counts>(none)
  routes = $state.raw<Counts>(none)
  devices = $state.raw<Counts>(none)
  loading = $state(true)
  problem = $state<string | null>(null)
  #by: 'hour' | 'day' = 'day'
  #sinceAt = 0
  #asked = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @returns a function that ends it */
  start(): () => void {
    const stop = on('activity.changed', () => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined
        void this.#load()
      }, AGAIN_MS)
    })
    return () => {
      stop()
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }
  show(by: 'hour' | 'day', sinceAt: number): void {
    this.#by = by
    this.#sinceAt = sinceAt
    this.loading = true
    void this.#load()
  }
  async #load(): Promise<void> {
    const asked = ++this.#asked
    const query = { by: this.#by, sinceAt: this.#sinceAt }
    const [all, routes, devices] = await Promise.all(
      ([null, 'route', 'device'] as const).map((groupBy) => ask('activity.counts', { ...query, groupBy })),
    )
    if (asked !== this.#asked) return
    this.loading = false
    const failed = [all, routes, devices].find((answer) => answer?.ok === false)
    this.problem = failed?.ok === false ? failed.problem.text : null
    if (all?.ok) this.all = all.value
    if (routes?.ok) this.routes = routes.value
    if (devices?.ok) this.devices = devices.value
  }
}
