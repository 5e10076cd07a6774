import type { QueuePage } from '../../../main/contract/queue.ts'
import { ask, on } from '../../lib/bridge.ts'
import { routeNames } from '../../lib/format/names.ts'
import { config } from '../../lib/state/config.svelte.ts'
import { NONE, picking, rangeOf, without } from './picking.ts'
import { groupByCause } from './queue-groups.ts'
import type { QueueGroup } from './queue-groups.ts'
import { filterOf, queueQueryOf, sortOf } from './queue-query.ts'
import type { QueueQuery } from './queue-query.ts'

const PAGE = 500
const MOST = 5000
/** The list is asked for anew at most this often, and with a rest ten times as long as the answer took: a huge queue costs no more than a small one. */
const AGAIN_MS = 300
const REST_FACTOR = 10

const nothing: QueuePage = { entries: [], fitting: 0, waiting: 0, held: 0, routes: [] }

/** What waits, sorted by why, and what a person has picked of it. */
export class QueueView {
  page = $state.raw<QueuePage>(nothing)
  loading = $state(true)
  problem = $state<string | null>(null)
  query = $state.raw<QueueQuery>(queueQueryOf({}))
  limit = $state(PAGE)
  #picked = $state.raw(NONE)
  /** Picked with "all that fit", beyond what is shown. */
  #beyond = $state.raw<readonly string[]>([])

  entries = $derived(this.page.entries)
  all = $derived(this.page.waiting + this.page.held)
  groups = $derived<readonly QueueGroup[]>(
    this.query.sorting === 'reason'
      ? groupByCause(this.entries, (route, domain) =>
          route === null || config.routeType(route) === 'mx' ? domain : config.routeName(route),
        )
      : [{ key: 'all', kind: 'plain', why: null, route: null, reply: '', entries: this.entries }],
  )
  /** In the order they are seen. */
  ordered = $derived(this.groups.flatMap((group) => group.entries))
  /** Picked and still seen. */
  picked = $derived(this.ordered.filter((entry) => this.#picked.has(entry.id)))
  pickedIds = $derived([...this.picked.map((entry) => entry.id), ...this.#beyond])
  allPicked = $derived(this.ordered.length > 0 && this.picked.length === this.ordered.length)
  /** There is more of what fits than is shown, and it is not picked yet. */
  canPickBeyond = $derived(this.allPicked && this.#beyond.length === 0 && this.page.fitting > this.entries.length)
  hasBeyond = $derived(this.#beyond.length > 0)

  #timer: ReturnType<typeof setTimeout> | undefined
  #asked = 0
  #tookMs = 0
  #shown = ''

  /** @returns a function that ends the subscriptions */
  start(): () => void {
    const soon = (): void => this.#soon()
    const stop = on('queue.changed', soon)
    document.addEventListener('visibilitychange', soon)
    return () => {
      stop()
      document.removeEventListener('visibilitychange', soon)
      clearTimeout(this.#timer)
      this.#asked = -1
    }
  }
  /** Another filter or order: what was picked is let go, since it may be out of sight. */
  show(query: QueueQuery): void {
    const asked = JSON.stringify(query)
    if (asked === this.#shown) return
    const first = this.#shown === ''
    this.#shown = asked
    this.query = query
    this.limit = PAGE
    if (!first) this.pickNone()
    void this.load()
  }
  showMore(): void {
    this.limit = MOST
    void this.load()
  }
  async load(): Promise<void> {
    const asked = ++this.#asked
    const begun = performance.now()
    const answer = await ask('queue.page', { ...this.#filter(), sort: sortOf(this.query.sorting), limit: this.limit })
    if (asked !== this.#asked) return
    this.#tookMs = performance.now() - begun
    this.loading = false
    this.problem = answer.ok ? null : answer.problem.text
    if (!answer.ok) return
    this.page = answer.value
    if (answer.value.fitting <= answer.value.entries.length) this.#beyond = []
  }
  isPicked(id: string): boolean {
    return this.#picked.has(id)
  }
  pick(ids: readonly string[], on: boolean): void {
    this.#picked = picking(this.#picked, ids, on)
    if (!on) this.#beyond = []
  }
  /** All between two entries, both included, in the order they are seen. */
  pickRange(from: string, to: string): void {
    this.pick(rangeOf(this.#seen(), from, to), true)
  }
  pickShown(): void {
    this.pick(this.#seen(), true)
  }
  async pickBeyond(): Promise<void> {
    const answer = await ask('queue.ids', this.#filter())
    if (!answer.ok) {
      this.problem = answer.problem.text
      return
    }
    this.#beyond = without(answer.value, this.#seen())
  }
  pickNone(): void {
    this.#picked = NONE
    this.#beyond = []
  }
  #seen(): readonly string[] {
    return this.ordered.map((entry) => entry.id)
  }
  #filter(): Parameters<typeof ask<'queue.ids'>>[1] {
    const filter = filterOf(this.query)
    return filter.text === '' ? filter : { ...filter, names: routeNames(Object.keys(config.routes), (id) => config.routeName(id)) }
  }
  #soon(): void {
    if (document.hidden) return
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        void this.load()
      },
      Math.max(AGAIN_MS, this.#tookMs * REST_FACTOR),
    )
  }
}
