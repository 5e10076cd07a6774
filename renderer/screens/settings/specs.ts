import type { Spec } from './spec.ts'

/** The keys of config.toml that this screen shows, part by part. What they may be the engine alone decides. */

export const hostname: Spec = {
  key: 'server.hostname',
  kind: 'text',
  label: 'settings.hostname',
  hint: 'settings.hostname.hint',
  inForce: ({ server }) => server.hostname,
}

export const reports: readonly Spec[] = [
  {
    key: 'report.dsn.from-name',
    kind: 'expression',
    label: 'settings.report.name',
    inForce: ({ report }) => report.fromName,
  },
  {
    key: 'report.dsn.from-address',
    kind: 'expression',
    label: 'settings.report.address',
    hint: 'settings.report.address.hint',
    inForce: ({ report }) => report.fromAddress,
  },
  {
    key: 'report.domain',
    kind: 'text',
    label: 'settings.report.domain',
    hint: 'settings.report.domain.hint',
    inForce: ({ report }) => report.domain,
  },
  {
    key: 'report.submitter',
    kind: 'expression',
    label: 'settings.report.submitter',
    hint: 'settings.report.submitter.hint',
    inForce: ({ report }) => report.submitter,
  },
  {
    key: 'report.dsn.to-unauthenticated',
    kind: 'switch',
    label: 'settings.report.strangers',
    hint: 'settings.report.strangers.hint',
    inForce: ({ report }) => Number(report.toUnauthenticated),
  },
]

export const limits: readonly Spec[] = [
  {
    key: 'limits.message-size',
    kind: 'size',
    units: ['K', 'M', 'G'],
    label: 'settings.limit.size',
    hint: 'settings.limit.size.hint',
    inForce: (settings) => settings.limits.maxMessageBytes,
  },
  {
    key: 'limits.recipients-per-message',
    kind: 'number',
    label: 'settings.limit.recipients',
    hint: 'settings.limit.recipients.hint',
    inForce: (settings) => settings.limits.maxRecipients,
  },
  {
    key: 'limits.messages-per-hour',
    kind: 'number',
    behind: 'settings.anHour',
    label: 'settings.limit.hour',
    hint: 'settings.limit.hour.hint',
    inForce: (settings) => settings.limits.maxMessagesPerHour,
  },
  {
    key: 'limits.messages-per-day',
    kind: 'number',
    behind: 'settings.aDay',
    label: 'settings.limit.day',
    hint: 'settings.limit.none',
    inForce: (settings) => settings.limits.maxMessagesPerDay,
  },
  {
    key: 'limits.queue-size',
    kind: 'size',
    units: ['M', 'G'],
    label: 'settings.limit.queue',
    hint: 'settings.limit.queue.hint',
    inForce: (settings) => settings.limits.maxQueueBytes,
  },
  {
    key: 'limits.free-disk',
    kind: 'size',
    units: ['M', 'G'],
    label: 'settings.limit.disk',
    hint: 'settings.limit.disk.hint',
    inForce: (settings) => settings.limits.minFreeDiskBytes,
  },
]

/** Against what is broken or hostile; a usual office never meets them. */
export const defences: readonly Spec[] = [
  {
    key: 'limits.connections',
    kind: 'number',
    label: 'settings.limit.connections',
    inForce: (settings) => settings.limits.maxConnections,
  },
  {
    key: 'limits.connections-per-client',
    kind: 'number',
    label: 'settings.limit.perClient',
    inForce: (settings) => settings.limits.maxConnectionsPerClient,
  },
  {
    key: 'limits.errors-per-connection',
    kind: 'number',
    label: 'settings.limit.errors',
    hint: 'settings.limit.errors.hint',
    inForce: (settings) => settings.limits.maxErrors,
  },
  {
    key: 'limits.session-time',
    kind: 'duration',
    units: ['s', 'm', 'h'],
    label: 'settings.limit.session',
    inForce: (settings) => settings.limits.sessionMs,
  },
  {
    key: 'limits.idle-time',
    kind: 'duration',
    units: ['s', 'm', 'h'],
    label: 'settings.limit.idle',
    hint: 'settings.limit.idle.hint',
    inForce: (settings) => settings.limits.idleMs,
  },
  {
    key: 'limits.sign-in-failures',
    kind: 'number',
    label: 'settings.limit.failures',
    hint: 'settings.limit.failures.hint',
    inForce: (settings) => settings.limits.maxSignInFailures,
  },
  {
    key: 'limits.ban-time',
    kind: 'duration',
    units: ['m', 'h', 'd'],
    label: 'settings.limit.ban',
    inForce: (settings) => settings.limits.banMs,
  },
  {
    key: 'session.data.limits.received-headers',
    kind: 'number',
    label: 'settings.limit.received',
    hint: 'settings.limit.received.hint',
    inForce: (settings) => settings.limits.maxReceivedHeaders,
  },
]

export const lookups: readonly Spec[] = [
  {
    key: 'resolver.timeout',
    kind: 'duration',
    units: ['s', 'm'],
    label: 'settings.resolver.timeout',
    inForce: ({ resolver }) => resolver.timeoutMs,
  },
  {
    key: 'resolver.attempts',
    kind: 'number',
    behind: 'settings.times',
    label: 'settings.resolver.attempts',
    inForce: ({ resolver }) => resolver.attempts,
  },
]

export const keeping: readonly Spec[] = [
  {
    key: 'activity.keep',
    kind: 'duration',
    units: ['d', 'h'],
    label: 'settings.keep.activity',
    hint: 'settings.keep.activity.hint',
    inForce: ({ activity }) => activity.keepMs,
  },
]
