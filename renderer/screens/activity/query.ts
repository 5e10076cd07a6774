import type { RowFilter, RowStatus } from '../../../main/contract/activity.ts'
import type { Query } from '../../lib/state/link.ts'

const statuses: readonly RowStatus[] = ['sending', 'waiting', 'held', 'delivered', 'failed', 'cancelled']
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/

/** What the address asks the log for; an outcome or a day that does not exist is none. */
export function filterOf(query: Query): RowFilter {
  return {
    text: query.text ?? '',
    status: statuses.find((status) => status === query.status) ?? null,
    route: query.route ?? null,
    device: query.device ?? null,
    day: dayOf(query.day),
  }
}

/** The day at which the log is opened; null for now. */
export function fromOf(query: Query): string | null {
  return dayOf(query.from)
}

function dayOf(day: string | undefined): string | null {
  return day !== undefined && DAY.test(day) ? day : null
}

export function sameFilter(a: RowFilter, b: RowFilter): boolean {
  return a.text === b.text && a.status === b.status && a.route === b.route && a.device === b.device && a.day === b.day
}
