import type { KnownDevice } from '../../../main/contract/devices.ts'
import type { Status } from '../../../main/contract/channels.ts'
import { foreign } from '../../lib/format/foreign.ts'
import { t } from '../../lib/words/words.svelte.ts'

/** What the list says about a device. */

/** Its name, or its address where it has none. */
export const nameOf = (device: Pick<KnownDevice, 'name' | 'address'>): string => foreign(device.name, 100) || device.address

/** "Port 2525, TLS 1.3, login nas" */
export function comesInBy(device: KnownDevice, status: Status | null): string {
  const port = status?.listeners.find((listener) => listener.id === device.listener)?.port
  const how =
    port === undefined
      ? t('lately.noPort', { listener: device.listener })
      : device.tls === null
        ? t('lately.plain', { port: String(port) })
        : t('lately.tls', { port: String(port), tls: shortTls(device.tls) })
  return device.account === null ? how : t('lately.login', { how, account: device.account })
}
/** `TLSv1.3`, perhaps with its cipher, as `TLS 1.3`. */
export const shortTls = (tls: string): string => tls.replace(/^TLSv(\d\.\d).*$/, 'TLS $1')

/** The latest oddity in a few words, and how many more there are; '' for a device that keeps to the rules. */
export function oddLine(device: Pick<KnownDevice, 'oddities'>): string {
  const latest = [...device.oddities].sort((a, b) => b.lastAt - a.lastAt)[0]
  if (latest === undefined) return ''
  const oddity = t(`oddity.${latest.kind}`)
  const more = device.oddities.length - 1
  return more === 0 ? oddity : t('lately.odd.more', { oddity, count: more })
}
