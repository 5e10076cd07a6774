import type { ConfigChange } from '../../../main/contract/channels.ts'
import type { SettingsView } from '../../../main/contract/settings.ts'
import type { PlainKey } from '../../lib/words/words.svelte.ts'
import { literalOf, quote } from '../routing/expression-text.ts'
import { amountOf, amountText, listOf } from './units.ts'
import type { Unit } from './units.ts'

/** What is typed: the text, and the unit that stands behind it where there is one. */
export interface Draft {
  readonly text: string
  readonly unit: Unit | null
}

type Kind = 'text' | 'list' | 'number' | 'duration' | 'size' | 'switch' | 'expression'

/** One key of config.toml as the window shows it. */
export interface Spec {
  readonly key: string
  readonly kind: Kind
  readonly label: PlainKey
  readonly hint?: PlainKey
  /** What stands behind a number. */
  readonly behind?: PlainKey
  readonly units?: readonly Unit[]
  /** What is in force: for a switch 0 or 1, for durations ms, for sizes bytes. */
  readonly inForce: (settings: SettingsView) => string | number
}

export const pathOf = (spec: Pick<Spec, 'key'>): string[] => spec.key.split('.')

/** Whether the window can show what is written; if not it shows it as text and leaves it alone. */
export function isForeign(spec: Spec, written: unknown): boolean {
  if (written === undefined) return false
  if (typeof written === 'string' && written.includes('%{')) return true
  if (spec.kind === 'expression') return typeof written !== 'string' || literalOf(written) === null
  return typeof written === 'object' && !(spec.kind === 'list' && Array.isArray(written))
}

/** What is written, as a text for people. */
export function foreignText(written: unknown): string {
  return typeof written === 'string' ? written : JSON.stringify(written)
}

/** What the field shows. @param settings in force; @param written the value in the file, undefined for none */
export function draftOf(spec: Spec, settings: SettingsView, written: unknown): Draft {
  const now = spec.inForce(settings)
  switch (spec.kind) {
    case 'duration':
    case 'size': {
      const found = amountOf(Number(now), spec.units ?? [])
      return found === null ? { text: String(now), unit: spec.kind === 'size' ? 'B' : 'ms' } : { text: found.amount, unit: found.unit }
    }
    case 'list':
      return { text: Array.isArray(written) ? written.join(', ') : typeof written === 'string' ? written : String(now), unit: null }
    case 'switch':
    case 'number':
    case 'text':
    case 'expression':
      return { text: String(now), unit: null }
  }
}

/** What is written for a draft; null removes the key, so that the usual value holds. What makes no sense goes to the engine as it is typed. */
export function valueOf(spec: Pick<Spec, 'kind'>, { text, unit }: Draft): ConfigChange['value'] {
  const trimmed = text.trim()
  if (spec.kind === 'switch') return trimmed === '1'
  if (trimmed === '') return null
  switch (spec.kind) {
    case 'number':
      return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed
    case 'duration':
    case 'size':
      if (trimmed === '0' && spec.kind === 'size') return 0
      if (unit === null || !/^\d+$/.test(trimmed)) return trimmed
      return unit === 'B' ? Number(trimmed) : amountText({ amount: trimmed, unit })
    case 'list':
      return listOf(trimmed)
    case 'expression':
      return quote(trimmed)
    case 'text':
      return trimmed
  }
}
