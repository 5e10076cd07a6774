import type { RowStatus } from '../../../main/contract/activity.ts'
import type { PlainKey } from '../words/words.svelte.ts'
import { t } from '../words/words.svelte.ts'

const outcomes = {
  sending: 'outcome.sending',
  waiting: 'outcome.waiting',
  held: 'outcome.held',
  delivered: 'outcome.delivered',
  failed: 'outcome.failed',
  cancelled: 'outcome.cancelled',
} as const satisfies Record<RowStatus, PlainKey>

/** What the window calls routes, so that a search finds what is read there. */
export function routeNames(routes: readonly string[], nameOf: (route: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries([...routes, 'local', 'mx'].map((route) => [`route/${route}`, nameOf(route)]))
}

/** Routes and outcomes, in the language in use. */
export function shownNames(routes: readonly string[], nameOf: (route: string) => string): Record<string, string> {
  const said = Object.entries(outcomes).map(([status, key]) => [`status/${status}`, t(key)] as const)
  return { ...routeNames(routes, nameOf), ...Object.fromEntries(said) }
}
