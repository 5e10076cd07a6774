import { Duplex } from 'node:stream'
import { TlsError } from '../../main/engine/system/index.ts'
import type { Clock, Connection, ConnectTarget, Network, TlsOptions } from '../../main/engine/system/index.ts'
import { Conversation, createRecord } from './scripted-server.ts'
import type { ServerRecord, ServerScript } from './scripted-server.ts'

/** One address of the simulated network. */
export interface SimulatedHost extends ServerScript {
  readonly connect?: 'ok' | 'refused' | 'timeout' | 'unreachable'
  readonly tls?: 'ok' | 'bad-cert' | 'fail' | 'eof' | 'timeout'
  /** Waits for TLS before it greets. */
  readonly implicitTls?: boolean
}

export interface SimulatedNetwork extends Network {
  /** Every connection asked for, in order. */
  readonly dialled: ConnectTarget[]
  readonly record: (address: string) => ServerRecord
  /** Options of every handshake asked for. */
  readonly handshakes: TlsOptions[]
  /** Connections open now, by the clients' count. */
  readonly openConnections: () => number
}

const SESSION = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', fingerprint: 'AB:CD' }

/**
 * Servers in memory, by address; what takes time takes it from the clock. An address nobody has refuses.
 * @param names   for `lookup`
 */
export function createSimulatedNetwork(
  clock: Clock,
  hosts: Readonly<Record<string, SimulatedHost>>,
  names: Readonly<Record<string, readonly string[]>> = {},
): SimulatedNetwork {
  const records = new Map<string, ServerRecord>()
  const conversations = new Map<Duplex, { readonly host: SimulatedHost; begin(): void; conversation: Conversation | null }>()
  const dialled: ConnectTarget[] = []
  const handshakes: TlsOptions[] = []
  const recordOf = (address: string): ServerRecord => {
    const known = records.get(address) ?? createRecord()
    records.set(address, known)
    return known
  }
  const fails = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })
  return {
    dialled,
    handshakes,
    record: recordOf,
    openConnections: () => [...conversations.keys()].filter((stream) => !stream.destroyed).length,
    async connect(target) {
      dialled.push(target)
      const host = hosts[target.address]
      if (host === undefined || host.connect === 'refused') throw fails('ECONNREFUSED')
      if (host.connect === 'unreachable') throw fails('EHOSTUNREACH')
      if (host.connect === 'timeout') await new Promise<void>((resolve) => clock.after(target.timeoutMs, resolve))
      if (host.connect === 'timeout') throw fails('ETIMEDOUT')
      const [ours, theirs] = streamPair()
      const kept = {
        host,
        conversation: null as Conversation | null,
        begin() {
          const options = { script: host, record: recordOf(target.address), clock, implicitTls: host.implicitTls ?? false }
          kept.conversation = new Conversation(theirs, options)
        },
      }
      conversations.set(ours, kept)
      if (host.implicitTls !== true) kept.begin()
      return {
        stream: ours,
        localAddress: target.localAddress ?? '192.0.2.200',
        remoteAddress: target.address,
        remotePort: target.port,
        tls: null,
      }
    },
    async startTls(connection, options) {
      handshakes.push(options)
      const kept = conversations.get(connection.stream)
      if (kept === undefined) throw new Error('not a connection of this network')
      const way = kept.host.tls ?? 'ok'
      if (way === 'timeout') await new Promise<void>((resolve) => clock.after(options.timeoutMs, resolve))
      if (way === 'timeout') throw new TlsError('timeout', 'ETIMEDOUT', 'the TLS handshake took too long')
      if (way === 'eof') throw new TlsError('handshake', 'ECONNRESET', 'the connection closed during the TLS handshake')
      if (way === 'fail') throw new TlsError('handshake', 'ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number')
      const bad = way === 'bad-cert'
      if (bad && !options.allowInvalidCertificates)
        throw new TlsError('certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate')
      kept.conversation?.encrypted()
      if (kept.conversation === null) kept.begin()
      const secured: Connection = {
        ...connection,
        tls: { ...SESSION, authorized: !bad, authorizationError: bad ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : null },
      }
      return secured
    },
    listen() {
      return Promise.reject(fails('EADDRNOTAVAIL'))
    },
    acceptTls() {
      return Promise.reject(new TlsError('handshake', 'EOPNOTSUPP', 'nobody can be a server in this network'))
    },
    resolver() {
      throw new Error('no DNS here')
    },
    async lookup(name) {
      const found = names[name]
      if (found === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' })
      return [...found]
    },
    interfaces: () => [],
    hostname: () => 'simulated.example',
  }
}

/** Two ends of a connection in memory; destroying one with an error resets the other, without one ends it. */
function streamPair(): [Duplex, Duplex] {
  const left: Duplex = end(() => right)
  const right: Duplex = end(() => left)
  return [left, right]
}

/** Writers that wait until the reader at the other end has taken what it has. */
const waiting = new WeakMap<Duplex, () => void>()

const ended = new WeakSet<Duplex>()

function finish(stream: Duplex): void {
  if (stream.destroyed || ended.has(stream)) return
  ended.add(stream)
  stream.push(null)
}

function end(other: () => Duplex): Duplex {
  const stream: Duplex = new Duplex({
    read() {
      const resume = waiting.get(stream)
      waiting.delete(stream)
      resume?.()
    },
    write(chunk: Buffer, _encoding, done) {
      const peer = other()
      if (peer.destroyed) done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      else if (peer.push(chunk)) done()
      else waiting.set(peer, done)
    },
    final(done) {
      finish(other())
      done()
    },
    destroy(error, done) {
      const peer = other()
      setImmediate(() => {
        if (peer.destroyed) return
        if (error === null) finish(peer)
        else peer.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
      })
      // How it ended is the other side's news; here nobody is left to hear it.
      done(null)
    },
  })
  return stream
}
