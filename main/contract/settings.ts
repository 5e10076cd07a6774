import { z } from 'zod'

/**
 * The settings as the engine uses them: defaults filled in, macros expanded, durations in milliseconds, sizes in bytes. How they are written
 * in config.toml is the config room's business. `secret` fields hold real passwords and never cross the bridge: the window gets `settingsView`.
 */

export const tlsPolicy = z.enum(['optional', 'require', 'disable'])
export type TlsPolicy = z.infer<typeof tlsPolicy>

/** One if/then/else list as written: expression texts. A plain expression has no branches. */
export const strategy = z.object({
  branches: z.array(z.object({ if: z.string(), then: z.string() })),
  else: z.string(),
})
export type Strategy = z.infer<typeof strategy>

export const ipLookup = z.enum(['ipv4_only', 'ipv6_only', 'ipv4_then_ipv6', 'ipv6_then_ipv4'])
export type IpLookup = z.infer<typeof ipLookup>

export const localRoute = z.object({ type: z.literal('local'), id: z.string(), description: z.string() })
export const mxRoute = z.object({
  type: z.literal('mx'),
  id: z.string(),
  description: z.string(),
  maxHosts: z.int(),
  maxAddressesPerHost: z.int(),
  ipLookup,
  /** Also try the other IP family when the first cannot be connected (routing rules 4.3, mode `concat`). */
  ipFallback: z.boolean(),
  allowLoopback: z.boolean(),
})
export const relayRoute = z.object({
  type: z.literal('relay'),
  id: z.string(),
  description: z.string(),
  address: z.string(),
  port: z.int(),
  protocol: z.enum(['smtp', 'lmtp']),
  tls: z.object({ implicit: z.boolean(), allowInvalidCertificates: z.boolean() }),
  /** null: no sign-in. */
  auth: z.object({ username: z.string(), secret: z.string(), allowCleartext: z.boolean() }).nullable(),
  batchDomains: z.boolean(),
})
export const route = z.discriminatedUnion('type', [localRoute, mxRoute, relayRoute])
export type LocalRoute = z.infer<typeof localRoute>
export type MxRoute = z.infer<typeof mxRoute>
export type RelayRoute = z.infer<typeof relayRoute>
export type Route = z.infer<typeof route>

export const schedule = z.object({
  id: z.string(),
  description: z.string(),
  queueName: z.string(),
  /** At least one wait; the last repeats. */
  retryMs: z.array(z.int()).min(1),
  /** Ascending, counted from acceptance; empty = never. */
  notifyMs: z.array(z.int()),
  expiry: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('time'), afterMs: z.int() }),
    z.object({ kind: z.literal('attempts'), count: z.int() }),
  ]),
})
export type Schedule = z.infer<typeof schedule>

export const connectionSettings = z.object({
  id: z.string(),
  /** null: `server.hostname`. */
  ehloHostname: z.string().nullable(),
  sourceIps: z.array(z.string()),
  timeoutMs: z.object({
    connect: z.int(),
    greeting: z.int(),
    ehlo: z.int(),
    mailFrom: z.int(),
    rcptTo: z.int(),
    data: z.int(),
  }),
})
export type ConnectionSettings = z.infer<typeof connectionSettings>

export const tlsSettings = z.object({
  id: z.string(),
  dane: tlsPolicy,
  mtaSts: tlsPolicy,
  starttls: tlsPolicy,
  allowInvalidCertificates: z.boolean(),
  timeoutMs: z.object({ tls: z.int(), mtaSts: z.int() }),
})
export type TlsSettings = z.infer<typeof tlsSettings>

export const listener = z.object({
  id: z.string(),
  /** Pairs of address and port; port 0 takes any free one. */
  bind: z.array(z.object({ address: z.string(), port: z.int() })).min(1),
  tls: z.enum(['none', 'optional', 'required', 'implicit']),
  /** `none`: an allowed network is needed; `optional`: a network or an account; `required`: an account. */
  auth: z.enum(['none', 'optional', 'required']),
  /** From where one may sign in. `networks` with auth `required` means that both are needed. */
  authFrom: z.enum(['anywhere', 'networks']),
  /** Which clients may sign in without TLS. */
  authCleartext: z.enum(['never', 'loopback', 'private']),
  /** `legacy`: TLS 1.0 and its ciphers too, for private networks alone. */
  tlsProfile: z.enum(['modern', 'legacy']),
  /** Who may send here without signing in; null: `access.networks`. */
  networks: z.array(z.string()).nullable(),
})
export type ListenerSettings = z.infer<typeof listener>

export const account = z.object({
  name: z.string(),
  /** The password, or its `$scrypt$…` hash. */
  secret: z.string(),
  /** Patterns such as `*@example.org`; empty = any sender. */
  senders: z.array(z.string()),
  /** Patterns too; empty = any recipient. */
  recipients: z.array(z.string()),
  /** From where it may sign in; empty = wherever the listener lets one sign in. */
  networks: z.array(z.string()),
  /** 0: the general limit counts. */
  maxMessagesPerHour: z.int(),
  maxMessagesPerDay: z.int(),
})
export type Account = z.infer<typeof account>

/** A device, or a range of them, that the settings name. The narrowest range that fits an address is what counts for it. */
export const namedDevice = z.object({
  id: z.string(),
  /** What people call it. */
  name: z.string(),
  /** An IP address or a CIDR. */
  address: z.string(),
  /** Not heard, though its network may send; otherwise it may send, though its network may not. */
  blocked: z.boolean(),
  recipients: z.array(z.string()),
  /** 0: the general limit counts. */
  maxMessagesPerHour: z.int(),
  maxMessagesPerDay: z.int(),
})
export type NamedDevice = z.infer<typeof namedDevice>

/** Files of the office's own certificate: PEM, or PKCS#12; all null: Mailroom makes one. Relative paths begin at the folder of config.toml. */
export const ownCertificate = z.object({
  certificate: z.string().nullable(),
  key: z.string().nullable(),
  pfx: z.string().nullable(),
  /** '' when there is none. */
  passphrase: z.string(),
})
export type OwnCertificate = z.infer<typeof ownCertificate>

export const limits = z.object({
  maxMessageBytes: z.int(),
  maxRecipients: z.int(),
  /** Per client address, and per account for those who sign in; 0 = no limit. */
  maxMessagesPerHour: z.int(),
  maxMessagesPerDay: z.int(),
  /** Open at the same time, of all listeners together. */
  maxConnections: z.int(),
  maxConnectionsPerClient: z.int(),
  /** Wrong commands in one connection. */
  maxErrors: z.int(),
  sessionMs: z.int(),
  idleMs: z.int(),
  /** Failed sign-ins from one address before it is banned; 0 = never. */
  maxSignInFailures: z.int(),
  banMs: z.int(),
  /** Bytes of all waiting mail; 0 = no limit. */
  maxQueueBytes: z.int(),
  /** Below this many free bytes nothing more is accepted. */
  minFreeDiskBytes: z.int(),
  /** Received: fields beyond which a message is in a loop (RFC 5321 §6.3). */
  maxReceivedHeaders: z.int(),
})
export type Limits = z.infer<typeof limits>

export const mailbox = z.object({ id: z.string(), /** `name@domain`, `@domain` or `*`. */ addresses: z.array(z.string()) })
export type Mailbox = z.infer<typeof mailbox>
export const directory = z.object({
  id: z.string(),
  domains: z.array(z.string()),
  addresses: z.array(z.string()),
  mailboxes: z.array(mailbox),
})
export type Directory = z.infer<typeof directory>

/** A list or map for key_exists and key_get; a plain list has '' as every value. */
export const store = z.object({ id: z.string(), values: z.record(z.string(), z.string()) })
export type Store = z.infer<typeof store>

export const settings = z.object({
  server: z.object({ hostname: z.string(), listeners: z.array(listener), tls: ownCertificate }),
  access: z.object({ networks: z.array(z.string()), accounts: z.array(account), devices: z.array(namedDevice) }),
  limits,
  directories: z.record(z.string(), directory),
  stores: z.record(z.string(), store),
  resolver: z.object({
    /** Empty: the system's. */
    servers: z.array(z.string()),
    timeoutMs: z.int(),
    attempts: z.int(),
  }),
  report: z.object({
    domain: z.string(),
    /** Reporting-MTA. */
    submitter: z.string(),
    fromName: z.string(),
    fromAddress: z.string(),
    /** Also tell senders that did not sign in and are not in the allowed networks. */
    toUnauthenticated: z.boolean(),
  }),
  activity: z.object({ keepMs: z.int() }),
  queue: z.object({
    routes: z.record(z.string(), route),
    schedules: z.record(z.string(), schedule),
    connections: z.record(z.string(), connectionSettings),
    tls: z.record(z.string(), tlsSettings),
    /** EHLO name per source IP; beats the connection strategy's. */
    sourceIps: z.record(z.string(), z.object({ ehloHostname: z.string() })),
    strategy: z.object({ route: strategy, schedule: strategy, connection: strategy, tls: strategy }),
    /** An unknown route name goes straight to MX instead of waiting. Off unless asked for. */
    routeFallback: z.enum(['none', 'mx']),
    /** Flattened settings as written (macros expanded, secrets left out), for config_get. */
    flat: z.record(z.string(), z.string()),
  }),
})
export type Settings = z.infer<typeof settings>

/** How a secret is kept, told instead of the secret itself. */
export const secretState = z.enum(['stored', 'macro', 'plain'])
export type SecretState = z.infer<typeof secretState>
/** An account's may also be a hash, which stands in the file as it is. */
export const accountSecretState = z.enum([...secretState.options, 'hashed'])
export type AccountSecretState = z.infer<typeof accountSecretState>

const relayRouteView = relayRoute.extend({
  auth: z.object({ username: z.string(), secret: secretState, allowCleartext: z.boolean() }).nullable(),
})
export type RelayRouteView = z.infer<typeof relayRouteView>
export const routeView = z.discriminatedUnion('type', [localRoute, mxRoute, relayRouteView])
export type RouteView = z.infer<typeof routeView>

/** The settings as the window may see them: no secret in it. */
export const settingsView = settings.extend({
  server: settings.shape.server.extend({ tls: ownCertificate.extend({ passphrase: secretState.nullable() }) }),
  access: settings.shape.access.extend({ accounts: z.array(account.extend({ secret: accountSecretState })) }),
  queue: settings.shape.queue.extend({ routes: z.record(z.string(), routeView) }),
})
export type SettingsView = z.infer<typeof settingsView>
