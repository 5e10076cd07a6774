import type { ActivityEvent } from '../contract/index.ts'
import { connectControl } from '../control/index.ts'
import { EXIT, clockTime, harmless, print, printJson, tell } from './output.ts'
import type { ExitCode } from './output.ts'
import { readMoment } from './since.ts'

const PAGE = 1_000
const FOLLOW_MS = 500

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
  const client = await connectControl(options.data)
  try {
    let afterSeq: number | null = null
    for (;;) {
      const events: ActivityEvent[] = await client.ask('activity.events', {
        afterSeq,
        sinceAt: afterSeq === null ? (sinceAt ?? 0) : null,
        limit: PAGE,
      })
      for (const event of events) if (fits(event, options)) show(event, options.json === true)
      afterSeq = events.at(-1)?.seq ?? afterSeq ?? 0
      if (events.length === PAGE) continue
      if (options.follow !== true) return EXIT.ok
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS))
    }
  } finally {
    client.close()
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
      return [event.type, ...event.results.map((result) => result.outcome)]
    case 'ended':
      return [event.type, event.disposition]
    default:
      return [event.type]
  }
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
