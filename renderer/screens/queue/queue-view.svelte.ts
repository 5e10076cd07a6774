import type { QueueEntry } from '../../../main/contract/queue.ts'
import { ask, on } from '../../lib/bridge.ts'
import { config } from '../../lib/state/config.svelte.ts'
import { fits, groupByCause } from './queue-groups.ts'
import type { Show } from './queue-groups.ts'

/** News comes in many small pieces; the whole list is asked for at most this often. */
const AGAIN_MS = 300

/** What waits, sorted by why, and what a person has picked of it. */
export class QueueView {
  entries = $state.raw<readonly QueueEntry[]>([])
  loading = $state(true)
  problem = $state<string | null>(null)
  show = $state<Show>('all')
  text = $state('')
  #picked = $state.raw<readonly string[]>([])

  shown = $derived(this.entries.filter((entry) => fits(entry, this.show, this.text)))
  groups = $derived(
    groupByCause(this.shown, (route, domain) => (route === null || config.routeType(route) === 'mx' ? domain : config.routeName(route))),
  )
  /** In the order they are seen. */
  ordered = $derived(this.groups.flatMap((group) => group.entries))
  /** Picked and still seen: nothing happens to what is out of sight. */
  picked = $derived(this.ordered.filter((entry) => this.#picked.includes(entry.id)))
  held = $derived(this.entries.filter((entry) => entry.held).length)

  #timer: ReturnType<typeof setTimeout> | undefined
  #busy = false

  /** @returns a function that ends the subscriptions */
  start(): () => void {
    void this.load()
    const soon = (): void => this.#soon()
    const stops = [on('activity.changed', soon), on('status.changed', soon)]
    return () => {
      for (const stop of stops) stop()
      clearTimeout(this.#timer)
    }
  }
  async load(): Promise<void> {
    this.#busy = true
    const answer = await ask('queue.list', {})
    this.#busy = false
    this.loading = false
    this.problem = answer.ok ? null : answer.problem.text
    if (answer.ok) this.entries = answer.value
  }
  isPicked(id: string): boolean {
    return this.#picked.includes(id)
  }
  pick(ids: readonly string[], on: boolean): void {
    const others = this.#picked.filter((id) => !ids.includes(id))
    this.#picked = on ? [...others, ...ids] : others
  }
  pickNone(): void {
    this.#picked = []
  }
  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      if (this.#busy) this.#soon()
      else void this.load()
    }, AGAIN_MS)
  }
}
