import type { MxRoute, RelayRoute, Route, Settings, Strategy } from '../../../../main/contract/index.ts'
import { createDnsCache, createRouter } from '../../../../main/engine/routing/index.ts'
import type { RecipientFacts, Router, RouterWorld } from '../../../../main/engine/routing/index.ts'
import type { Random } from '../../../../main/engine/system/index.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import type { HeldClock } from '../../../support/held-clock.ts'
import { createZoneResolver } from '../../../support/zone-resolver.ts'
import type { FakeZone, ZoneResolver } from '../../../support/zone-resolver.ts'

/** A shuffle that changes nothing. */
export const keepOrder: Random = { bytes: (count) => Buffer.alloc(count), below: (below) => below - 1 }

/** A shuffle that turns each list around: Fisher-Yates asks for length, length - 1, … 2. */
export function reverseOrder(): Random {
  let size = 0
  let last = 0
  return {
    bytes: (count) => Buffer.alloc(count),
    below(below) {
      if (below !== last - 1) size = below
      last = below
      const mirror = size - below
      return mirror < below ? mirror : below - 1
    },
  }
}

export const plain = (text: string): Strategy => ({ branches: [], else: text })

export const mxRoute = (id: string, more: Partial<MxRoute> = {}): MxRoute => ({
  type: 'mx',
  id,
  description: '',
  maxHosts: 5,
  maxAddressesPerHost: 2,
  ipLookup: 'ipv4_then_ipv6',
  ipFallback: false,
  allowLoopback: false,
  ...more,
})

export const relayRoute = (id: string, more: Partial<RelayRoute> = {}): RelayRoute => ({
  type: 'relay',
  id,
  description: '',
  address: 'relay.example.org',
  port: 25,
  protocol: 'smtp',
  tls: { implicit: false, allowInvalidCertificates: false },
  auth: null,
  batchDomains: false,
  ...more,
})

export const localRoute = (id: string): Route => ({ type: 'local', id, description: '' })

/** Routes by their ids. */
export const routesOf = (...routes: Route[]): Record<string, Route> => Object.fromEntries(routes.map((route) => [route.id, route]))

export interface Given {
  readonly route?: Strategy
  readonly schedule?: Strategy
  readonly tls?: Strategy
  readonly connection?: Strategy
  readonly routes?: Record<string, Route>
  readonly settings?: (settings: Settings) => void
}

/** Settings with the directory, store and strategies of the worked cases. */
export function settingsWith(given: Given = {}): Settings {
  const settings: Settings = {
    server: { hostname: 'relay.office.test', listeners: [], tls: { certificate: null, key: null, pfx: null, passphrase: '' } },
    access: { networks: ['private'], accounts: [], devices: [] },
    limits: {
      maxMessageBytes: 1e8,
      maxRecipients: 100,
      maxMessagesPerHour: 0,
      maxMessagesPerDay: 0,
      maxConnectionsPerClient: 100,
      maxErrors: 20,
      sessionMs: 7_200_000,
      idleMs: 600_000,
      maxSignInFailures: 10,
      banMs: 3_600_000,
      maxConnections: 100,
      maxQueueBytes: 0,
      minFreeDiskBytes: 0,
      maxReceivedHeaders: 50,
    },
    directories: {
      default: { id: 'default', domains: ['example.org', 'branch.example.org'], addresses: ['alice@example.org'], mailboxes: [] },
    },
    stores: { default: { id: 'default', values: { 'vip@client.example': '' } } },
    resolver: { servers: [], timeoutMs: 5000, attempts: 2 },
    report: { domain: 'example.org', submitter: 'relay.office.test', fromName: '', fromAddress: '', toUnauthenticated: false },
    activity: { keepMs: 1 },
    queue: {
      routes: given.routes ?? {},
      schedules: {},
      connections: {},
      tls: {},
      sourceIps: {},
      strategy: {
        route: given.route ?? { branches: [{ if: "is_local_domain('*', rcpt_domain)", then: "'local'" }], else: "'mx'" },
        schedule: given.schedule ?? plain("'remote'"),
        tls: given.tls ?? {
          branches: [{ if: "retry_num > 0 && last_error == 'tls'", then: "'invalid-tls'" }],
          else: "'default'",
        },
        connection: given.connection ?? plain("'default'"),
      },
      routeFallback: 'none',
      flat: {},
    },
  }
  given.settings?.(settings)
  return settings
}

export function factsFor(recipient: string, more: Partial<RecipientFacts> = {}): RecipientFacts {
  return {
    recipient,
    recipients: [recipient],
    sender: 'alice@example.org',
    priority: 0,
    retryNum: 0,
    notifyNum: 0,
    expiresIn: 432_000,
    lastStatus: 'Scheduled',
    lastError: 'none',
    queueName: 'remote',
    queueAgeSeconds: 90,
    receivedFromIp: '192.168.1.23',
    receivedViaPort: 587,
    source: 'authenticated',
    size: 2048,
    ...more,
  }
}

export interface TestRouter {
  readonly router: Router
  readonly resolver: ZoneResolver
  readonly clock: HeldClock
}

export function routerWith(settings: Settings, zone: FakeZone = {}, more: Partial<RouterWorld> = {}): TestRouter {
  const clock = createHeldClock()
  const resolver = createZoneResolver(zone)
  const router = createRouter({
    settings,
    resolver,
    cache: createDnsCache(clock),
    lookup: async () => [],
    random: keepOrder,
    clock,
    ownAddresses: () => [],
    listensOn25: () => false,
    ...more,
  })
  return { router, resolver, clock }
}
