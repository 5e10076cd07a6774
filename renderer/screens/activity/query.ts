import type { RowFilter, RowStatus } from '../../../main/contract/activity.ts'
import type { Query } from '../../lib/state/link.ts'

const statuses: readonly RowStatus[] = ['sending', 'waiting', 'held', 'delivered', 'failed', 'cancelled']

/** What the address asks the log for; an outcome that does not exist is none. */
export function filterOf(query: Query): RowFilter {
  return {
    text: query.text ?? '',
    status: statuses.find((status) => status === query.status) ?? null,
    route: query.route ?? null,
    device: query.device ?? null,
    day: query.day ?? null,
  }
}

export function sameFilter(a: RowFilter, b: RowFilter): boolean {
  return a.text === b.text && a.status === b.status && a.route === b.route && a.device === b.device && a.day === b.day
}
