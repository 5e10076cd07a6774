import { startEngine } from '../../main/engine/engine.ts'
import type { Engine } from '../../main/engine/engine.ts'
import type { SecretCipher } from '../../main/engine/secrets/index.ts'
import type { System } from '../../main/engine/system/index.ts'
import type { Chance } from './chance.ts'
import { check } from './checks.ts'
import { Client, makeManners } from './client.ts'
import { SimulatedDisk } from './disk.ts'
import type { DiskMutant } from './disk.ts'
import { Ledger } from './ledger.ts'
import { makeServers, makeZone } from './hosts.ts'
import { HEALTHY } from './mail-server.ts'
import type { MailServer } from './mail-server.ts'
import { SimulatedNetwork } from './network.ts'
import { actAtRandom } from './person.ts'
import { makePlan, textOf } from './plan.ts'
import type { Plan } from './plan.ts'
import { makeSubmission } from './submission.ts'
import { makeMood, makeWeather } from './weather.ts'
import type { Weather } from './weather.ts'
import { World, quiet } from './world.ts'

export const DATA = '/data'
const CONFIG = `${DATA}/config.toml`
const JOURNAL = `${DATA}/spool/journal`
const MINUTE = 60_000
/** After the world has calmed down everything must have ended within this time. */
const PATIENCE_MS = 60 * 24 * 60 * MINUTE

export interface SimulationOptions {
  /** Breaks a promise on purpose. */
  readonly mutant?: Mutant
  /** Hears what happens, for people. */
  readonly tell?: (line: string) => void
}

export interface Mutant {
  readonly disk?: DiskMutant
  /** Changes the world that the engine is given. */
  readonly system?: (system: System) => System
}

export interface SimulationResult {
  readonly seed: number
  /** The same for the same seed and the same program. */
  readonly hash: string
  readonly steps: number
  readonly virtualMs: number
  readonly crashes: number
  readonly accepted: number
  readonly violations: readonly string[]
}

/** One run of the whole engine in a world made from one number. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const simulation = new Simulation(seed, options)
  const onRejection = (reason: unknown): void => simulation.ledger.violation(`unhandled rejection: ${stackOf(reason)}`)
  process.on('unhandledRejection', onRejection)
  try {
    return await simulation.run()
  } finally {
    process.off('unhandledRejection', onRejection)
  }
}

class Simulation {
  readonly ledger: Ledger
  readonly #seed: number
  readonly #world: World
  readonly #chance: Chance
  readonly #disk: SimulatedDisk
  readonly #network: SimulatedNetwork
  readonly #mutant: Mutant
  readonly #weather: Weather
  readonly #servers: MailServer[]
  readonly #plans: { plan: Plan; wall: number }[] = []
  #plan: Plan
  #engine: Engine | null = null
  #down = true
  #crashes = 0
  #clockJumps = 0
  #restarts = 0
  readonly #offline: { from: number; to: number }[] = []
  #calm = false
  #messages = 0
  #crashAtStep = Infinity

  constructor(seed: number, { mutant = {}, tell }: SimulationOptions) {
    this.#seed = seed
    this.#world = new World(seed)
    if (tell !== undefined) this.#world.tell = tell
    this.ledger = new Ledger(this.#world)
    this.#chance = this.#world.chance.fork()
    this.#mutant = mutant
    this.#disk = new SimulatedDisk(this.#world, mutant.disk)
    this.#network = new SimulatedNetwork(this.#world)
    this.#weather = makeWeather(this.#chance)
    this.#servers = makeServers({ world: this.#world, ledger: this.ledger, network: this.#network, chance: this.#chance })
    makeZone({ ledger: this.ledger, network: this.#network, chance: this.#chance }, this.#calm)
    this.#plan = makePlan(this.#chance)
    this.#disk.onDurable = (path, bytes) => {
      if (path.startsWith(JOURNAL)) this.ledger.journalled(bytes, true)
    }
    this.#network.onDial = (line) => this.ledger.follow(line)
    this.#network.onFinalAnswer = (name) => this.ledger.finalNames.add(name)
  }

  async run(): Promise<SimulationResult> {
    this.#putPlan(this.#plan)
    this.#schedule()
    this.#start()
    await this.#pass(this.#weather.horizonMs)
    await this.#calmDown()
    if (this.ledger.violations.length === 0) {
      check({
        ledger: this.ledger,
        disk: this.#disk,
        world: this.#world,
        plans: this.#plans,
        crashes: this.#crashes,
        clockJumps: this.#clockJumps,
        restarts: this.#restarts,
        offline: this.#offline,
        diskFailures: this.#disk.failures,
        mailboxFiles: [...this.#disk.files(`${DATA}/mail`)]
          .filter(([path]) => path.includes('/new/'))
          .map(([, bytes]) => bytes.toString('latin1')),
      })
    }
    const accepted = [...this.ledger.submissions.values()].filter(({ state }) => state === 'accepted').length
    const { steps, hash, mono } = this.#world
    return {
      seed: this.#seed,
      hash: hash.toString(16),
      steps,
      virtualMs: mono,
      crashes: this.#crashes,
      accepted,
      violations: this.ledger.violations.slice(0, 5),
    }
  }

  // ---- the engine's lives

  #start(): void {
    this.#down = false
    const { life } = this.#world
    this.#world.note(`engine starts, life ${life}`)
    const failuresBefore = this.#disk.failures
    startEngine({ system: this.#system(), dataFolder: DATA, ciphers: [CIPHER], holder: `life ${life}`, jitter: this.#chance.hits(0.5) })
      .then((engine) => {
        if (life === this.#world.life) this.#engine = engine
      })
      .catch((thrown: unknown) => {
        if (life !== this.#world.life) return
        if (this.#disk.failures === failuresBefore && !this.#disk.mood.full)
          this.ledger.violation(`the engine does not start: ${stackOf(thrown)}`)
        this.#world.note(`engine does not start: ${String(thrown)}`)
        this.#comeBack(this.#chance.spread(1_000, MINUTE))
      })
  }

  #system(): System {
    const system: System = {
      clock: this.#world.clock(),
      disk: this.#disk.disk(),
      network: this.#network.network(),
      random: this.#chance.fork(),
      environment: () => undefined,
      processId: this.#world.life,
      platform: 'linux',
    }
    return this.#mutant.system?.(system) ?? system
  }

  #crash(): void {
    if (this.#down) return
    this.#crashes++
    const power = this.#chance.hits(0.7)
    this.#world.note(power ? 'POWER CUT' : 'KILLED')
    if (power) this.#disk.powerCut()
    else this.#disk.kill()
    for (const bytes of this.#disk.files(JOURNAL).values()) this.ledger.journalled(bytes, power)
    this.#network.crash()
    this.#world.endLife()
    this.#comeBack(this.#chance.spread(100, this.#weather.horizonMs / 10))
  }

  /** The engine of this life is gone; the next one starts after a while. */
  #comeBack(afterMs: number): void {
    this.#engine = null
    this.#down = true
    this.#restarts++
    this.#world.after(afterMs, () => {
      if (this.#down) this.#start()
    })
  }

  #stopGracefully(): void {
    const engine = this.#engine
    if (engine === null) return
    this.#engine = null
    const { life } = this.#world
    this.#world.note('engine is asked to stop')
    engine
      .stop(this.#chance.spread(1, 10_000))
      .then(() => {
        if (life !== this.#world.life) return
        this.#stopped(life)
        this.#comeBack(this.#chance.spread(100, this.#weather.horizonMs / 20))
      })
      .catch((thrown: unknown) => this.ledger.violation(`stop failed: ${stackOf(thrown)}`))
  }

  #stopped(life: number): void {
    this.#world.note('engine has stopped')
    const left = this.#world.timersOf(life)
    const open = this.#network.openLines
    if (left > 0 || open > 0) this.ledger.violation(`${left} timers and ${open} connections are left after a stop`)
    this.#network.crash()
    this.#disk.kill()
    this.#world.endLife()
  }

  // ---- the weather

  #schedule(): void {
    const { weather, chance } = { weather: this.#weather, chance: this.#chance }
    const sometime = (count: number, act: () => void): void => {
      for (let n = 0; n < count; n++) {
        this.#world.after(chance.unit() * weather.horizonMs, () => {
          if (!this.#calm) act()
        })
      }
    }
    for (let n = 0; n < weather.messages; n++) this.#world.after(chance.unit() ** 2 * weather.horizonMs, () => this.#handIn(2))
    sometime(weather.crashes, () => {
      // Not now but in the midst of what goes on next.
      this.#crashAtStep = this.#world.steps + chance.below(60)
    })
    sometime(weather.stops, () => this.#stopGracefully())
    sometime(weather.storms, () => this.#storm())
    sometime(weather.diskTroubles, () => this.#diskTrouble())
    sometime(weather.clockJumps, () => this.#jumpClock())
    sometime(weather.offline, () => this.#goOffline())
    sometime(weather.reloads, () => this.#changeSettings())
    sometime(weather.personActions, () => this.#act())
    this.#storm()
    this.#storm()
  }

  #storm(): void {
    const server = this.#chance.pick(this.#servers)
    server.mood = makeMood(this.#chance)
    this.#network.dnsTrouble = this.#chance.hits(0.2) ? this.#chance.unit() / 2 : 0
    this.#world.after(this.#chance.spread(1_000, this.#weather.horizonMs), () => (server.mood = HEALTHY))
  }

  #diskTrouble(): void {
    const { mood } = this.#disk
    const kind = this.#chance.pick(['full', 'eio', 'slow'] as const)
    this.#world.note(`the disk is ${kind}`)
    if (kind === 'full') mood.full = true
    if (kind === 'eio') mood.eio = this.#chance.pick([0.01, 0.1, 0.5])
    if (kind === 'slow') mood.syncMs = this.#chance.spread(50, 5_000)
    this.#world.after(this.#chance.spread(10, this.#weather.horizonMs / 5), () => this.#mendDisk())
  }

  #mendDisk(): void {
    const { mood } = this.#disk
    mood.full = false
    mood.eio = 0
    mood.syncMs = 4
  }

  #jumpClock(): void {
    this.#clockJumps++
    const ms = this.#chance.spread(1_000, this.#weather.horizonMs)
    const kind = this.#chance.pick(['sleep', 'sleep', 'counted sleep', 'back', 'forward'] as const)
    this.#world.note(`clock: ${kind} ${ms}`)
    // Systems write everything to the disk before they sleep.
    if (kind.endsWith('sleep')) this.#disk.writeBack()
    // A machine asleep runs no timer; its monotonic clock goes on or not, by system.
    if (kind === 'counted sleep') this.#world.mono += ms
    else this.#world.wallOffset += kind === 'back' ? -ms : ms
    if (kind.endsWith('sleep') && this.#chance.hits(0.5)) this.#engine?.wake()
  }

  #goOffline(): void {
    this.#world.note('no network')
    if (this.#network.online) this.#offline.push({ from: this.#world.mono, to: Infinity })
    this.#network.online = false
    this.#world.after(this.#chance.spread(1_000, this.#weather.horizonMs), () => {
      this.#goOnline()
      if (this.#chance.hits(0.5)) this.#engine?.wake()
    })
  }

  #goOnline(): void {
    const last = this.#offline.at(-1)
    if (!this.#network.online && last !== undefined) last.to = this.#world.mono
    this.#network.online = true
  }

  #putPlan(plan: Plan): void {
    this.#plan = plan
    this.#plans.push({ plan, wall: Math.floor(this.#world.wall) })
    this.#disk.put(CONFIG, textOf(plan))
  }

  #changeSettings(): void {
    const good = this.#chance.hits(0.6)
    this.#world.note(`${good ? 'good' : 'bad'} settings`)
    if (good) this.#putPlan({ ...makePlan(this.#chance), rules: this.#chance.hits(0.5) ? this.#plan.rules : makePlan(this.#chance).rules })
    else
      this.#disk.put(
        CONFIG,
        this.#chance.pick([
          textOf(this.#plan).replace('rcpt_domain', 'rcpt_domian'),
          `${textOf(this.#plan)}\n[limits]\nmessage-size = "banana"\n`,
          textOf(this.#plan).replace("'mx'", "'nowhere'"),
        ]),
      )
  }

  // ---- people and devices

  #handIn(tries: number): void {
    if (this.#calm) return
    const submission = makeSubmission(this.#chance, `m${++this.#messages}`)
    const again = (): void => {
      if (tries > 0) this.#world.after(this.#chance.spread(100, 5 * MINUTE), () => this.#handIn(tries - 1))
    }
    Client.call({ world: this.#world, ledger: this.ledger, network: this.#network }, submission, makeManners(this.#chance), (result) => {
      if (result !== 'accepted' && this.#chance.hits(0.7)) again()
    })
  }

  #act(): void {
    if (this.#engine === null) return
    void actAtRandom(this.#engine, { world: this.#world, chance: this.#chance, ledger: this.ledger, horizonMs: this.#weather.horizonMs })
  }

  // ---- the end

  /** Everything is well from now on: whatever was accepted must come to its end. */
  async #calmDown(): Promise<void> {
    this.#world.note('CALM')
    this.#calm = true
    this.#crashAtStep = Infinity
    for (const server of this.#servers) server.mood = HEALTHY
    this.#goOnline()
    this.#network.dnsTrouble = 0
    makeZone({ ledger: this.ledger, network: this.#network, chance: this.#chance }, this.#calm)
    this.#mendDisk()
    this.#putPlan(this.#plan)
    await this.#until(() => this.#engine !== null, 5 * 60 * MINUTE)
    const engine = this.#engine
    if (engine === null) {
      this.ledger.violation('the engine does not come back')
      return
    }
    await engine.ask('delivery.pause', { paused: false })
    // Clients that are still talking hand in their last mail.
    await this.#pass(20 * MINUTE)
    let waiting = await this.#waiting(engine)
    const until = this.#world.mono + PATIENCE_MS
    while (waiting.length > 0 && this.#world.mono < until && this.ledger.violations.length === 0) {
      // Also what somebody was about to hold when all became calm.
      for (const entry of waiting) if (entry.held) void engine.ask('queue.release', { ids: [entry.id] })
      await this.#pass(30 * MINUTE)
      waiting = await this.#waiting(engine)
    }
    if (waiting.length > 0) this.ledger.violation(`${waiting.length} messages never end: ${JSON.stringify(waiting[0])}`)
    await this.#stopForGood(engine)
    // What a disk in trouble left behind is tidied by the next start, which must find nothing to do.
    this.#start()
    await this.#until(() => this.#engine !== null, 5 * 60 * MINUTE)
    const last = this.#engine
    if (last === null) {
      this.ledger.violation('the engine does not start again')
      return
    }
    const left = await this.#waiting(last)
    if (left.length > 0) this.ledger.violation(`ended messages are back: ${JSON.stringify(left[0])}`)
    await this.#stopForGood(last)
  }

  async #stopForGood(engine: Engine): Promise<void> {
    const end = { stopped: false }
    const { life } = this.#world
    void engine.stop(1_000).then(() => {
      end.stopped = true
      this.#stopped(life)
    })
    await this.#until(() => end.stopped, 60 * MINUTE)
    this.#engine = null
    if (!end.stopped) this.ledger.violation('the engine does not stop')
  }

  async #waiting(engine: Engine): Promise<readonly { readonly id: string; readonly held: boolean }[]> {
    let answer: Awaited<ReturnType<Engine['ask']>> | null = null
    void engine.ask('queue.list', {}).then((given) => (answer = given))
    await this.#until(() => answer !== null, MINUTE)
    const given = answer as Awaited<ReturnType<Engine['ask']>> | null
    return given?.ok === true ? (given.value as readonly { readonly id: string; readonly held: boolean }[]) : []
  }

  #pass(ms: number): Promise<void> {
    return this.#until(() => false, ms)
  }

  /** Lets the world go on until it is so, but not for longer than that. */
  async #until(isSo: () => boolean, atMostMs: number): Promise<void> {
    const end = this.#world.mono + atMostMs
    await quiet()
    while (!isSo() && this.#world.mono <= end && this.ledger.violations.length === 0) {
      if (this.#world.steps >= this.#crashAtStep) {
        this.#crashAtStep = Infinity
        this.#crash()
      }
      const next = this.#world.nextAt
      if (next === null || next > end) {
        this.#world.mono = end
        await quiet()
        return
      }
      await this.#world.step()
    }
  }
}

/** Locks nothing away: what is secret is not what this is about. */
const CIPHER: SecretCipher = {
  name: 'file',
  protects: false,
  encrypt: (text) => Promise.resolve(text),
  decrypt: (text) => Promise.resolve(text),
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
