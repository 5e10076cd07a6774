import type { Alert } from '../contract/index.ts'

/** What a person is told now, and what is remembered as told. */
export interface ToTell {
  readonly news: readonly Alert[]
  readonly told: readonly string[]
}

/**
 * Each alert is told once. One that was over in the meantime and is back is told again; how often it happens in between says nothing new.
 * @param told keys of what was told before, also before the last restart
 */
export function whatToNotify(told: readonly string[], alerts: readonly Alert[]): ToTell {
  const known = new Set(told)
  return { news: alerts.filter(({ key }) => !known.has(key)), told: alerts.map(({ key }) => key) }
}

/** Where a click on it leads: to the message, the file or the route it is about; else to the list of what needs a person. */
export function addressOf(alert: Pick<Alert, 'kind' | 'subject' | 'entryId'>): string {
  if (alert.entryId !== null && alert.entryId !== '') return `#/activity?message=${encodeURIComponent(alert.entryId)}`
  return alert.kind === 'config-refused' ? '#/settings?view=file' : '#/overview'
}
