import { Readable } from 'node:stream'
import type {
  ActivityDraft,
  ActivityEvent,
  Alert,
  MxRoute,
  RelayRoute,
  Route,
  Schedule,
  Settings,
} from '../../../../main/contract/index.ts'
import type { Delivery, DeliveryReport, DeliveryRequest } from '../../../../main/engine/delivery/index.ts'
import type { DeliveryFailure, EnvelopeRecipient, Outcome, Source } from '../../../../main/engine/mail/index.ts'
import { domainOf, makeReply } from '../../../../main/engine/mail/index.ts'
import type { ReportedRecipient } from '../../../../main/engine/bounce/index.ts'
import type { Queue, QueueParts } from '../../../../main/engine/queue/index.ts'
import { createQueue, makeEntry } from '../../../../main/engine/queue/index.ts'
import type { RecipientFacts, RouteDecision, Router } from '../../../../main/engine/routing/index.ts'
import type { Entry, EntryHead } from '../../../../main/engine/spool/index.ts'
import type { LaneLimits } from '../../../../main/engine/queue/lanes.ts'
import { DEFAULT_LIMITS } from '../../../../main/engine/queue/lanes.ts'
import type { HeldClock } from '../../../support/held-clock.ts'
import { createHeldClock } from '../../../support/held-clock.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const relayRoute = (id: string, more: Partial<RelayRoute> = {}): RelayRoute => ({
  type: 'relay',
  id,
  description: '',
  address: `${id}.test`,
  port: 25,
  protocol: 'smtp',
  tls: { implicit: false, allowInvalidCertificates: false },
  auth: null,
  batchDomains: false,
  ...more,
})
export const mxRoute = (id: string): MxRoute => ({
  type: 'mx',
  id,
  description: '',
  maxHosts: 5,
  maxAddressesPerHost: 2,
  ipLookup: 'ipv4_then_ipv6',
  ipFallback: false,
  allowLoopback: false,
})
export const ROUTES: Record<string, Route> = {
  local: { type: 'local', id: 'local', description: '' },
  mx: mxRoute('mx'),
  relay: relayRoute('relay'),
  fallback: relayRoute('fallback'),
}

export const schedule = (more: Partial<Schedule> = {}): Schedule => ({
  id: 'test',
  description: '',
  queueName: 'default',
  retryMs: [MINUTE],
  notifyMs: [],
  expiry: { kind: 'time', afterMs: 3 * DAY },
  ...more,
})

const strategy = { branches: [], else: `'default'` }

export function settingsWith(
  more: { schedules?: Record<string, Schedule>; routes?: Record<string, Route>; networks?: string[] } = {},
): Settings {
  return {
    server: { hostname: 'mailroom.office.test', listeners: [], tls: { certificate: null, key: null, pfx: null, passphrase: '' } },
    access: { networks: more.networks ?? ['private'], accounts: [], devices: [] },
    limits: {
      maxMessageBytes: 0,
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
    directories: {},
    stores: {},
    resolver: { servers: [], timeoutMs: 5000, attempts: 2 },
    report: {
      domain: 'office.test',
      submitter: 'mailroom.office.test',
      fromName: 'Mail Delivery Subsystem',
      fromAddress: 'MAILER-DAEMON@office.test',
      toUnauthenticated: false,
    },
    activity: { keepMs: 90 * DAY },
    queue: {
      routes: more.routes ?? ROUTES,
      schedules: more.schedules ?? {},
      connections: {},
      tls: {},
      sourceIps: {},
      strategy: { route: strategy, schedule: strategy, connection: strategy, tls: strategy },
      routeFallback: 'none',
      flat: {},
    },
  }
}

let lastId = 0
export interface HeadOptions {
  id?: string
  sender?: string | null
  createdAt: number
  to: readonly (string | EnvelopeRecipient)[]
  source?: Source
  client?: string
  account?: string | null
  ret?: 'FULL' | 'HDRS'
  envid?: string
}
export function headOf(options: HeadOptions): EntryHead {
  const { ret, envid } = options
  return {
    id: options.id ?? `m${String(++lastId).padStart(6, '0')}`,
    createdAt: options.createdAt,
    size: 1234,
    envelope: {
      reversePath: options.sender === undefined ? 'alice@example.org' : options.sender,
      parameters: { ...(ret === undefined ? {} : { ret }), ...(envid === undefined ? {} : { envid }) },
      recipients: options.to.map((to) => (typeof to === 'string' ? { address: to } : to)),
    },
    source: options.source ?? 'authenticated',
    client: {
      address: options.client ?? '192.168.1.23',
      port: 2525,
      listener: 'lan',
      helo: 'scanner',
      account: options.account ?? null,
      tls: null,
    },
    subject: 'A scan',
    messageId: '<scan@example.org>',
    has8Bit: false,
  }
}

export const completed = (more: Partial<Extract<Outcome, { kind: 'completed' }>> = {}): Outcome => ({
  kind: 'completed',
  host: 'mx.test',
  reply: makeReply(250, ['2.0.0 Ok']),
  via: 'relayed',
  dsnPassedOn: false,
  ...more,
})
const failed = (kind: 'temp_fail' | 'perm_fail', line: string, more: Partial<DeliveryFailure>): Outcome => {
  const reply = makeReply(Number(line.slice(0, 3)), [line.slice(4)])
  return {
    kind,
    entity: 'mx.test',
    failure: { class: 'unexpected-reply', status: reply.status ?? '', text: line, reply, cause: 'reply', ...more },
  }
}
export const temporary = (line = '451 4.3.0 Try later', more: Partial<DeliveryFailure> = {}): Outcome => failed('temp_fail', line, more)
export const permanent = (line = '550 5.1.1 No such user', more: Partial<DeliveryFailure> = {}): Outcome => failed('perm_fail', line, more)
export const refused = (more: Partial<DeliveryFailure> = {}): Outcome =>
  temporary('451 x', { class: 'connection', status: '4.4.1', text: 'Connection refused', reply: null, cause: 'connect', ...more })

/** One attempt as the fake delivery saw it. */
export interface Attempt {
  readonly at: number
  readonly entryId: string
  readonly route: string
  readonly domain: string
  readonly to: readonly string[]
}

export type Answer = (request: DeliveryRequest, signal: AbortSignal) => Outcome[] | Promise<Outcome[]>
export type Rules = (facts: RecipientFacts) => string

export interface World {
  readonly clock: HeldClock
  readonly startedAt: number
  readonly attempts: Attempt[]
  readonly events: (ActivityDraft & { at: number })[]
  readonly alerts: Map<string, Omit<Alert, 'since' | 'count'>>
  readonly reports: { readonly at: number; readonly entryId: string; readonly recipients: readonly ReportedRecipient[] }[]
  /** What is on disk: survives `restart`. */
  readonly disk: Map<string, Entry>
  readonly facts: RecipientFacts[]
  answer: Answer
  /** The addresses that every attempt tells of. */
  tries: DeliveryReport['tries']
  rules: Rules
  scheduleRules: Rules
  settings: Settings
  /** When set, thrown by every write. */
  diskTrouble: Error | null
  reportTrouble: Error | null
  /** The log takes until then to be safe on the disk; null: no time. */
  logSettles: Promise<void> | null
  writes: number
  running: number
  readonly queue: Queue
  submit(options: Omit<HeadOptions, 'createdAt'> & { createdAt?: number }): Promise<string>
  /** The process is killed and starts again from what is on disk. */
  restart(): void
  /** Seconds since the start of each attempt so far. */
  times(): number[]
  ofType<T extends ActivityEvent['type']>(type: T): Extract<ActivityDraft & { at: number }, { type: T }>[]
}

export interface WorldOptions {
  readonly schedules?: Record<string, Schedule>
  readonly routes?: Record<string, Route>
  readonly limits?: Partial<LaneLimits>
  readonly jitter?: boolean
  readonly hasNetwork?: () => boolean
  readonly networks?: string[]
}

/** A queue in a world of fakes that behave: a disk that survives restarts, rules as functions, next hops that answer as told. */
export function createWorld(options: WorldOptions = {}): World {
  const clock = createHeldClock()
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  let life = 0
  let queue: Queue
  const world: World = {
    clock,
    startedAt: clock.now(),
    attempts: [],
    events: [],
    alerts: new Map(),
    reports: [],
    disk: new Map(),
    facts: [],
    answer: (request) => request.recipients.map(() => temporary()),
    tries: [],
    rules: () => 'mx',
    scheduleRules: () => 'default',
    settings: settingsWith(options),
    diskTrouble: null,
    reportTrouble: null,
    logSettles: null,
    writes: 0,
    running: 0,
    get queue() {
      return queue
    },
    async submit(more) {
      const entry = await makeEntry(headOf({ createdAt: clock.now(), ...more }), router, world.settings)
      world.disk.set(entry.head.id, entry)
      queue.add(entry)
      return entry.head.id
    },
    restart() {
      life++
      queue = create(life)
      queue.start([...world.disk.values()])
    },
    times: () => world.attempts.map((attempt) => (attempt.at - world.startedAt) / SECOND),
    ofType: (type) => world.events.filter((event): event is never => event.type === type),
  }
  const router: Router = {
    decide: async (facts) => {
      world.facts.push(facts)
      return decisionFor(world.rules(facts), world.settings)
    },
    pickSchedule: async (facts) => world.scheduleRules(facts),
    pickTls: async () => 'default',
    pickConnection: async () => 'default',
    nextHops: async () => ({ hosts: [], problem: null }),
    explain: async () => {
      throw new Error('not asked for')
    },
    flush: () => undefined,
  }
  /** A process that was killed neither writes nor hears anything any more. */
  const never = new Promise<never>(() => undefined)
  function create(mine: number): Queue {
    const alive = () => mine === life
    const write = async (change: () => void) => {
      if (!alive()) return never
      if (world.diskTrouble !== null) throw world.diskTrouble
      world.writes++
      change()
    }
    const delivery: Pick<Delivery, 'deliver'> = {
      async deliver(request, signal): Promise<DeliveryReport> {
        if (!alive()) return never
        const { entryId, route, domain } = request
        world.attempts.push({ at: clock.now(), entryId, route: route.id, domain, to: request.recipients.map((to) => to.address) })
        world.running++
        const outcomes = await world.answer(request, signal)
        world.running--
        return alive() ? { outcomes, tries: world.tries, transcript: [] } : never
      },
    }
    const parts: QueueParts = {
      spool: {
        update: (entry) => write(() => world.disk.set(entry.head.id, entry)),
        remove: (id) => write(() => world.disk.delete(id)),
        read: () => Readable.from([]),
      },
      router: () => router,
      delivery,
      activity: {
        record: (draft) => {
          const event = { ...draft, seq: world.events.length, at: clock.now() }
          if (alive()) world.events.push(event)
          return event
        },
        raise: (alert) => void world.alerts.set(alert.key, alert),
        clear: (key) => void world.alerts.delete(key),
        settled: () => world.logSettles ?? Promise.resolve(),
        flush: () => Promise.resolve(),
      },
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        after: (ms, run) => clock.after(ms, () => alive() && run()),
      },
      random: { bytes: (count) => Buffer.alloc(count), below: (below) => below - 1 },
      settings: () => world.settings,
      report: async (entry, recipients) => {
        if (!alive()) return never
        if (world.reportTrouble !== null) throw world.reportTrouble
        world.reports.push({ at: clock.now(), entryId: entry.head.id, recipients })
      },
      ...(options.hasNetwork === undefined ? {} : { hasNetwork: options.hasNetwork }),
      jitter: options.jitter ?? false,
    }
    return createQueue(parts, limits)
  }
  queue = create(life)
  return world
}

function decisionFor(name: string, settings: Settings): RouteDecision {
  const route = settings.queue.routes[name] ?? null
  const problem =
    route === null
      ? ({ kind: 'temporary', class: 'io', status: '4.3.5', text: `There is no route "${name}"`, cause: 'route-unknown' } as const)
      : null
  return { route, name, rule: 0, trace: [], problem }
}

/** A gate that opens by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open: () => open() }
}

/** Rules of the page's failover example: local domain, else by retry number. */
export const failoverRules: Rules = (facts) =>
  domainOf(facts.recipient) === 'example.org' ? 'local' : facts.retryNum > 1 ? 'fallback' : 'mx'

/** Lets promises come to rest without time passing. */
export const settle = (world: World): Promise<void> => world.clock.advance(0)
