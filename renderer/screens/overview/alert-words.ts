import type { Alert } from '../../../main/contract/activity.ts'
import { domainOf, explainReply } from '../../lib/format/reply.ts'
import { link } from '../../lib/state/link.ts'
import type { Tone } from '../../lib/tone.ts'
import { saying } from '../../lib/words/words.svelte.ts'
import type { PlainKey, Saying } from '../../lib/words/words.svelte.ts'
import { screenIds } from '../screen-id.ts'

/** A button of an alert: a place to go, or the settings file to open. */
export type Remedy = { readonly label: PlainKey; readonly href: string } | { readonly label: PlainKey; readonly act: 'open-file' }

export interface AlertWords {
  /** Failed: something ended badly or is shut. Else it only asks for a look. */
  readonly tone: Extract<Tone, 'failed' | 'none'>
  readonly title: Saying
  readonly text: Saying
  readonly remedies: readonly Remedy[]
  /** A person may say that it is seen; what is still broken stays. */
  readonly dismissable: boolean
}

const devicesAreThere = (screenIds as readonly string[]).includes('devices')
const routingIsThere = (screenIds as readonly string[]).includes('routing')

/**
 * What to say about something that needs a person, and where its buttons lead.
 * @param nameOf  what people call a route
 */
export function alertWords(alert: Alert, nameOf: (route: string) => string): AlertWords {
  const subject = aboutRoute(alert) ? nameOf(alert.subject) : alert.subject
  const params = { subject }
  const fix = { title: saying(`alert.${alert.kind}.title`, params), dismissable: false, tone: 'failed' as const }
  const message: Remedy[] = alert.entryId === null ? [] : [{ label: 'alert.show', href: link('activity', { message: alert.entryId }) }]
  switch (alert.kind) {
    case 'delivery-failed':
      return { ...fix, text: whyFailed(alert), remedies: message, dismissable: true }
    case 'double-bounce':
    case 'entry-set-aside':
      return { ...fix, text: saying(`alert.${alert.kind}.text`, params), remedies: message, dismissable: true }
    case 'auth-rejected':
    case 'relay-not-found':
      return {
        ...fix,
        text: saying(`alert.${alert.kind}.text`, params),
        remedies: [...routing('alert.route', alert.subject), ...itsMail(alert)],
      }
    case 'relay-unreachable':
      return {
        ...fix,
        tone: 'none',
        text: saying('alert.relay-unreachable.text', params),
        remedies: [...itsMail(alert), ...routing('alert.route', alert.subject)],
      }
    case 'secret-unreadable':
      return { ...fix, text: saying('alert.secret-unreadable.text', params), remedies: routing('alert.route', '') }
    case 'route-unknown':
    case 'rules-failed':
      return {
        ...fix,
        text: saying(`alert.${alert.kind}.text`, params),
        remedies: [...routing('alert.rules', ''), { label: 'alert.queue', href: link('queue') }],
      }
    case 'config-refused':
      return {
        ...fix,
        text: saying('alert.config-refused.text', params),
        remedies: [
          ...(routingIsThere ? [{ label: 'routing.notInForce.open' as const, href: link('routing', { view: 'file' }) }] : []),
          { label: 'alert.file', act: 'open-file' },
        ],
      }
    case 'listener-failed':
      return {
        ...fix,
        text: saying(`alert.${alert.kind}.text`, params),
        remedies: devicesAreThere ? [{ label: 'alert.listeners', href: link('devices') }] : [{ label: 'alert.file', act: 'open-file' }],
      }
    case 'storage-failed':
      return { ...fix, text: saying('alert.storage-failed.text', params), remedies: [] }
    case 'disk-low':
      return { ...fix, text: saying('alert.disk-low.text', params), remedies: [{ label: 'alert.queue', href: link('queue') }] }
  }
}

function aboutRoute(alert: Alert): boolean {
  return alert.kind === 'auth-rejected' || alert.kind === 'relay-unreachable' || alert.kind === 'relay-not-found'
}
function whyFailed(alert: Alert): Saying {
  return explainReply({ outcome: 'perm_fail', status: '', text: alert.detail, cause: '' }, domainOf(alert.subject))
}
function itsMail(alert: Alert): Remedy[] {
  return [{ label: 'alert.log', href: link('activity', { route: alert.subject }) }]
}
/** While the window has no such screen, the settings file is where a route is mended. */
function routing(label: PlainKey, route: string): Remedy[] {
  return routingIsThere
    ? [{ label, href: `#/routing${route === '' ? '' : `?route=${encodeURIComponent(route)}`}` }]
    : [{ label: 'alert.file', act: 'open-file' }]
}
