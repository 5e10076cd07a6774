import type { LocalRoute, MxRoute, Route } from '../../contract/index.ts'

export const BUILT_IN_LOCAL: LocalRoute = { type: 'local', id: 'local', description: '' }

export const BUILT_IN_MX: MxRoute = {
  type: 'mx',
  id: 'mx',
  description: '',
  maxHosts: 5,
  maxAddressesPerHost: 2,
  ipLookup: 'ipv4_then_ipv6',
  ipFallback: false,
  allowLoopback: false,
}

/** The route of that name: defined, else built in (routing rules 2.9), else null. A defined `local` or `mx` replaces the built-in one. */
export function routeNamed(routes: Readonly<Record<string, Route>>, name: string): Route | null {
  // Names come from rules, so `constructor` is as good a name as any.
  const defined = Object.hasOwn(routes, name) ? routes[name] : undefined
  if (defined !== undefined) return defined
  if (name === 'local') return BUILT_IN_LOCAL
  return name === 'mx' ? BUILT_IN_MX : null
}
