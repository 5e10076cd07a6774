import { z } from 'zod'
import { activityEvent, activityRow, alert, rowFilter, rowStatus, transcriptLine } from './activity.ts'
import { fileRequests } from './files.ts'
import { figureRequests, routeStall } from './figures.ts'
import { deviceNotices, deviceRequests } from './devices.ts'
import { issue } from './issue.ts'
import { mailboxNotices, mailboxRequests } from './mailboxes.ts'
import { exportNotices, exportRequests } from './exports.ts'
import { queueNotices, queueRequests } from './queue.ts'
import { explanation, routingQuestion } from './routing.ts'
import { preferencesNotices, preferencesRequests } from './preferences.ts'
import { saveResult } from './save-result.ts'
import { settingsFileRequests } from './settings-file.ts'
import { settingsView } from './settings.ts'

/** The one contract between window and engine; every type below is inferred from its schema. */

export const listenerState = z.object({
  id: z.string(),
  address: z.string(),
  port: z.int(),
  tls: z.enum(['none', 'optional', 'required', 'implicit']),
  auth: z.enum(['none', 'optional', 'required']),
  /** Why it is not open; null when it is. */
  problem: z.string().nullable(),
})
export type ListenerState = z.infer<typeof listenerState>

export const dayCounts = z.object({
  day: z.string(),
  accepted: z.int(),
  delivered: z.int(),
  waiting: z.int(),
  held: z.int(),
  failed: z.int(),
})
export type DayCounts = z.infer<typeof dayCounts>

/** One hole of the sorting rack: what came from one device by one route today. */
export const rackCell = z.object({
  device: z.string(),
  route: z.string(),
  delivered: z.int(),
  waiting: z.int(),
  held: z.int(),
  failed: z.int(),
  lastAt: z.int(),
})

export const status = z.object({
  running: z.boolean(),
  /** Delivery is stopped by a person or by a broken rule set. */
  deliveryPaused: z.enum(['no', 'by-person', 'by-config']),
  hostname: z.string(),
  /** Addresses of this computer that a device can reach, best first. */
  addresses: z.array(z.string()),
  listeners: z.array(listenerState),
  today: dayCounts,
  /** Oldest first, today last. */
  days: z.array(dayCounts),
  rack: z.array(rackCell),
  waiting: z.int(),
  held: z.int(),
  lastDeliveredAt: z.int().nullable(),
  /** Routes whose latest tries were all put off; those of today and of long ago, so look whether anything waits. */
  stalls: z.array(routeStall),
  alerts: z.array(alert),
  /** False when the key store cannot protect passwords properly on this computer. */
  secretsProtected: z.boolean(),
})
export type Status = z.infer<typeof status>

export const configState = z.object({
  path: z.string(),
  /** The file as it is, plain secrets replaced by `%{hidden}%`. */
  text: z.string(),
  /** The text that is in force is this file's; false when the file has errors and the last good one stays in force. */
  inForce: z.boolean(),
  issues: z.array(issue),
  settings: settingsView,
  /** The file is still the one that a first start writes: nobody has set anything up. */
  untouched: z.boolean(),
})
export type ConfigState = z.infer<typeof configState>

/** One change of one key. `value` null removes it (and an empty table it leaves). */
export const configChange = z.object({ path: z.array(z.string()).min(1), value: z.json() })
export type ConfigChange = z.infer<typeof configChange>

export type { SaveResult } from './save-result.ts'

/** A connection test of a relay as typed, before it is saved. */
export const relayTest = z.object({
  address: z.string(),
  port: z.int(),
  protocol: z.enum(['smtp', 'lmtp']),
  encryption: z.enum(['implicit', 'starttls', 'optional', 'none']),
  allowInvalidCertificates: z.boolean(),
  username: z.string(),
  /** null: use the secret stored for `routeId`. */
  password: z.string().nullable(),
  routeId: z.string().nullable(),
  allowCleartext: z.boolean(),
  /** A name for this run, to be told its lines as they are said and to stop it; none: the answer alone. */
  run: z.string().optional(),
})
export type RelayTest = z.infer<typeof relayTest>
export const relayTestResult = z.object({
  ok: z.boolean(),
  cause: z.string(),
  text: z.string(),
  tls: z.string().nullable(),
  transcript: z.array(transcriptLine),
})
export type RelayTestResult = z.infer<typeof relayTestResult>

const nothing = z.object({})

export const requests = {
  'status.get': { args: nothing, result: status },
  'delivery.pause': { args: z.object({ paused: z.boolean() }), result: z.void() },
  'alert.dismiss': { args: z.object({ key: z.string() }), result: z.void() },
  /** Newest first; `before` is the last row seen (its acceptedAt and key), null from the top. */
  'activity.rows': {
    args: z.object({
      filter: rowFilter,
      before: z.object({ acceptedAt: z.int(), key: z.string() }).nullable(),
      limit: z.int().min(1).max(2000),
    }),
    result: z.object({
      rows: z.array(activityRow),
      more: z.boolean(),
      /** Rows that fit the filter's text, route, device and day, by status. */
      counts: z.record(rowStatus, z.int()),
      /** The day of the log that was being read when time ran out; `counts` and `rows` lack it. null: everything asked for was read. */
      reading: z.string().nullable(),
    }),
  },
  /** Everything that happened to one message, oldest first. */
  'activity.message': { args: z.object({ entryId: z.string() }), result: z.array(activityEvent) },
  /** Events as they were recorded, oldest first: those after `afterSeq`, or those since `sinceAt` (ms), at most `limit`. */
  'activity.events': {
    args: z.object({ afterSeq: z.int().nullable(), sinceAt: z.int().nullable(), limit: z.int().min(1).max(5000) }),
    result: z.array(activityEvent),
  },
  ...figureRequests,
  ...queueRequests,
  ...exportRequests,
  'config.get': { args: nothing, result: configState },
  /** Problems of a text without saving it. */
  'config.check': { args: z.object({ text: z.string() }), result: z.array(issue) },
  'config.saveText': { args: z.object({ text: z.string() }), result: saveResult },
  /** Changes single keys and keeps comments and order. Secrets are stored first and referred to as `%{secret:NAME}%`. */
  'config.change': {
    args: z.object({ changes: z.array(configChange), secrets: z.array(z.object({ name: z.string(), value: z.string() })) }),
    result: saveResult,
  },
  ...settingsFileRequests,
  ...preferencesRequests,
  'routing.explain': { args: routingQuestion, result: explanation },
  /** Problems of one expression as typed, for example while editing a rule. */
  'routing.checkExpression': {
    args: z.object({ text: z.string(), context: z.enum(['route', 'schedule', 'tls', 'connection']) }),
    result: z.object({
      problem: z.object({ kind: z.string(), message: z.string(), column: z.int(), suggestion: z.string().nullable() }).nullable(),
    }),
  },
  'relay.test': { args: relayTest, result: relayTestResult },
  /** Ends a test that is under way; one that has ended already is no matter. */
  'relay.stopTest': { args: z.object({ run: z.string() }), result: z.void() },
  /** Hands a small test message in as a device would; answers its entry id. */
  'message.sendTest': { args: z.object({ to: z.string(), from: z.string() }), result: z.object({ entryId: z.string() }) },
  'clipboard.write': { args: z.object({ text: z.string() }), result: z.void() },
  'window.openConfigFile': { args: nothing, result: z.void() },
  ...deviceRequests,
  ...fileRequests,
  ...mailboxRequests,
} as const

export type RequestName = keyof typeof requests
export type Args<R extends RequestName> = z.infer<(typeof requests)[R]['args']>
export type Result<R extends RequestName> = z.infer<(typeof requests)[R]['result']>
export type Answer<T> = { ok: true; value: T } | { ok: false; problem: { code: string; text: string } }

/** What the engine tells the window unasked, in batches of at most one per 100 ms. */
export const notices = {
  /** Rows that are new or changed; `seq` of the newest event. A window that missed some asks again. */
  ...queueNotices,
  ...exportNotices,
  'activity.changed': z.object({ rows: z.array(activityRow), seq: z.int() }),
  'status.changed': status,
  'config.changed': configState,
  ...preferencesNotices,
  /** The next line of a relay test that was given a name, at once. */
  'relay.testLine': z.object({ run: z.string(), line: transcriptLine }),
  ...deviceNotices,
  ...mailboxNotices,
} as const
export type NoticeName = keyof typeof notices
export type Notice<N extends NoticeName> = z.infer<(typeof notices)[N]>

/** What preload puts into the page as `window.mailroom`. */
export interface MailroomBridge {
  ask<R extends RequestName>(request: R, args: Args<R>): Promise<Answer<Result<R>>>
  /** @returns a function that ends the subscription */
  on<N extends NoticeName>(notice: N, handler: (value: Notice<N>) => void): () => void
  readonly platform: 'win32' | 'darwin' | 'linux'
  readonly version: string
}
