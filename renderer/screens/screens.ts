import type { Component } from 'svelte'
import Hourglass from '@lucide/svelte/icons/hourglass'
import Inbox from '@lucide/svelte/icons/inbox'
import LayoutGrid from '@lucide/svelte/icons/layout-grid'
import Printer from '@lucide/svelte/icons/printer'
import ScrollText from '@lucide/svelte/icons/scroll-text'
import Settings2 from '@lucide/svelte/icons/settings-2'
import Signpost from '@lucide/svelte/icons/signpost'
import type { Status } from '../../main/contract/channels.ts'
import { deviceList } from '../lib/state/device-list.svelte.ts'
import { mailboxes } from '../lib/state/mailboxes.svelte.ts'
import type { IconOf } from '../lib/ui/icon.ts'
import { saying } from '../lib/words/words.svelte.ts'
import type { PlainKey, Saying } from '../lib/words/words.svelte.ts'
import Activity from './activity/Activity.svelte'
import Devices from './devices/Devices.svelte'
import Mailboxes from './mailboxes/Mailboxes.svelte'
import Overview from './overview/Overview.svelte'
import Queue from './queue/Queue.svelte'
import Routing from './routing/Routing.svelte'
import Settings from './settings/Settings.svelte'
import type { ScreenId } from './screen-id.ts'

interface Screen {
  readonly id: ScreenId
  readonly title: PlainKey
  readonly icon: IconOf
  readonly component: Component
  /** Above, or at the foot of the sidebar. */
  readonly group: 'start' | 'end'
  /** A count beside the name; null for none. */
  readonly badge?: (status: Status | null) => { readonly value: number; readonly said: Saying; readonly need: boolean } | null
}

const some = (value: number, said: Saying, need = false): ReturnType<NonNullable<Screen['badge']>> =>
  value === 0 ? null : { value, said, need }

const needs = (status: Status | null): ReturnType<typeof some> => {
  const count = status?.alerts.length ?? 0
  return some(count, saying('screen.overview.need', { count }), true)
}
const waits = (status: Status | null): ReturnType<typeof some> => {
  const count = (status?.waiting ?? 0) + (status?.held ?? 0)
  return some(count, saying('screen.queue.count', { count }))
}

const knocks = (): ReturnType<typeof some> => {
  const count = deviceList.now?.knocks.length ?? 0
  return some(count, saying('screen.devices.knocks', { count }), true)
}

const unread = (): ReturnType<typeof some> => some(mailboxes.unread, saying('screen.mailboxes.unread', { count: mailboxes.unread }))

/** The screens of the sidebar. A new one is a line here and its id in `screen-id.ts`. */
export const screens: readonly Screen[] = [
  { id: 'overview', title: 'screen.overview', icon: LayoutGrid, component: Overview, group: 'start', badge: needs },
  { id: 'activity', title: 'screen.activity', icon: ScrollText, component: Activity, group: 'start' },
  { id: 'queue', title: 'screen.queue', icon: Hourglass, component: Queue, group: 'start', badge: waits },
  { id: 'mailboxes', title: 'screen.mailboxes', icon: Inbox, component: Mailboxes, group: 'start', badge: unread },
  { id: 'routing', title: 'screen.routing', icon: Signpost, component: Routing, group: 'start' },
  { id: 'devices', title: 'screen.devices', icon: Printer, component: Devices, group: 'start', badge: knocks },
  { id: 'settings', title: 'screen.settings', icon: Settings2, component: Settings, group: 'end' },
]
