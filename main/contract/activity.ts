import { z } from 'zod'
import { oddity } from './oddity.ts'

/** What happened, one numbered event after another. The same shapes stand in the activity files, on the bridge and in the window. */

export const clientInfo = z.object({
  /** Who handed the message in. `port` is the local port it came in on; 0 for messages made here. */
  address: z.string(),
  port: z.int(),
  listener: z.string(),
  /** What it called itself in HELO/EHLO. */
  helo: z.string(),
  account: z.string().nullable(),
  tls: z.string().nullable(),
})
export type ClientInfo = z.infer<typeof clientInfo>

/** `→` we said, `←` they said, `·` what happened. Secrets are the word "hidden". `at` is milliseconds from the attempt's start. */
export const transcriptLine = z.object({ at: z.number(), by: z.enum(['us', 'them', 'note']), text: z.string() })
export type TranscriptLine = z.infer<typeof transcriptLine>

export const outcomeKind = z.enum(['completed', 'temp_fail', 'perm_fail'])
export const disposition = z.enum(['delivered', 'relayed', 'bounced', 'expired', 'cancelled'])
export type Disposition = z.infer<typeof disposition>

export const traceStep = z.object({ rule: z.int(), if: z.string(), result: z.union([z.number(), z.string(), z.array(z.unknown())]) })
export type TraceStep = z.infer<typeof traceStep>

/** One address of one next hop that was tried. */
export const hostTry = z.object({
  host: z.string(),
  address: z.string(),
  port: z.int(),
  tls: z.object({ version: z.string(), cipher: z.string(), authorized: z.boolean() }).nullable(),
  /** null when it went well. */
  problem: z.string().nullable(),
})
export type HostTry = z.infer<typeof hostTry>

export const recipientResult = z.object({
  address: z.string(),
  outcome: outcomeKind,
  /** Enhanced status, '' when none was given for a success. */
  status: z.string(),
  /** What the server said, verbatim, or our sentence. */
  text: z.string(),
  cause: z.string(),
  errorClass: z.string(),
  nextAttemptAt: z.int().nullable(),
  mayArriveTwice: z.boolean(),
})
export type RecipientResult = z.infer<typeof recipientResult>

const base = { seq: z.int(), at: z.int() }
const ofEntry = { ...base, entryId: z.string() }

export const activityEvent = z.discriminatedUnion('type', [
  z.object({
    ...ofEntry,
    type: z.literal('accepted'),
    reversePath: z.string().nullable(),
    recipients: z.array(z.string()),
    size: z.int(),
    subject: z.string(),
    messageId: z.string(),
    source: z.string(),
    client: clientInfo,
    /** Milliseconds from the final dot to durable. */
    storedInMs: z.number(),
    /** How the device departed from the rules in this connection, so far. Older logs do not say. */
    oddities: z.array(oddity).optional(),
  }),
  z.object({
    ...ofEntry,
    type: z.literal('attempted'),
    /** Route id the rules chose; '' when they could not. */
    route: z.string(),
    routeType: z.enum(['local', 'mx', 'relay', 'none']),
    rule: z.int().nullable(),
    trace: z.array(traceStep),
    /** 1 for the first try of its first recipient. */
    attempt: z.int(),
    startedAt: z.int(),
    durationMs: z.number(),
    tries: z.array(hostTry),
    results: z.array(recipientResult),
    transcript: z.array(transcriptLine),
  }),
  z.object({ ...ofEntry, type: z.literal('ended'), recipient: z.string(), disposition, text: z.string() }),
  z.object({ ...ofEntry, type: z.literal('held'), by: z.string() }),
  z.object({ ...ofEntry, type: z.literal('released'), nextAttemptAt: z.int() }),
  z.object({ ...ofEntry, type: z.literal('retried'), by: z.string() }),
  z.object({
    ...ofEntry,
    type: z.literal('report-sent'),
    reportEntryId: z.string(),
    kind: z.enum(['delay', 'failure', 'success', 'mixed']),
    to: z.string(),
  }),
  z.object({ ...ofEntry, type: z.literal('set-aside'), file: z.string(), text: z.string() }),
  z.object({
    ...base,
    type: z.literal('refused'),
    client: clientInfo,
    code: z.int(),
    text: z.string(),
    reason: z.string(),
    sender: z.string(),
    recipient: z.string(),
  }),
  z.object({ ...base, type: z.literal('engine'), what: z.enum(['started', 'stopped', 'recovered']), text: z.string() }),
  z.object({ ...base, type: z.literal('config'), what: z.enum(['loaded', 'refused']), text: z.string() }),
  z.object({ ...base, type: z.literal('problem'), text: z.string(), where: z.string() }),
])
export type ActivityEvent = z.infer<typeof activityEvent>
/** An event before it has its number and time. */
export type ActivityDraft = ActivityEvent extends infer E ? (E extends ActivityEvent ? Omit<E, 'seq' | 'at'> : never) : never

export const rowStatus = z.enum(['sending', 'waiting', 'held', 'delivered', 'failed', 'cancelled'])
export type RowStatus = z.infer<typeof rowStatus>

/** One line of the live log: one recipient of one message, as it stands now. Folded from events by `foldEvent`. */
export const activityRow = z.object({
  /** `entryId` + '/' + recipient. */
  key: z.string(),
  entryId: z.string(),
  acceptedAt: z.int(),
  changedAt: z.int(),
  /** Number of the event that changed it last. */
  seq: z.int(),
  reversePath: z.string().nullable(),
  recipient: z.string(),
  subject: z.string(),
  size: z.int(),
  client: clientInfo,
  status: rowStatus,
  disposition: disposition.nullable(),
  attempts: z.int(),
  route: z.string(),
  rule: z.int().nullable(),
  nextAttemptAt: z.int().nullable(),
  lastText: z.string(),
  lastStatus: z.string(),
  lastCause: z.string(),
  lastHost: z.string(),
})
export type ActivityRow = z.infer<typeof activityRow>

export const rowFilter = z.object({
  /** Every word must be found in address, subject, device, route, status or reply. */
  text: z.string(),
  status: rowStatus.nullable(),
  route: z.string().nullable(),
  device: z.string().nullable(),
  /** Local day, `2026-11-23`. */
  day: z.string().nullable(),
  /** What the window calls things, so that a search finds what is read there: `route/m365` is "Microsoft 365", `status/failed` "Failed". */
  names: z.exactOptional(z.record(z.string(), z.string())),
})
export type RowFilter = z.infer<typeof rowFilter>

/** Something that needs a person, with the same key as long as it is the same trouble. */
export const alert = z.object({
  key: z.string(),
  kind: z.enum([
    'auth-rejected',
    'route-unknown',
    'rules-failed',
    'config-refused',
    'listener-failed',
    'relay-unreachable',
    'relay-not-found',
    'delivery-failed',
    'double-bounce',
    'disk-low',
    'storage-failed',
    'entry-set-aside',
    'secret-unreadable',
  ]),
  since: z.int(),
  /** What it is about: a route id, an address, a listener id. */
  subject: z.string(),
  /** The server's or system's own words. */
  detail: z.string(),
  entryId: z.string().nullable(),
  /** How often it happened. */
  count: z.int(),
})
export type Alert = z.infer<typeof alert>
