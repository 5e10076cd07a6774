import type { ActivityDraft, RecipientResult, Route, Settings } from '../../contract/index.ts'
import type { Delivery, DeliveryReport, DeliveryRequest } from '../delivery/index.ts'
import type { EnvelopeRecipient, Outcome } from '../mail/index.ts'
import { replyText } from '../mail/index.ts'
import type { HostFacts, RecipientFacts, Router } from '../routing/index.ts'
import type { Entry, RecipientState, Spool } from '../spool/index.ts'
import { connectionNamed, tlsNamed } from './built-in.ts'
import type { Group } from './groups.ts'
import { failureText } from './outcomes.ts'

/** What an attempt at one group needs from the other rooms. */
export interface AttemptTools {
  readonly delivery: Pick<Delivery, 'deliver'>
  readonly spool: Pick<Spool, 'read'>
  readonly router: Router
  settings(): Settings
  /** Facts of the group's first recipient, as of now: they stand for the whole group (routing rules 2.8). */
  facts(): RecipientFacts
}

/** Hands one group to delivery. Never throws: a fault in there is a temporary failure of ours for everybody. */
export async function attemptGroup(entry: Entry, group: Group, tools: AttemptTools, signal: AbortSignal): Promise<DeliveryReport> {
  try {
    const report = await tools.delivery.deliver(requestFor(entry, group, tools), signal)
    if (report.outcomes.length === group.members.length) return report
    return { ...report, outcomes: group.members.map((_, i) => report.outcomes[i] ?? internalFault('The delivery gave no verdict')) }
  } catch (thrown) {
    const text = `Delivery broke off by a fault in Mailroom: ${thrown instanceof Error ? thrown.message : String(thrown)}`
    return { outcomes: group.members.map(() => internalFault(text)), tries: [], transcript: [] }
  }
}

function requestFor(entry: Entry, group: Group, tools: AttemptTools): DeliveryRequest {
  const { head } = entry
  const asNow = (host: HostFacts | null) => [tools.facts(), host] as const
  return {
    entryId: head.id,
    route: group.route,
    domain: group.domain,
    envelope: head.envelope,
    recipients: group.members.map((member) => recipientAt(entry, member.index)),
    size: head.size,
    has8Bit: head.has8Bit,
    openMessage: () => tools.spool.read(head.id),
    nextHops: (given) => tools.router.nextHops(group.route, group.domain, given),
    tlsFor: async (host) => tlsNamed(tools.settings(), await tools.router.pickTls(...asNow(host))),
    connectionFor: async (host) => connectionNamed(tools.settings(), await tools.router.pickConnection(...asNow(host))),
  }
}

function recipientAt(entry: Entry, index: number): EnvelopeRecipient {
  const recipient = entry.head.envelope.recipients[index]
  if (recipient === undefined) throw new RangeError(`entry ${entry.head.id} has no recipient ${index}`)
  return recipient
}

function internalFault(text: string): Outcome {
  return {
    kind: 'temp_fail',
    entity: 'localhost',
    failure: { class: 'io', status: '4.3.0', text, reply: null, cause: 'internal' },
  }
}

/** The event that tells of an attempt, with each recipient as it stands after it. */
export function attemptedEvent(story: {
  readonly entry: Entry
  /** The route is null when the rules gave none. */
  readonly group: { readonly route: Route | null; readonly members: readonly RuleAnswer[] }
  readonly attempt: number
  readonly startedAt: number
  readonly durationMs: number
  readonly report: DeliveryReport
  readonly states: readonly RecipientState[]
}): ActivityDraft {
  const { group, report } = story
  const first = group.members[0]
  return {
    type: 'attempted',
    entryId: story.entry.head.id,
    route: group.route?.id ?? '',
    routeType: group.route?.type ?? 'none',
    rule: first?.rule ?? null,
    trace: [...(first?.trace ?? [])],
    attempt: story.attempt,
    startedAt: story.startedAt,
    durationMs: story.durationMs,
    tries: [...report.tries],
    results: story.states.map((state, i) => resultOf(state, report.outcomes[i])),
    transcript: [...report.transcript],
  }
}

/** The part of a rules' answer that is told even when it led nowhere. */
export type RuleAnswer = Pick<Group['members'][0], 'rule' | 'trace'>

function resultOf(state: RecipientState, outcome: Outcome | undefined): RecipientResult {
  const failed = outcome !== undefined && outcome.kind !== 'completed' ? outcome.failure : null
  const pending = state.status === 'scheduled' || state.status === 'temp_fail'
  return {
    address: state.address,
    outcome: outcome?.kind ?? 'temp_fail',
    status: failed === null ? state.lastStatus : failed.status,
    text: failed !== null ? failureText(failed) : outcome?.kind === 'completed' ? replyText(outcome.reply) : '',
    cause: failed?.cause ?? '',
    errorClass: failed?.class ?? '',
    nextAttemptAt: pending ? state.dueAt : null,
    mayArriveTwice: state.mayArriveTwice,
  }
}
