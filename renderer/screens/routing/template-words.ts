import type { PlainKey } from '../../lib/words/words.svelte.ts'
import type { Template } from './templates.ts'

/** The templates in the order they are offered, with their names and what they are for. */
export const TEMPLATE_WORDS: readonly { readonly template: Template; readonly name: PlainKey; readonly text: PlainKey }[] = [
  { template: 'fallback', name: 'template.fallback', text: 'template.fallback.text' },
  { template: 'local-first', name: 'template.local-first', text: 'template.local-first.text' },
  { template: 'per-domain', name: 'template.per-domain', text: 'template.per-domain.text' },
  { template: 'by-device', name: 'template.by-device', text: 'template.by-device.text' },
  { template: 'split', name: 'template.split', text: 'template.split.text' },
]
