import type { ConnectionSettings, Schedule, Settings, TlsSettings } from '../../contract/index.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What holds when the rules name a schedule that is not defined (routing rules 1.4). Five days, where a defined one without expiry has three. */
export const BUILT_IN_SCHEDULE: Schedule = {
  id: 'default',
  description: '',
  queueName: 'default',
  retryMs: [2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR],
  notifyMs: [DAY, 3 * DAY],
  expiry: { kind: 'time', afterMs: 5 * DAY },
}

/** TLS where the rules name a strategy that is not defined (routing rules 2.9): when offered, always verified. */
export const BUILT_IN_TLS: TlsSettings = {
  id: 'default',
  dane: 'optional',
  mtaSts: 'optional',
  starttls: 'optional',
  allowInvalidCertificates: false,
  timeoutMs: { tls: 3 * MINUTE, mtaSts: 5 * MINUTE },
}

/** Connections where the rules name a strategy that is not defined: RFC 5321 §4.5.3.2, but no office waits five minutes for a dead host (5.5). */
export const BUILT_IN_CONNECTION: ConnectionSettings = {
  id: 'default',
  ehloHostname: null,
  sourceIps: [],
  timeoutMs: {
    connect: 30 * SECOND,
    greeting: MINUTE,
    ehlo: 5 * MINUTE,
    mailFrom: 5 * MINUTE,
    rcptTo: 5 * MINUTE,
    data: 10 * MINUTE,
  },
}

/** The schedule of that name, or the built-in one. */
export const scheduleNamed = (settings: Settings, name: string): Schedule => own(settings.queue.schedules, name) ?? BUILT_IN_SCHEDULE
/** The TLS strategy of that name, or the built-in one. */
export const tlsNamed = (settings: Settings, name: string): TlsSettings => own(settings.queue.tls, name) ?? BUILT_IN_TLS
/** The connection strategy of that name, or the built-in one. */
export const connectionNamed = (settings: Settings, name: string): ConnectionSettings =>
  own(settings.queue.connections, name) ?? BUILT_IN_CONNECTION

/** Names come from rules, so `constructor` is as good a name as any. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
