import { z } from 'zod'
import { dayCounts, dayOf, deviceOf, rackCell, rowKey, rowStatus } from '../../contract/index.ts'
import type { ActivityEvent, Counts, DayCounts, RouteStall, RowStatus, Status } from '../../contract/index.ts'
import { HourTally, hourTallyRecord } from './hour-tally.ts'
import { RouteRuns, routeRunsRecord } from './route-runs.ts'

/** A recipient that has no end yet: enough of it to move it from one count to another. */
interface Open {
  readonly day: string
  /** When its message was accepted. */
  readonly at: number
  readonly device: string
  readonly route: string
  readonly status: RowStatus
}

type RackCell = Status['rack'][number]

const openRecord = z.tuple([
  z.string(),
  z.object({ day: z.string(), at: z.int().default(0), device: z.string(), route: z.string(), status: rowStatus }),
])

/** The tally as it is saved. */
export const tallyRecord = z.object({
  days: z.array(dayCounts),
  rackDay: z.string(),
  rack: z.array(rackCell),
  lastDeliveredAt: z.int().nullable(),
  open: z.array(openRecord),
  hours: hourTallyRecord.default({ hours: [], waiting: [] }),
  runs: routeRunsRecord.default([]),
})
export type TallyRecord = z.infer<typeof tallyRecord>

const DAYS_KEPT = 14

/**
 * Counts of recipients by the day on which their message was accepted and how they stand now; and today's by device and route. Kept up by each
 * event, whatever has left the memory of rows.
 */
export class Tally {
  readonly #days = new Map<string, DayCounts>()
  readonly #open = new Map<string, Open>()
  readonly #keysOfEntry = new Map<string, string[]>()
  readonly #rack = new Map<string, RackCell>()
  readonly #hours = new HourTally()
  readonly #runs = new RouteRuns()
  #waiting = 0
  #rackDay = ''
  #lastDeliveredAt: number | null = null

  get lastDeliveredAt(): number | null {
    return this.#lastDeliveredAt
  }

  /** Routes whose latest attempts were all put off. */
  get stalls(): RouteStall[] {
    return this.#runs.stalls()
  }

  /** At most 14 days, bounded in both directions. */
  countsSince(query: { by: 'hour' | 'day'; sinceAt: number; groupBy: 'route' | 'device' | null }): Counts {
    return { series: this.#hours.series(query), waiting: this.#hours.waiting(query.sinceAt) }
  }

  apply(event: ActivityEvent): void {
    const waited = this.#waiting
    this.#apply(event)
    if (this.#waiting !== waited) this.#hours.sample(event.at, this.#waiting)
  }

  #apply(event: ActivityEvent): void {
    switch (event.type) {
      case 'accepted':
        this.#accept(event)
        break
      case 'attempted':
        this.#runs.apply(event)
        for (const result of event.results) {
          const status = result.outcome === 'completed' ? 'delivered' : result.outcome === 'perm_fail' ? 'failed' : null
          this.#move(rowKey(event.entryId, result.address), event.at, (open) => ({
            ...open,
            route: event.route,
            status: status ?? open.status,
          }))
        }
        break
      case 'ended':
        this.#move(rowKey(event.entryId, event.recipient), event.at, (open) => ({ ...open, status: endOf(event.disposition) }))
        break
      case 'held':
        this.#moveAll(event.entryId, event.at, 'held')
        break
      case 'released':
        this.#moveAll(event.entryId, event.at, 'waiting')
        break
      case 'set-aside':
        this.#moveAll(event.entryId, event.at, 'failed')
        break
      case 'retried':
      case 'report-sent':
      case 'refused':
      case 'engine':
      case 'config':
      case 'problem':
        break
    }
  }

  /** The last 14 days up to `today`, with zeros for those without mail, oldest first. */
  days(today: string): DayCounts[] {
    const noon = new Date(`${today}T12:00:00`).getTime()
    return Array.from({ length: DAYS_KEPT }, (_, index) => {
      // Noon to noon is 23 to 25 hours where clocks are changed; both ends stay within their days.
      const day = dayOf(noon - (DAYS_KEPT - 1 - index) * 86_400_000)
      return { ...(this.#days.get(day) ?? noCounts(day)) }
    })
  }

  rack(today: string): RackCell[] {
    if (today !== this.#rackDay) return []
    const cells = [...this.#rack.values()].filter((cell) => cell.delivered + cell.waiting + cell.held + cell.failed > 0)
    return cells.map((cell) => ({ ...cell }))
  }

  save(): TallyRecord {
    return {
      days: [...this.#days.values()],
      rackDay: this.#rackDay,
      rack: [...this.#rack.values()],
      lastDeliveredAt: this.#lastDeliveredAt,
      open: [...this.#open],
      hours: this.#hours.save(),
      runs: this.#runs.stalls(),
    }
  }

  load(record: TallyRecord): void {
    for (const day of record.days) this.#days.set(day.day, { ...day })
    for (const cell of record.rack) this.#rack.set(rackKey(cell.device, cell.route), { ...cell })
    for (const [key, open] of record.open) this.#remember(key, open)
    this.#hours.load(record.hours)
    this.#runs.load(record.runs)
    this.#waiting = record.open.filter(([, open]) => open.status === 'waiting').length
    this.#rackDay = record.rackDay
    this.#lastDeliveredAt = record.lastDeliveredAt
  }

  #accept(event: Extract<ActivityEvent, { type: 'accepted' }>): void {
    const day = dayOf(event.at)
    if (day > this.#rackDay) {
      this.#rackDay = day
      this.#rack.clear()
    }
    for (const recipient of new Set(event.recipients)) {
      const key = rowKey(event.entryId, recipient)
      if (this.#open.has(key)) continue
      const open: Open = { day, at: event.at, device: deviceOf(event.client), route: '', status: 'waiting' }
      this.#countsOf(day).accepted++
      this.#count(open, 1, event.at)
      this.#remember(key, open)
    }
    while (this.#days.size > DAYS_KEPT + 1) this.#days.delete([...this.#days.keys()].sort()[0] ?? '')
  }

  #moveAll(entryId: string, at: number, status: RowStatus): void {
    for (const key of this.#keysOfEntry.get(entryId) ?? []) this.#move(key, at, (open) => ({ ...open, status }))
  }

  #move(key: string, at: number, change: (open: Open) => Open): void {
    const before = this.#open.get(key)
    if (before === undefined) return
    const after = change(before)
    this.#count(before, -1, at)
    this.#count(after, 1, at)
    if (after.status === 'delivered') this.#lastDeliveredAt = Math.max(this.#lastDeliveredAt ?? 0, at)
    if (after.status === 'waiting' || after.status === 'held') this.#open.set(key, after)
    else this.#forget(key)
  }

  #count(open: Open, by: 1 | -1, at: number): void {
    const status = open.status
    if (status === 'waiting') this.#waiting += by
    // Saved before hours were counted.
    if (open.at > 0) this.#hours.add(open, by)
    // A cancelled recipient is in no column but "accepted"; nobody is ever "sending" in counts.
    if (status === 'cancelled' || status === 'sending') return
    this.#countsOf(open.day)[status] += by
    if (open.day !== this.#rackDay) return
    const key = rackKey(open.device, open.route)
    const cell = this.#rack.get(key) ?? { device: open.device, route: open.route, delivered: 0, waiting: 0, held: 0, failed: 0, lastAt: 0 }
    cell[status] += by
    if (by > 0) cell.lastAt = Math.max(cell.lastAt, at)
    this.#rack.set(key, cell)
  }

  #countsOf(day: string): DayCounts {
    const known = this.#days.get(day)
    if (known !== undefined) return known
    const counts = noCounts(day)
    this.#days.set(day, counts)
    return counts
  }

  #remember(key: string, open: Open): void {
    this.#open.set(key, open)
    const entryId = key.slice(0, key.indexOf('/'))
    const keys = this.#keysOfEntry.get(entryId)
    if (keys === undefined) this.#keysOfEntry.set(entryId, [key])
    else keys.push(key)
  }

  #forget(key: string): void {
    this.#open.delete(key)
    const entryId = key.slice(0, key.indexOf('/'))
    const left = (this.#keysOfEntry.get(entryId) ?? []).filter((other) => other !== key)
    if (left.length === 0) this.#keysOfEntry.delete(entryId)
    else this.#keysOfEntry.set(entryId, left)
  }
}

function endOf(disposition: Extract<ActivityEvent, { type: 'ended' }>['disposition']): RowStatus {
  if (disposition === 'cancelled') return 'cancelled'
  return disposition === 'delivered' || disposition === 'relayed' ? 'delivered' : 'failed'
}

function noCounts(day: string): DayCounts {
  return { day, accepted: 0, delivered: 0, waiting: 0, held: 0, failed: 0 }
}

function rackKey(device: string, route: string): string {
  return JSON.stringify([device, route])
}
