import { activityEvent, disposition, outcomeKind } from '../contract/index.ts'
import type { ActivityEvent, Disposition } from '../contract/index.ts'
import { ControlProblem, connectControl } from '../control/index.ts'
import type { ControlClient } from '../control/index.ts'
import { EXIT, clockTime, harmless, print, printJson, tell } from './output.ts'
import type { ExitCode } from './output.ts'
import { readMoment } from './since.ts'

const PAGE = 5_000
const FOLLOW_MS = 500

/** What `--status` can be: kinds of events, outcomes of attempts, ends, and the words of the window for them. */
const STATUSES: ReadonlySet<string> = new Set([
  ...activityEvent.options.map((option) => option.shape.type.value),
  ...outcomeKind.options,
  ...disposition.options,
  'waiting',
  'failed',
])

export interface ActivityOptions {
  readonly data: string
  readonly json?: boolean
  readonly follow?: boolean
  readonly since?: string
  readonly recipient?: string
  readonly status?: string
}

/** `mailroom activity`: what happened, oldest first. With `--follow` it ends when the engine does, or when stopped. */
export async function activityCommand(options: ActivityOptions): Promise<ExitCode> {
  const sinceAt = options.since === undefined ? null : readMoment(options.since, Date.now())
  if (options.since !== undefined && sinceAt === null) {
    tell(`--since wants a moment such as 2h, 2026-11-23 or 2026-11-23T14:00, found "${harmless(options.since)}"`)
    return EXIT.usage
  }
  if (options.status !== undefined && !STATUSES.has(options.status.toLowerCase())) {
    tell(`--status wants one of ${[...STATUSES].join(', ')}; found "${harmless(options.status)}"`)
    return EXIT.usage
  }
  const client = await connectControl(options.data)
  try {
    for await (const event of eventsOf(client, sinceAt ?? 0, options.follow === true)) {
      if (fits(event, options)) show(event, options.json === true)
    }
    return EXIT.ok
  } catch (thrown) {
    if (options.follow !== true || !(thrown instanceof ControlProblem) || thrown.code !== 'stopped') throw thrown
    tell('Mailroom has stopped.')
    return EXIT.ok
  } finally {
    client.close()
  }
}

/** Every event since a moment, page by page. The engine reads pages by time from its files; what comes after is asked for by number. */
async function* eventsOf(client: ControlClient, sinceAt: number, follow: boolean): AsyncGenerator<ActivityEvent> {
  let from = sinceAt
  let last: ActivityEvent | undefined
  for (;;) {
    const page = await client.ask('activity.events', { afterSeq: null, sinceAt: from, limit: PAGE })
    const seen = last?.seq ?? 0
    yield* page.filter(({ seq }) => seq > seen)
    const end = page.at(-1)
    // A page that brings nothing new, full as it is, would come again for ever.
    if (end === undefined || end.seq <= seen) break
    last = end
    from = end.at
    if (page.length < PAGE) break
  }
  while (follow) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS))
    const events = await client.ask(
      'activity.events',
      last === undefined ? { afterSeq: null, sinceAt, limit: PAGE } : { afterSeq: last.seq, sinceAt: null, limit: PAGE },
    )
    yield* events
    last = events.at(-1) ?? last
  }
}

/** Whether an event is about this recipient and of this status: an outcome, a disposition, or the name of the event. */
export function fits(event: ActivityEvent, wanted: { readonly recipient?: string; readonly status?: string }): boolean {
  const recipient = wanted.recipient?.toLowerCase()
  if (recipient !== undefined && !recipientsOf(event).some((address) => address.toLowerCase() === recipient)) return false
  return wanted.status === undefined || statusesOf(event).includes(wanted.status.toLowerCase())
}

function recipientsOf(event: ActivityEvent): readonly string[] {
  switch (event.type) {
    case 'accepted':
      return event.recipients
    case 'attempted':
      return event.results.map((result) => result.address)
    case 'ended':
    case 'refused':
      return [event.recipient]
    default:
      return []
  }
}

function statusesOf(event: ActivityEvent): readonly string[] {
  switch (event.type) {
    case 'attempted':
      return [event.type, ...event.results.flatMap(({ outcome }) => (outcome === 'temp_fail' ? [outcome, 'waiting'] : [outcome]))]
    case 'ended':
      return [event.type, event.disposition, ...windowWord(event.disposition)]
    default:
      return [event.type]
  }
}

function windowWord(end: Disposition): readonly string[] {
  if (end === 'relayed') return ['delivered']
  return end === 'bounced' || end === 'expired' ? ['failed'] : []
}

function show(event: ActivityEvent, json: boolean): void {
  if (json) printJson(event, 0)
  else print(`${clockTime(event.at)}  ${describe(event)}`)
}

function describe(event: ActivityEvent): string {
  switch (event.type) {
    case 'accepted':
      return harmless(
        `${event.entryId}  accepted from ${event.client.address}: ${event.reversePath ?? '<>'} -> ${event.recipients.join(', ')}, ${event.size} bytes`,
      )
    case 'attempted':
      return event.results
        .map((result) => harmless(`${event.entryId}  ${result.outcome} by ${event.route || 'no route'}: ${result.address}: ${result.text}`))
        .join('\n                     ')
    case 'ended':
      return harmless(`${event.entryId}  ${event.disposition}: ${event.recipient}: ${event.text}`)
    case 'refused':
      return harmless(`refused ${event.client.address} (${event.client.helo}): ${event.code} ${event.text}`)
    case 'held':
    case 'released':
    case 'retried':
      return `${event.entryId}  ${event.type}`
    case 'report-sent':
      return harmless(`${event.entryId}  ${event.kind} report ${event.reportEntryId} to ${event.to}`)
    case 'set-aside':
      return harmless(`${event.entryId}  set aside as ${event.file}: ${event.text}`)
    case 'engine':
    case 'config':
      return harmless(`${event.type} ${event.what}: ${event.text}`)
    case 'problem':
      return harmless(`${event.where}: ${event.text}`)
  }
}
