import { z } from 'zod'
import { routeStall } from '../../contract/index.ts'
import type { ActivityEvent, RouteStall } from '../../contract/index.ts'

export const routeRunsRecord = z.array(routeStall)

/** For each route the unbroken run of attempts that were put off: whether mail flows is what the last attempts say. */
export class RouteRuns {
  readonly #runs = new Map<string, RouteStall>()

  apply(event: Extract<ActivityEvent, { type: 'attempted' }>): void {
    if (event.route === '') return
    const putOff = event.results.find(({ outcome }) => outcome === 'temp_fail')
    // A refusal for good is an answer too: the route works.
    if (putOff === undefined || event.results.some(({ outcome }) => outcome !== 'temp_fail')) {
      this.#runs.delete(event.route)
      return
    }
    const known = this.#runs.get(event.route)
    this.#runs.set(event.route, {
      route: event.route,
      since: known?.since ?? event.at,
      lastAt: event.at,
      attempts: (known?.attempts ?? 0) + 1,
      status: putOff.status,
      text: putOff.text,
      cause: putOff.cause,
    })
  }

  /** The longest standing first. */
  stalls(): RouteStall[] {
    return [...this.#runs.values()].sort((a, b) => a.since - b.since)
  }

  load(runs: readonly RouteStall[]): void {
    for (const run of runs) this.#runs.set(run.route, run)
  }
}
