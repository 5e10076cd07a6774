import type { IconOf } from './icon.ts'

/** A line of a menu. `checked` makes it one of several to choose from; `line` draws a line above it. */
export interface MenuItem {
  readonly id: string
  readonly label: string
  readonly icon?: IconOf
  readonly keys?: string
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly checked?: boolean
  readonly line?: boolean
  readonly onselect: () => void
}
