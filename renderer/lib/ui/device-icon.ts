import AppWindow from '@lucide/svelte/icons/app-window'
import BatteryCharging from '@lucide/svelte/icons/battery-charging'
import HardDrive from '@lucide/svelte/icons/hard-drive'
import Monitor from '@lucide/svelte/icons/monitor'
import Printer from '@lucide/svelte/icons/printer'
import Siren from '@lucide/svelte/icons/siren'
import type { IconOf } from './icon.ts'

const kinds: readonly (readonly [RegExp, IconOf])[] = [
  [/scan|print|copier|mfp|kyocera|konica|kmbt|brn|ricoh|canon|epson|xerox|lexmark|brother|taskalfa/i, Printer],
  [/nas|synology|qnap|diskstation|truenas|backup/i, HardDrive],
  [/alarm|jablotron|camera|nvr|door/i, Siren],
  [/\bups|apc\b|eaton|battery/i, BatteryCharging],
  [/^127\.|^::1$|localhost|invoice|erp|crm|app/i, AppWindow],
]

/** A guess by its name or address, so that the eye finds it again; a wrong one does no harm. */
export function deviceIcon(name: string): IconOf {
  return kinds.find(([pattern]) => pattern.test(name))?.[1] ?? Monitor
}
