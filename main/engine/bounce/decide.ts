import ipaddr from 'ipaddr.js'
import type { Settings } from '../../contract/index.ts'
import type { Entry, EntryHead, RecipientState } from '../spool/index.ts'
import type { ReportedRecipient, ReportPlan } from './types.ts'

/** A listed network wider than this is everybody, and being in it makes nobody known. */
const NARROWEST_EVERYBODY = { ipv4: 8, ipv6: 16 } as const

/**
 * Which recipients are reported now (routing rules 7.1): ended ones not yet reported, and waiting ones whose delay notice is due. Deciding only:
 * the caller sends the report, then marks what is `settled` and moves the clocks of what was `noticed`.
 * @param settings  for who may hear of failures (`isKnownClient`) and which routes are local
 */
export function decideReports(entry: Entry, now: number, settings: Settings): ReportPlan {
  const recipients: ReportedRecipient[] = []
  const settled: number[] = []
  const noticed: number[] = []
  const untold: { index: number; why: 'null-sender' | 'stranger' }[] = []
  const silent = silence(entry.head, settings)
  for (const [index, state] of entry.recipients.entries()) {
    const action = actionFor(state, entry, index, now)
    if (action === null) continue
    if (action === 'delayed') noticed.push(index)
    else settled.push(index)
    if (action === 'none') continue
    const wanted = isWanted(action, notifyOf(entry, index))
    if (silent === null && wanted) recipients.push(reported(entry, index, state, action, settings))
    // Our own reports carry NOTIFY=NEVER; that declines a report, not that the person in charge is told.
    if (action === 'failed' && (silent === 'null-sender' || (silent === 'stranger' && wanted))) untold.push({ index, why: silent })
  }
  return { recipients, settled, noticed, untold }
}

/** Why nothing may be sent to the reverse-path; null when a report may. */
function silence(head: EntryHead, settings: Settings): 'null-sender' | 'stranger' | null {
  if (head.envelope.reversePath === null || head.envelope.reversePath === '') return 'null-sender'
  return settings.report.toUnauthenticated || isKnownClient(head, settings) ? null : 'stranger'
}

/**
 * Whether we know who handed the message in, so that a report is no backscatter (routing rules 7.4). That rule is about strangers with forged
 * senders; a scanner in the office does not sign in and yet must hear of its failures. Known are: whoever signed in, messages made here,
 * private and loopback addresses, and the allowed networks unless they are so wide that they mean everybody.
 */
export function isKnownClient(head: EntryHead, settings: Settings): boolean {
  if (head.source !== 'unauthenticated' && head.source !== 'unknown') return true
  if (head.client.account !== null) return true
  if (!ipaddr.isValid(head.client.address)) return false
  const address = ipaddr.process(head.client.address)
  if (['private', 'loopback', 'linkLocal', 'uniqueLocal'].includes(address.range())) return true
  return settings.access.networks.some((network) => {
    if (!ipaddr.isValidCIDR(network)) return ipaddr.isValid(network) && ipaddr.process(network).toString() === address.toString()
    const [base, bits] = ipaddr.parseCIDR(network)
    return base.kind() === address.kind() && bits >= NARROWEST_EVERYBODY[base.kind()] && address.match(base, bits)
  })
}

type Action = ReportedRecipient['action'] | 'none'

/** What there is to say about a recipient now; 'none' = its end is settled without a word; null = nothing has happened. */
function actionFor(state: RecipientState, entry: Entry, index: number, now: number): Action | null {
  switch (state.status) {
    case 'completed':
      if (state.reported) return null
      // Only who asks for it hears of success (RFC 3461 §4.1).
      return notifyOf(entry, index)?.has('SUCCESS') === true ? (state.disposition === 'delivered' ? 'delivered' : 'relayed') : 'none'
    case 'perm_fail':
      return state.reported ? null : 'failed'
    case 'scheduled':
    case 'temp_fail':
      return state.notifyDueAt !== null && now >= state.notifyDueAt ? 'delayed' : null
  }
}

/** NOTIFY= as words; null when absent, which means FAILURE and DELAY (RFC 3461 §4.1). */
function notifyOf(entry: Entry, index: number): ReadonlySet<string> | null {
  const notify = entry.head.envelope.recipients[index]?.notify
  return notify === undefined ? null : new Set(notify.toUpperCase().split(','))
}

function isWanted(action: ReportedRecipient['action'], notify: ReadonlySet<string> | null): boolean {
  if (notify === null) return action === 'failed' || action === 'delayed'
  return notify.has(action === 'failed' ? 'FAILURE' : action === 'delayed' ? 'DELAY' : 'SUCCESS')
}

function reported(
  entry: Entry,
  index: number,
  state: RecipientState,
  action: ReportedRecipient['action'],
  settings: Settings,
): ReportedRecipient {
  return { state, action, orcpt: entry.head.envelope.recipients[index]?.orcpt ?? null, remoteMta: remoteMtaOf(state, settings) }
}

/** A host was involved when a server answered, or when a connection or TLS with it failed; a local mailbox is no host. */
function remoteMtaOf(state: RecipientState, settings: Settings): string | null {
  if (state.route === null || state.lastEntity === '' || /\s/.test(state.lastEntity)) return null
  const type = Object.hasOwn(settings.queue.routes, state.route) ? settings.queue.routes[state.route]?.type : state.route
  if (type === 'local') return null
  const byHost = ['none', 'unexpected-reply', 'connection', 'tls', 'dane', 'mta-sts'].includes(state.lastError)
  return byHost && state.lastAttemptAt !== null ? state.lastEntity : null
}
