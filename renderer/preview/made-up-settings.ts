import type { ConfigState } from '../../main/contract/channels.ts'
import type { SettingsView } from '../../main/contract/settings.ts'

const hour = 3_600_000
const limits = {
  maxMessageBytes: 50_000_000,
  maxRecipients: 100,
  maxMessagesPerHour: 1000,
  maxMessagesPerDay: 5000,
  maxConnections: 1000,
  maxConnectionsPerClient: 50,
  maxErrors: 20,
  sessionMs: 2 * hour,
  idleMs: hour / 6,
  maxSignInFailures: 10,
  banMs: hour,
  maxQueueBytes: 0,
  minFreeDiskBytes: 5e8,
  maxReceivedHeaders: 50,
}
const relay = (
  id: string,
  description: string,
  address: string,
  port: number,
  username: string,
): SettingsView['queue']['routes'][string] => ({
  type: 'relay',
  id,
  description,
  address,
  port,
  protocol: 'smtp',
  tls: { implicit: false, allowInvalidCertificates: false },
  auth: { username, secret: 'stored', allowCleartext: false },
  batchDomains: false,
})

const account = (name: string, sender: string): SettingsView['access']['accounts'][number] => ({
  name,
  secret: 'stored',
  senders: [sender],
  recipients: [],
  networks: [],
  maxMessagesPerHour: 0,
  maxMessagesPerDay: 0,
})

const settings: SettingsView = {
  server: {
    hostname: 'mailroom.office.lan',
    listeners: [
      {
        id: 'lan',
        bind: [{ address: '0.0.0.0', port: 2525 }],
        tls: 'optional',
        auth: 'optional',
        authFrom: 'anywhere',
        authCleartext: 'loopback',
        tlsProfile: 'modern',
        networks: null,
      },
    ],
    tls: { certificate: null, key: null, pfx: null, passphrase: null },
  },
  access: {
    networks: ['private'],
    accounts: [account('nas', '*@alderfinch.example'), account('invoices', 'billing@alderfinch.example')],
    devices: [],
  },
  limits,
  directories: {
    default: { id: 'default', domains: ['office.lan'], addresses: [], mailboxes: [{ id: 'inbox', addresses: ['inbox@office.lan'] }] },
  },
  stores: {},
  resolver: { servers: [], timeoutMs: 5000, attempts: 2 },
  report: {
    domain: 'office.lan',
    submitter: 'mailroom.office.lan',
    fromName: 'Mailroom',
    fromAddress: 'postmaster@office.lan',
    toUnauthenticated: false,
  },
  activity: { keepMs: 90 * 24 * hour },
  queue: {
    routes: {
      local: { type: 'local', id: 'local', description: 'Office mailboxes' },
      m365: relay('m365', 'Microsoft 365', 'smtp.office365.com', 587, 'scans@alderfinch.example'),
      smtp2go: relay('smtp2go', 'SMTP2GO', 'mail-eu.smtp2go.com', 2525, 'alderfinch'),
      mx: {
        type: 'mx',
        id: 'mx',
        description: '',
        maxHosts: 5,
        maxAddressesPerHost: 2,
        ipLookup: 'ipv4_then_ipv6',
        ipFallback: true,
        allowLoopback: false,
      },
    },
    schedules: {
      remote: {
        id: 'remote',
        description: '',
        queueName: 'remote',
        retryMs: [120_000, 300_000, 900_000, 2 * hour],
        notifyMs: [],
        expiry: { kind: 'time', afterMs: 72 * hour },
      },
    },
    connections: {},
    tls: {},
    sourceIps: {},
    strategy: {
      route: {
        branches: [
          { if: "is_local_domain('', rcpt_domain)", then: "'local'" },
          { if: "received_from_ip == '192.168.1.61'", then: "'smtp2go'" },
          { if: 'retry_num > 1', then: "'smtp2go'" },
        ],
        else: "'m365'",
      },
      schedule: { branches: [], else: "'remote'" },
      connection: { branches: [], else: "'default'" },
      tls: { branches: [], else: "'default'" },
    },
    routeFallback: 'none',
    flat: {},
  },
}

const text = `# Mailroom's settings. Saved changes are taken up by themselves.
[server]
hostname = "mailroom.office.lan"

[queue.route.m365]
type = "relay"
description = "Microsoft 365"
address = "smtp.office365.com"
port = 587
auth.username = "scans@alderfinch.example"
auth.secret = "%{secret:m365}%"   # kept in the key store

[queue.strategy]
route = [
  { if = "is_local_domain('', rcpt_domain)", then = "'local'" },
  { if = "received_from_ip == '192.168.1.61'", then = "'smtp2go'" },
  { if = "retry_num > 1", then = "'smtp2go'" },
  { else = "'m365'" }
]
`

/** The settings of the made-up office and the file they come from. */
export const madeUpConfig: ConfigState = {
  path: '/home/tom/mailroom/config.toml',
  text,
  inForce: true,
  issues: [],
  settings,
  untouched: false,
}

/** The settings of a first start: everything stays in the mailbox `inbox`. */
export const firstConfig: ConfigState = {
  ...madeUpConfig,
  text: '[queue.strategy]\nroute = "\'local\'"\n',
  settings: {
    ...settings,
    access: { networks: ['private'], accounts: [], devices: [] },
    queue: {
      ...settings.queue,
      routes: {},
      strategy: { ...settings.queue.strategy, route: { branches: [], else: "'local'" } },
    },
  },
}
