import { join } from 'node:path'
import type { Alert, Answer, ListenerState, Oddity, Settings, Status } from '../contract/index.ts'
import { createActivity } from './activity/index.ts'
import type { Activity } from './activity/index.ts'
import { OURSELVES, configStateOf, createAnswerer, createExports, submit, createMailboxFiles } from './answers/index.ts'
import type { MailboxFiles, SubmitParts } from './answers/index.ts'
import { createConfigFile } from './config/index.ts'
import type { ConfigFile, LoadedConfig } from './config/index.ts'
import { createReporter } from './bounce/index.ts'
import { createDelivery, createLocalDelivery } from './delivery/index.ts'
import { createDevices } from './devices/index.ts'
import type { Devices } from './devices/index.ts'
import { compileNetworks, createCertificateKeeper, createGate, createListeners } from './listener/index.ts'
import type { CertificateKeeper, Listeners } from './listener/index.ts'
import { Mailboxes, addressesOf, createLetterSaver, createMaildir, createMailboxFinder } from './maildir/index.ts'
import { guardedDisk } from './guarded-disk.ts'
import { Notices } from './notices.ts'
import type { NoticeHandler } from './notices.ts'
import { createQueue, makeEntry } from './queue/index.ts'
import type { Queue } from './queue/index.ts'
import { acceptedDraft, letGo, tellUntold } from './retell.ts'
import { createDnsCache, createRouter } from './routing/index.ts'
import type { Router } from './routing/index.ts'
import { createSecretStore } from './secrets/index.ts'
import type { SecretCipher } from './secrets/index.ts'
import { createSpool } from './spool/index.ts'
import type { Entry, EntryHead, Spool } from './spool/index.ts'
import { StartProblem, asStartProblem, lockFolder } from './start-problem.ts'
import { StorageWatch, watchedSpool } from './storage-watch.ts'
import { statusOf } from './status.ts'
import type { InterfaceAddress, Lock, System } from './system/index.ts'

export { StartProblem }

export interface EngineOptions {
  readonly system: System
  /** Everything we keep lies here; made when missing. */
  readonly dataFolder: string
  /** config.toml of the data folder unless given. */
  readonly configPath?: string
  /** The first one locks new secrets. */
  readonly ciphers: readonly [SecretCipher, ...SecretCipher[]]
  /** What to call this process when another one finds the folder taken. */
  readonly holder: string
  /** Spread long waits a little; off in tests. */
  readonly jitter?: boolean
}

export interface Engine {
  readonly configPath: string
  readonly listeners: readonly ListenerState[]
  status(): Status
  /** What needs a person, whenever that changes. */
  onAlerts(handler: (alerts: readonly Alert[]) => void): () => void
  /** One request of the contract; checked, answered, never thrown. */
  ask(request: string, args: unknown): Promise<Answer<unknown>>
  onNotice(handler: NoticeHandler): () => void
  /** For the shell alone: writes where a person said. */
  readonly mailboxFiles: MailboxFiles
  /** The machine woke up or its network changed. */
  wake(): void
  /** Takes no more mail, gives running attempts `graceMs`, and leaves everything durable. */
  stop(graceMs: number): Promise<void>
}

/**
 * Builds the rooms, hands them to each other and starts them in order: what was accepted before is known before anything new is taken.
 * @throws StartProblem with words for people: the folder cannot be written, another engine holds it, its format is from the future
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { system, dataFolder } = options
  const lock = await lockFolder(system.disk, dataFolder, options.holder)
  /** What a start that fails must not leave open: the process would not end. */
  const opened: (() => Promise<void>)[] = []
  try {
    return await buildEngine(options, lock, (close) => void opened.push(close))
  } catch (thrown) {
    for (const close of opened.reverse()) await close().catch(() => undefined)
    // With the folder gone or read-only the lock stays; whoever comes next sees that nobody holds it.
    await lock.release().catch(() => undefined)
    throw asStartProblem(thrown, dataFolder)
  }
}

async function buildEngine(options: EngineOptions, lock: Lock, onOpened: (close: () => Promise<void>) => void): Promise<Engine> {
  const { dataFolder } = options
  const guarded = guardedDisk(options.system.disk, dataFolder)
  const system = { ...options.system, disk: guarded.disk }
  const { clock, disk, random, network } = system
  const configPath = options.configPath ?? join(dataFolder, 'config.toml')

  const secrets = createSecretStore(disk, join(dataFolder, 'secrets.json'), options.ciphers)
  const unreadableSecrets = await secrets.open()
  const ownAddresses = (): string[] => network.interfaces().map(({ address }) => address)
  const config = createConfigFile({ path: configPath, system, secrets: (name) => secrets.get(name), ownAddresses })
  onOpened(() => config.close())
  const loaded = await config.open()
  const settings = (): Settings => config.current.settings

  const stored = createSpool({ disk, clock, random, folder: join(dataFolder, 'spool') })
  const storage = new StorageWatch({
    disk,
    clock,
    activity: { raise: (alert) => activity.raise(alert), clear: (key) => activity.clear(key) },
    dataFolder,
    freeBytes: () => stored.freeBytes(),
    minFreeBytes: () => settings().limits.minFreeDiskBytes,
    // A file that vanished with its folder is watched no more.
    backAgain: () => void config.lookAgain(),
  })
  const activity = createActivity({
    disk,
    clock,
    folder: join(dataFolder, 'activity'),
    keepMs: () => settings().activity.keepMs,
    onTrouble: (error) => storage.trouble(error),
  })
  await activity.open()
  onOpened(() => activity.close())
  const spool = watchedSpool(stored, storage)
  const recovered = await spool.open()
  guarded.arm()
  onOpened(() => spool.close())
  await tellUntold(activity, [...recovered.entries, ...recovered.finished])
  await letGo(recovered.finished, activity, spool)

  const gate = createGate({ clock, random, spool, settings, bansChanged: () => tellDevices() })
  const certificates = createCertificateKeeper({
    clock,
    disk,
    folder: join(dataFolder, 'tls'),
    configPath,
    names: () => ({ hostname: settings().server.hostname, addresses: ownAddresses() }),
    own: () => settings().server.tls,
    problem: (text) => activity.record({ type: 'problem', where: 'server.tls', text }),
    changed: () => tellDevices(),
  })
  const devices = createDevices({
    clock,
    disk,
    file: join(dataFolder, 'devices.json'),
    settings,
    interfaces: () => network.interfaces(),
    allowed: (address) => compileNetworks(settings().access.networks).includes(address),
    bans: () => gate.bans(),
    certificate: () => certificates.view(),
    history: (sinceAt) => activity.read({ sinceAt }),
    onTrouble: (error) =>
      activity.record({ type: 'problem', where: 'devices.json', text: error instanceof Error ? error.message : String(error) }),
  })
  await devices.open()
  onOpened(() => devices.close())
  devices.onChange(() => tellDevices())
  activity.onRecord((event) => devices.record(event))
  function tellDevices(): void {
    notices.devicesChanged(() => devices.view())
  }

  const cache = createDnsCache(clock)
  let router: Router = makeRouter()
  function makeRouter(): Router {
    return createRouter({
      settings: settings(),
      resolver: network.resolver(settings().resolver),
      cache,
      lookup: (name) => network.lookup(name),
      random,
      clock,
      ownAddresses,
      listensOn25: () => listeners.states.some(({ port, problem }) => port === 25 && problem === null),
      onUnknownName: (strategy, name) => ruleTrouble(strategy, `No ${strategy} strategy is called "${name}"; "default" is used.`),
      onRulesFailed: (strategy, reason) => ruleTrouble(strategy, `The rules for ${strategy} failed, "default" is used: ${reason}`),
    })
  }

  function ruleTrouble(strategy: string, text: string): void {
    activity.record({ type: 'problem', where: `queue.strategy.${strategy}`, text })
  }

  const mailFolder = join(dataFolder, 'mail')
  const maildir = createMaildir({
    disk,
    clock,
    random,
    folder: mailFolder,
    hostname: settings().server.hostname,
    processId: system.processId,
    platform: system.platform,
  })
  const mailboxes = new Mailboxes({
    disk,
    clock,
    maildir,
    folder: mailFolder,
    configured: () => addressesOf(settings().directories),
    changed: () => notices.mailboxesChanged(() => mailboxes.summaries()),
  })
  let mailboxFor = createMailboxFinder(settings().directories)
  const delivery = createDelivery({
    network,
    clock,
    random,
    hostname: () => settings().server.hostname,
    ownEhloFor: (ip) => settings().queue.sourceIps[ip]?.ehloHostname ?? null,
    deliverLocally: createLocalDelivery({
      mailboxFor: (address) => mailboxFor(address),
      async store(mailbox, message, request, recipient) {
        const headerLines = [`Return-Path: <${request.envelope.reversePath ?? ''}>`, `Delivered-To: ${recipient.address}`]
        mailboxes.delivered(mailbox, await maildir.deliver({ mailbox, headerLines, message, size: request.size }))
      },
    }),
  })

  const notices = new Notices(clock, status)
  const submitting: SubmitParts = { spool, clock, firstEntry, accepted }
  const queue = createQueue({
    spool,
    router: () => router,
    delivery,
    activity,
    clock,
    random,
    settings,
    report: createReporter({
      spool,
      activity,
      clock,
      settings,
      async submit(message, envelope) {
        const id = spool.newId()
        await submit(submitting, id, { message, envelope, source: 'dsn', client: OURSELVES })
        return id
      },
    }),
    hasNetwork: () => network.interfaces().some(isReachable),
    jitter: options.jitter ?? true,
    changed: () => notices.queueChanged(() => ({ waiting: queue.waiting, held: queue.held })),
  })

  function firstEntry(head: EntryHead): Promise<Entry> {
    return makeEntry(head, router, settings())
  }
  /** The spool has it for good: tell, and let the queue take it up. */
  function accepted(entry: Entry, storedInMs: number, oddities: readonly Oddity[] = []): void {
    activity.record(acceptedDraft(entry, storedInMs, oddities))
    queue.add(entry)
  }

  const listeners = createListeners({
    clock,
    network,
    random,
    gate,
    odd: (news) => devices.odd(news),
    spool,
    settings,
    firstEntry,
    accepted,
    refused(event) {
      activity.record({ type: 'refused', ...event })
      if (event.reason === 'disk-low') storage.low()
    },
    problem: (text, where) => activity.record({ type: 'problem', text, where }),
    certificate: () => certificates.identity(),
  })

  let pausedByPerson = false
  function applyPause(): void {
    queue.setPaused(pausedByPerson || config.current.routingBroken)
    notices.statusChanged()
  }
  function status(): Status {
    return statusOf({
      running: true,
      deliveryPaused: config.current.routingBroken ? 'by-config' : pausedByPerson ? 'by-person' : 'no',
      hostname: settings().server.hostname,
      interfaces: network.interfaces(),
      listeners: listeners.states,
      counts: activity.counts(),
      waiting: queue.waiting,
      held: queue.held,
      alerts: activity.alerts,
      secretsProtected: secrets.protects,
    })
  }

  async function openListeners(): Promise<void> {
    const failed = (await listeners.apply()).flatMap(({ id, address, port, problem }) =>
      problem === null ? [] : [{ key: `listener-failed:${id}:${address}:${port}`, subject: id, detail: problem }],
    )
    for (const { key, kind } of activity.alerts) {
      if (kind === 'listener-failed' && !failed.some((one) => one.key === key)) activity.clear(key)
    }
    for (const one of failed) activity.raise({ ...one, kind: 'listener-failed', entryId: null })
  }

  config.onChange((changed, inForce) => {
    reportConfig(activity, changed, inForce)
    if (inForce) {
      // Other name servers may know better.
      cache.flush()
      router = makeRouter()
      mailboxFor = createMailboxFinder(settings().directories)
      applyPause()
      queue.settingsChanged()
      void certificates.refresh()
      tellDevices()
      void openListeners().then(() => notices.statusChanged())
    }
    notices.configChanged(configStateOf(config, configPath))
  })

  activity.onRecord((event, rows) => notices.rowsChanged(rows, event.seq))
  activity.onAlerts(() => notices.statusChanged())
  activity.record({ type: 'engine', what: 'started', text: `Mailroom runs on ${dataFolder}.` })
  reportConfig(activity, loaded, loaded.usable)
  reportRecovery(activity, recovered, unreadableSecrets)

  applyPause()
  queue.start(recovered.entries)
  onOpened(() => queue.stop(0))
  onOpened(() => listeners.close(0))
  await openListeners()
  void storage.look()

  await mailboxes.start()
  const mailboxFiles = createMailboxFiles({
    disk,
    clock,
    mailboxes,
    saver: createLetterSaver(disk, maildir),
    tell: (progress) => notices.tell('mailbox.exporting', progress),
  })
  const answer = createAnswerer({
    activity,
    queue,
    config,
    configPath,
    secrets,
    random,
    spool,
    exports: createExports({ activity, queue, spool, disk, clock, tell: notices.tell }),
    delivery,
    maildir,
    mailboxes,
    mailboxFiles,
    submitting,
    deviceParts: { devices, gate, certificates, random },
    router: () => router,
    status,
    tell: notices.tell,
    pause: (paused) => {
      pausedByPerson = paused
      applyPause()
    },
    devicePort: () => listeners.states.find(({ problem }) => problem === null)?.port ?? 0,
  })

  return {
    configPath,
    get listeners() {
      return listeners.states
    },
    status,
    onAlerts: (handler) => activity.onAlerts(handler),
    ask: answer,
    onNotice: (handler) => notices.on(handler),
    mailboxFiles,
    wake() {
      cache.flush()
      queue.wake()
      // With another network come other addresses.
      void certificates.refresh()
      tellDevices()
    },
    stop: async (graceMs) => {
      await storage.stop()
      await stopInOrder({ listeners, certificates, queue, config, delivery, mailboxes, activity, devices, spool, lock, notices }, graceMs)
    },
  }
}

/** Others can reach us there: neither this computer's own nor what it gave itself for want of a network (RFC 3927, RFC 4291 §2.5.6). */
function isReachable({ address, internal }: InterfaceAddress): boolean {
  return !internal && !address.startsWith('169.254.') && !/^fe[89ab]/i.test(address)
}

/** Nothing new is taken before the queue stops, and the log is closed when nobody has anything more to say. */
async function stopInOrder(
  rooms: {
    readonly listeners: Listeners
    readonly certificates: CertificateKeeper
    readonly queue: Queue
    readonly config: ConfigFile
    readonly delivery: { closeIdle(): Promise<void> }
    readonly mailboxes: Mailboxes
    readonly activity: Activity
    readonly devices: Devices
    readonly spool: Spool
    readonly lock: Lock
    readonly notices: Notices
  },
  graceMs: number,
): Promise<void> {
  rooms.notices.stop()
  rooms.mailboxes.stop()
  await rooms.config.close()
  await rooms.listeners.close(graceMs)
  rooms.certificates.close()
  await rooms.queue.stop(graceMs)
  await rooms.delivery.closeIdle()
  rooms.activity.record({ type: 'engine', what: 'stopped', text: 'Mailroom has stopped.' })
  await rooms.devices.close()
  await rooms.activity.close()
  await rooms.spool.close()
  await rooms.lock.release()
}

function reportConfig(activity: Activity, loaded: LoadedConfig, inForce: boolean): void {
  const errors = loaded.issues.filter(({ severity }) => severity === 'error')
  const [first] = errors
  activity.record({ type: 'config', what: inForce ? 'loaded' : 'refused', text: first?.message ?? 'The settings are in force.' })
  if (first === undefined) activity.clear('config-refused')
  else {
    const where = first.path === '' ? 'config.toml' : first.path
    const place = first.line === undefined ? where : `${where}, line ${first.line}`
    activity.raise({ key: 'config-refused', kind: 'config-refused', subject: place, detail: first.message, entryId: null })
  }
}

function reportRecovery(
  activity: Activity,
  recovered: { readonly entries: readonly Entry[]; readonly setAside: readonly { readonly file: string; readonly reason: string }[] },
  unreadableSecrets: readonly string[],
): void {
  if (recovered.entries.length > 0) {
    activity.record({ type: 'engine', what: 'recovered', text: `${recovered.entries.length} waiting messages were taken up again.` })
  }
  for (const { file, reason } of recovered.setAside) {
    activity.record({ type: 'set-aside', entryId: '', file, text: reason })
    activity.raise({ key: `entry-set-aside:${file}`, kind: 'entry-set-aside', subject: file, detail: reason, entryId: null })
  }
  for (const name of unreadableSecrets) {
    activity.raise({ key: `secret-unreadable:${name}`, kind: 'secret-unreadable', subject: name, detail: '', entryId: null })
  }
}
