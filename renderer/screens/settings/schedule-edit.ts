import type { ConfigChange } from '../../../main/contract/channels.ts'
import type { Schedule } from '../../../main/contract/settings.ts'
import type { Draft } from './spec.ts'
import { amountOf, amountText, listOf, waitsText } from './units.ts'

export type SchedulePart = 'retry' | 'notify' | 'end'

export function draftOfPart(schedule: Schedule, part: SchedulePart): Draft & { readonly tries: boolean } {
  if (part === 'retry') return { text: waitsText(schedule.retryMs), unit: null, tries: false }
  if (part === 'notify') return { text: waitsText(schedule.notifyMs), unit: null, tries: false }
  const { expiry } = schedule
  if (expiry.kind === 'attempts') return { text: String(expiry.count), unit: null, tries: true }
  const found = amountOf(expiry.afterMs, ['m', 'h', 'd'])
  return { text: found?.amount ?? String(expiry.afterMs / 1000), unit: found?.unit ?? 's', tries: false }
}

/**
 * What to write for one part. A schedule that Mailroom brings along stands nowhere in the file: then the whole of it is written, since a table
 * of that name replaces it.
 * @param isWritten the schedule has a table in the file
 * @param draft `unit` null in the end means tries
 */
export function partChanges(schedule: Schedule, isWritten: boolean, part: SchedulePart, draft: Draft): ConfigChange[] {
  const at = (key: string, value: ConfigChange['value']): ConfigChange => ({ path: ['queue', 'schedule', schedule.id, key], value })
  const changes = changesOf(part, draft, at)
  if (isWritten) return changes
  const others = (['retry', 'notify', 'end'] as const).filter((one) => one !== part)
  const whole = others.flatMap((one) => changesOf(one, draftOfPart(schedule, one), at))
  return [...whole, ...changes].filter(({ value }) => value !== null)
}

function changesOf(
  part: SchedulePart,
  { text, unit }: Draft,
  at: (key: string, value: ConfigChange['value']) => ConfigChange,
): ConfigChange[] {
  const trimmed = text.trim()
  if (part === 'retry') return [at('retry', listOf(trimmed))]
  if (part === 'notify') return [at('notify', listOf(trimmed))]
  const isWhole = /^\d{1,9}$/.test(trimmed)
  if (unit === null) return [at('expire', null), at('max-attempts', isWhole ? Number(trimmed) : trimmed)]
  return [at('max-attempts', null), at('expire', isWhole ? amountText({ amount: trimmed, unit }) : trimmed)]
}
