import type { Rule } from './rule-list.ts'

/** What stands open over the screen. */
export type OpenDialog =
  /** `index` null: a new one, perhaps a copy of `rule`. The number of rules stands for "everything else". */
  | { readonly kind: 'rule'; readonly index: number | null; readonly rule: Rule | null }
  | { readonly kind: 'route'; readonly id: string | null; readonly copy: boolean }
  | { readonly kind: 'remove-route'; readonly id: string }
  | { readonly kind: 'templates' }
  | { readonly kind: 'test-message'; readonly to: string }
