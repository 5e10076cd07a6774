import type { Alert } from '../../../main/contract/activity.ts'
import type { Status } from '../../../main/contract/channels.ts'
import type { RouteView, SettingsView } from '../../../main/contract/settings.ts'
import type { Tone } from '../../lib/tone.ts'
import { saying, t } from '../../lib/words/words.svelte.ts'
import type { PlainKey, Saying } from '../../lib/words/words.svelte.ts'
import { encryptionOf } from './encryption.ts'
import type { Encryption } from './encryption.ts'

/** What a route's card says. */

/** Where it leads, as one types or compares it. */
export function whereOf(route: RouteView, settings: SettingsView): { readonly text: string; readonly mono: boolean } {
  if (route.type === 'mx') return { text: t('routes.mx.where'), mono: false }
  if (route.type === 'relay') return { text: `${route.address}:${route.port}`, mono: true }
  const domains = settings.directories['default']?.domains ?? []
  return domains.length === 0 ? { text: t('routes.local.none'), mono: false } : { text: domains.join(', '), mono: true }
}

const ENCRYPTION: Readonly<Record<Encryption, PlainKey>> = {
  implicit: 'routes.enc.implicit',
  starttls: 'routes.enc.starttls',
  optional: 'routes.enc.optional',
  none: 'routes.enc.none',
}
const SECRET = { stored: 'routes.secret.stored', macro: 'routes.secret.macro', plain: 'routes.secret.plain' } as const
const FAMILIES = {
  ipv4_then_ipv6: 'ip.ipv4_then_ipv6',
  ipv6_then_ipv4: 'ip.ipv6_then_ipv4',
  ipv4_only: 'ip.ipv4_only',
  ipv6_only: 'ip.ipv6_only',
} as const

/** How it gets there: encryption and sign-in, or how many hosts. */
export function lineOf(route: RouteView, settings: SettingsView): string {
  if (route.type === 'local') {
    return t('routes.local.line', { count: settings.directories['default']?.mailboxes.length ?? 0 })
  }
  if (route.type === 'mx') {
    return t('routes.mx.line', { hosts: route.maxHosts, addresses: route.maxAddressesPerHost, families: t(FAMILIES[route.ipLookup]) })
  }
  const parts = [
    route.protocol === 'lmtp' ? t('routes.lmtp') : '',
    t(ENCRYPTION[encryptionOf(route, settings.queue)]),
    route.tls.allowInvalidCertificates ? t('routes.anyCert') : '',
    route.auth === null ? t('routes.noAuth') : t('routes.auth', { user: route.auth.username }),
    route.auth === null ? '' : t(SECRET[route.auth.secret]),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

export interface RouteState {
  readonly tone: Tone
  readonly said: Saying
}

const ALERTS: Readonly<Partial<Record<Alert['kind'], { readonly tone: Tone; readonly key: PlainKey }>>> = {
  'auth-rejected': { tone: 'failed', key: 'routes.shut' },
  'relay-unreachable': { tone: 'waiting', key: 'routes.unreachable' },
  'relay-not-found': { tone: 'failed', key: 'routes.notFound' },
}

/** How it is doing: what is wrong with it first, then whether anything uses it. */
export function stateOf(id: string, status: Status | null, used: boolean, today: number): RouteState {
  for (const alert of status?.alerts ?? []) {
    const found = alert.subject === id ? ALERTS[alert.kind] : undefined
    if (found !== undefined) return { tone: found.tone, said: saying(found.key) }
  }
  if (!used) return { tone: 'none', said: saying('routes.unused') }
  return today > 0 ? { tone: 'delivered', said: saying('routes.working') } : { tone: 'none', said: saying('routes.idle') }
}

/** Messages that took a route today. */
export function todayBy(id: string, status: Status | null): number {
  return (status?.rack ?? [])
    .filter((cell) => cell.route === id)
    .reduce((sum, cell) => sum + cell.delivered + cell.waiting + cell.held + cell.failed, 0)
}
