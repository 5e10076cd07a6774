import type { Limits } from '../../contract/index.ts'
import type { Table } from './node.ts'
import type { Problems } from './problems.ts'
import { field, readTable, subTable } from './reader.ts'
import { duration, integer, size } from './values.ts'

const MIB = 1024 * 1024
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** No office that is at work meets these; an alarm panel gone wild and a stranger do. */
const limitKeys = {
  'message-size': field(size(1024), 50 * MIB),
  'recipients-per-message': field(integer(1, 100_000), 100),
  'messages-per-hour': field(integer(0, 10_000_000), 1000),
  'messages-per-day': field(integer(0, 10_000_000), 5000),
  connections: field(integer(1, 10_000), 1000),
  'connections-per-client': field(integer(1, 10_000), 50),
  'errors-per-connection': field(integer(1, 1000), 20),
  'session-time': field(duration, 2 * HOUR),
  'idle-time': field(duration, 10 * MINUTE),
  'sign-in-failures': field(integer(0, 1000), 10),
  'ban-time': field(duration, HOUR),
  'queue-size': field(size(), 0),
  'free-disk': field(size(), 4 * MIB),
}
const sessionKeys = { 'data.limits.received-headers': field(integer(1, 1000), 50) }

/** `[limits]` and the one key of `[session]` that routing depends on. */
export function readLimits(root: Table, problems: Problems): Limits {
  const none: Table = { kind: 'table', path: [], place: root.place, keyPlace: root.place, entries: new Map() }
  const { values } = readTable(subTable(root, 'limits', problems) ?? none, limitKeys, problems)
  const session = readTable(subTable(root, 'session', problems) ?? none, sessionKeys, problems)
  return {
    maxMessageBytes: values['message-size'],
    maxRecipients: values['recipients-per-message'],
    maxMessagesPerHour: values['messages-per-hour'],
    maxMessagesPerDay: values['messages-per-day'],
    maxConnections: values.connections,
    maxConnectionsPerClient: values['connections-per-client'],
    maxErrors: values['errors-per-connection'],
    sessionMs: values['session-time'],
    idleMs: values['idle-time'],
    maxSignInFailures: values['sign-in-failures'],
    banMs: values['ban-time'],
    maxQueueBytes: values['queue-size'],
    minFreeDiskBytes: values['free-disk'],
    maxReceivedHeaders: session.values['data.limits.received-headers'],
  }
}
