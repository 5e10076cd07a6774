import { DnsError, TlsError } from '../../main/engine/system/index.ts'
import type { Connection, InterfaceAddress, MxRecord, Network, Resolver } from '../../main/engine/system/index.ts'
import type { Chance } from './chance.ts'
import { Line } from './line.ts'
import type { World } from './world.ts'

/** A computer that answers at one address. */
export interface Host {
  readonly address: string
  /** What becomes of a call to this port. */
  dialled(port: number): 'open' | 'refused' | 'silent' | 'unreachable'
  accept(line: Line, port: number): void
  /** TLS begins on a connection, as far as this host is concerned. */
  handshake(line: Line): 'good' | 'bad-certificate' | 'fails' | 'silent'
}

/** What DNS says about a name; a word is a failure. */
export type DnsWord = 'SERVFAIL' | 'NXDOMAIN' | 'NODATA' | 'HANG'
export interface Zone {
  mx: Map<string, readonly MxRecord[] | DnsWord>
  a: Map<string, readonly string[] | DnsWord>
}

/** The network around the engine: hosts by address, names, and whether this computer has a network at all. */
export class SimulatedNetwork {
  readonly hosts = new Map<string, Host>()
  readonly zone: Zone = { mx: new Map(), a: new Map() }
  online = true
  /** How often a question to DNS fails although the answer exists. */
  dnsTrouble = 0
  latencyMs = 5
  /** Hears of every connection the engine opens, and of what it hears from DNS. */
  onDial: (line: Line, host: Host) => void = () => undefined
  onFinalAnswer: (name: string) => void = () => undefined
  readonly #world: World
  readonly #chance: Chance
  readonly #lines = new Map<Connection['stream'], { line: Line; host: Host | null }>()
  readonly #ports = new Map<number, (connection: Connection) => void>()
  #nextPort = 40_000

  constructor(world: World) {
    this.#world = world
    this.#chance = world.chance.fork()
  }

  /** Ports on which the engine listens. */
  get ports(): readonly number[] {
    return [...this.#ports.keys()]
  }

  /** Connections that the engine has not let go of. */
  get openLines(): number {
    let open = 0
    for (const { line } of this.#lines.values()) if (!line.engineGone) open++
    return open
  }

  /** A client calls the engine. @returns null when nobody listens there */
  call(port: number, from: string): Line | null {
    const onConnection = this.#ports.get(port)
    if (onConnection === undefined) return null
    const line = new Line(this.#world, this.latencyMs, true)
    this.#lines.set(line.stream, { line, host: null })
    onConnection({ stream: line.stream, localAddress: '192.168.1.2', remoteAddress: from, remotePort: this.#nextPort++, tls: null })
    return line
  }

  crash(): void {
    for (const { line } of this.#lines.values()) line.engineCrashed()
    this.#lines.clear()
    this.#ports.clear()
  }

  network(): Network {
    return {
      connect: (target) => this.#connect(target.address, target.port, target.timeoutMs),
      startTls: (connection, options) => this.#startTls(connection, options.timeoutMs, options.allowInvalidCertificates),
      listen: async (at, onConnection) => {
        await this.#wait(0.5)
        const port = at.port === 0 ? this.#nextPort++ : at.port
        if (this.#ports.has(port)) throw systemError('EADDRINUSE')
        this.#ports.set(port, onConnection)
        return {
          address: at.address,
          port,
          close: async () => {
            if (this.#ports.get(port) === onConnection) this.#ports.delete(port)
            await this.#wait(0.1)
          },
        }
      },
      acceptTls: () => Promise.reject(new TlsError('handshake', 'EOPNOTSUPP', 'clients here speak clear text')),
      resolver: () => this.#resolver(),
      lookup: async (name) => {
        await this.#wait(this.#chance.spread(1, 300))
        if (!this.online) throw systemError('EAI_AGAIN')
        if (this.#chance.hits(this.dnsTrouble)) throw systemError(this.#chance.hits(0.2) ? 'ENOTFOUND' : 'EAI_AGAIN')
        const found = this.zone.a.get(name)
        if (found === undefined || typeof found === 'string') throw systemError('ENOTFOUND')
        return [...found]
      },
      interfaces: () => (this.online ? [LOOPBACK, OFFICE] : [LOOPBACK]),
      hostname: () => 'mailroom.test',
    }
  }

  async #connect(address: string, port: number, timeoutMs: number): Promise<Connection> {
    const host = this.hosts.get(address)
    if (!this.online) {
      await this.#wait(1)
      throw systemError('ENETUNREACH')
    }
    const answer = host === undefined ? 'refused' : host.dialled(port)
    if (answer === 'silent') {
      await this.#wait(timeoutMs)
      throw systemError('ETIMEDOUT')
    }
    await this.#wait(this.latencyMs * 2)
    if (host === undefined || answer === 'refused') throw systemError('ECONNREFUSED')
    if (answer === 'unreachable') throw systemError('EHOSTUNREACH')
    const line = new Line(this.#world, this.latencyMs, false)
    this.#lines.set(line.stream, { line, host })
    line.stream.once('close', () => this.#lines.delete(line.stream))
    this.onDial(line, host)
    host.accept(line, port)
    return { stream: line.stream, localAddress: OFFICE.address, remoteAddress: address, remotePort: port, tls: null }
  }

  async #startTls(connection: Connection, timeoutMs: number, allowInvalid: boolean): Promise<Connection> {
    const known = this.#lines.get(connection.stream)
    if (known?.host === null || known === undefined) throw new TlsError('handshake', 'ECONNRESET', 'the connection is closed')
    const result = known.host.handshake(known.line)
    await this.#wait(result === 'silent' ? timeoutMs : this.latencyMs * 4)
    if (result === 'silent') throw new TlsError('timeout', 'ETIMEDOUT', 'the TLS handshake took too long')
    if (result === 'fails') throw new TlsError('handshake', 'ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number')
    const authorizationError = result === 'bad-certificate' ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : null
    if (authorizationError !== null && !allowInvalid) throw new TlsError('certificate', authorizationError, 'self-signed certificate')
    const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', fingerprint: 'AB:CD' }
    return { ...connection, tls: { ...tls, authorized: authorizationError === null, authorizationError } }
  }

  #resolver(): Resolver {
    const ask = async <T>(table: ReadonlyMap<string, readonly T[] | DnsWord>, name: string): Promise<readonly T[]> => {
      await this.#wait(this.#chance.spread(1, 300))
      if (!this.online || this.#chance.hits(this.dnsTrouble)) throw new DnsError('temporary', 'ETIMEOUT', name)
      const found = table.get(name) ?? 'NXDOMAIN'
      switch (found) {
        case 'HANG':
          return new Promise(() => undefined)
        case 'SERVFAIL':
          throw new DnsError('temporary', 'ESERVFAIL', name)
        case 'NXDOMAIN':
          this.onFinalAnswer(name)
          throw new DnsError('no-such-name', 'ENOTFOUND', name)
        case 'NODATA':
          this.onFinalAnswer(name)
          throw new DnsError('missing', 'ENODATA', name)
        default:
          return found
      }
    }
    return {
      mx: async (name) => ({ records: await ask(this.zone.mx, name), ttlSeconds: 60 }),
      a: async (name) => ({ addresses: await ask(this.zone.a, name), ttlSeconds: 60 }),
      aaaa: (name) => ask<string>(new Map([[name, 'NODATA']]), name).then((addresses) => ({ addresses, ttlSeconds: 60 })),
      txt: (name) => ask<string>(new Map([[name, 'NODATA']]), name),
      ptr: (name) => ask<string>(new Map([[name, 'NODATA']]), name),
    }
  }

  /** Whatever ends here is heard only by the engine that asked. */
  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#world.afterInEngine(ms, resolve))
  }
}

const LOOPBACK: InterfaceAddress = { address: '127.0.0.1', family: 4, prefix: 8, internal: true }
const OFFICE: InterfaceAddress = { address: '192.168.1.2', family: 4, prefix: 24, internal: false }

function systemError(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code })
}
