import CircleDashed from '@lucide/svelte/icons/circle-dashed'
import Globe from '@lucide/svelte/icons/globe'
import Inbox from '@lucide/svelte/icons/inbox'
import Server from '@lucide/svelte/icons/server'
import type { IconOf } from './icon.ts'

/** One idea, one icon: a relay is a server, MX the globe, local an inbox; `none` is a name the settings no longer know. */
export const routeIcon: Readonly<Record<'relay' | 'mx' | 'local' | 'none', IconOf>> = {
  relay: Server,
  mx: Globe,
  local: Inbox,
  none: CircleDashed,
}
