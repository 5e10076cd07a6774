import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleDashed from '@lucide/svelte/icons/circle-dashed'
import Clock from '@lucide/svelte/icons/clock'
import OctagonX from '@lucide/svelte/icons/octagon-x'
import Pause from '@lucide/svelte/icons/pause'
import type { Tone } from '../tone.ts'
import type { IconOf } from './icon.ts'

/** An outcome's shape. Colour never stands without it. */
export const outcomeIcon: Readonly<Record<Tone, IconOf>> = {
  delivered: CircleCheck,
  waiting: Clock,
  failed: OctagonX,
  held: Pause,
  none: CircleDashed,
}
