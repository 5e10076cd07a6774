import type { RouteView, SettingsView } from '../../../main/contract/settings.ts'

/** The two routes that need no set-up, unless the file defines them anew. */
const BUILT_IN: readonly RouteView[] = [
  { type: 'local', id: 'local', description: '' },
  {
    type: 'mx',
    id: 'mx',
    description: '',
    maxHosts: 5,
    maxAddressesPerHost: 2,
    ipLookup: 'ipv4_then_ipv6',
    ipFallback: false,
    allowLoopback: false,
  },
]

const ORDER: readonly RouteView['type'][] = ['relay', 'local', 'mx']

/** Every route a rule can name: relays first, then here, then straight out. */
export function allRoutes(routes: SettingsView['queue']['routes']): readonly RouteView[] {
  const defined = Object.values(routes)
  const all = [...defined, ...BUILT_IN.filter((route) => !Object.hasOwn(routes, route.id))]
  return all.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
}

/** Whether the file has it; a built-in route is only written there once it is changed. */
export function isDefined(routes: SettingsView['queue']['routes'], id: string): boolean {
  return Object.hasOwn(routes, id)
}
