import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { ConnectionSettings, HostTry, RelayRoute, TlsSettings } from '../../contract/index.ts'
import type { Outcome } from '../mail/index.ts'
import type { NextHopHost } from '../routing/index.ts'
import { runInBatches } from './batches.ts'
import { failedOutcome, judge, outcomeOf } from './classify.ts'
import type { Place } from './classify.ts'
import { FaultError, toFault } from './fault.ts'
import { goThroughHosts } from './hosts.ts'
import type { AddressResult } from './hosts.ts'
import { deliverToMailboxes } from './local.ts'
import { ConnectionPool, DEFAULT_POOL_LIMITS } from './pool.ts'
import { testRelay } from './relay-test.ts'
import { openSession } from './session.ts'
import type { SessionOptions } from './session-options.ts'
import type { Verdict } from './transaction.ts'
import { Transcript } from './transcript.ts'
import type { Delivery, DeliveryParts, DeliveryReport, DeliveryRequest } from './types.ts'

/** Delivery over the given world. One for the whole engine, because it keeps the connections. */
export function createDelivery(parts: DeliveryParts): Delivery {
  const pool = new ConnectionPool(parts.clock, { ...DEFAULT_POOL_LIMITS, ...parts.pool })
  return {
    async deliver(request, signal) {
      if (request.route.type === 'local') return deliverToMailboxes(request, (...asked) => parts.deliverLocally(...asked), signal)
      const attempt = new Attempt(parts, pool, request, signal)
      try {
        return await attempt.run()
      } catch (error) {
        return attempt.failed(error)
      }
    },
    closeIdle: () => pool.closeIdle(),
    testRelay: (test, signal, onLine) => testRelay(test, parts, signal, onLine),
  }
}

/** One attempt at one group over SMTP or LMTP. */
class Attempt {
  readonly #parts: DeliveryParts
  readonly #pool: ConnectionPool
  readonly #request: DeliveryRequest
  readonly #signal: AbortSignal
  readonly #transcript: Transcript
  readonly #tries: HostTry[] = []
  readonly #relay: RelayRoute | null

  constructor(parts: DeliveryParts, pool: ConnectionPool, request: DeliveryRequest, signal: AbortSignal) {
    this.#parts = parts
    this.#pool = pool
    this.#request = request
    this.#signal = signal
    this.#transcript = new Transcript(parts.clock)
    this.#relay = request.route.type === 'relay' ? request.route : null
  }

  async run(): Promise<DeliveryReport> {
    const hops = await this.#request.nextHops(this.#signal)
    // Names that were not looked up to the end say nothing about the recipients.
    if (this.#signal.aborted) throw new FaultError({ kind: 'cancelled', stage: null })
    const result = await goThroughHosts(
      hops,
      (host, place) => this.#tryAddress(host, place),
      (hostTry) => this.#tries.push(hostTry),
    )
    if (result.kind === 'answered') return this.#report(result.value.map((verdict) => outcomeOf(verdict, result.place, this.#protocol)))
    const { failure } = result
    const entity = failure.entity === '' ? (this.#relay?.address ?? this.#request.domain) : failure.entity
    return this.#report(this.#request.recipients.map(() => failedOutcome(failure.judgement, entity)))
  }

  /** Something threw that should not have: our mistake, so everybody's mail is kept. */
  failed(error: unknown): DeliveryReport {
    const judgement = judge(toFault(error), { host: this.#request.domain, address: '' })
    return this.#report(this.#request.recipients.map(() => failedOutcome(judgement, 'localhost')))
  }

  get #protocol(): 'smtp' | 'lmtp' {
    return this.#relay?.protocol ?? 'smtp'
  }

  #report(outcomes: readonly Outcome[]): DeliveryReport {
    return { outcomes, tries: this.#tries, transcript: this.#transcript.lines() }
  }

  async #tryAddress(host: NextHopHost, place: Place): Promise<AddressResult<readonly Verdict[]>> {
    try {
      if (this.#signal.aborted) throw new FaultError({ kind: 'cancelled', stage: null })
      const facts = { mx: host.name, remoteIp: place.address, localIp: isIPv6(place.address) ? '::' : '0.0.0.0' }
      const tls = await this.#request.tlsFor(facts)
      const connection = await this.#request.connectionFor(facts)
      return { kind: 'answered', value: await this.#converse(this.#sessionOptions(host, place, tls, connection), place) }
    } catch (error) {
      return { kind: 'failed', fault: toFault(error) }
    }
  }

  /** One transaction; over a new connection when the kept one turns out to be dead before anything has happened. */
  async #converse(options: SessionOptions, place: Place): Promise<readonly Verdict[]> {
    const key = keyOf(options, this.#request.route.id)
    for (let fresh = false; ; fresh = true) {
      const lease = await this.#pool.lend(key, () => this.#open(options), this.#signal, fresh)
      const { session } = lease
      session.wire.useTranscript(this.#transcript)
      if (lease.reused) this.#transcript.note(`Using the open connection to ${options.host} [${options.address}]:${options.port} again`)
      if (this.#request.envelope.parameters.requireTls === true && !session.capabilities.requireTls) {
        lease.release(true)
        throw new FaultError({ kind: 'feature', feature: 'REQUIRETLS' })
      }
      const result = await runInBatches(session, this.#request, this.#signal)
      lease.release(result.reusable)
      if (lease.reused && !result.begun && !result.reusable && !this.#signal.aborted) {
        this.#transcript.note('The connection had been closed; opening a new one')
        continue
      }
      this.#tries.push(tryOf(options, session.tls, result.verdicts, place))
      return result.verdicts
    }
  }

  #open(options: SessionOptions): ReturnType<typeof openSession> {
    const { network, clock } = this.#parts
    const leaving = (goodbye: Promise<void>): void => this.#pool.seeOff(goodbye)
    return openSession(options, { network, clock, transcript: this.#transcript, signal: this.#signal, leaving })
  }

  #sessionOptions(host: NextHopHost, place: Place, tls: TlsSettings, connection: ConnectionSettings): SessionOptions {
    const { parameters } = this.#request.envelope
    const localAddress = this.#sourceFor(place.address, connection.sourceIps)
    const ownEhlo = localAddress === undefined ? null : this.#parts.ownEhloFor(localAddress)
    const requireTls = parameters.requireTls === true
    return {
      host: host.name,
      address: place.address,
      port: host.port,
      localAddress,
      protocol: this.#protocol,
      ehloName: ownEhlo ?? connection.ehloHostname ?? this.#parts.hostname(),
      implicitTls: this.#relay?.tls.implicit ?? false,
      starttls: tls.starttls,
      tlsRequired: requireTls || [tls.starttls, tls.dane, tls.mtaSts].includes('require'),
      // REQUIRETLS asks for a server whose name was checked (RFC 8689 §4.2.1).
      allowInvalidCertificates: !requireTls && (tls.allowInvalidCertificates || (this.#relay?.tls.allowInvalidCertificates ?? false)),
      tlsTimeoutMs: tls.timeoutMs.tls,
      timeoutMs: connection.timeoutMs,
      credentials: this.#relay?.auth ?? null,
    }
  }

  /** Routing rules 1.5: one of the configured source addresses of the same family, by chance when there are several. */
  #sourceFor(remoteAddress: string, sourceIps: readonly string[]): string | undefined {
    const fitting = sourceIps.filter((ip) => isIPv6(ip) === isIPv6(remoteAddress))
    return fitting.length < 2 ? fitting[0] : fitting[this.#parts.random.below(fitting.length)]
  }
}

/** Connections with the same key are interchangeable. The secret is in it as a digest: after a change of password nobody uses the old login. */
function keyOf(options: SessionOptions, routeId: string): string {
  const { credentials } = options
  const identity =
    credentials === null
      ? null
      : createHash('sha256')
          .update(JSON.stringify([credentials.username, credentials.secret]))
          .digest('base64')
  return JSON.stringify([routeId, { ...options, credentials: identity }])
}

function tryOf(options: SessionOptions, tls: HostTry['tls'], verdicts: readonly Verdict[], place: Place): HostTry {
  const taken = verdicts.some((verdict) => verdict.kind === 'taken')
  const refused = verdicts.find((verdict) => verdict.kind === 'not-taken')
  return {
    host: options.host,
    address: options.address,
    port: options.port,
    tls: tls === null ? null : { version: tls.version, cipher: tls.cipher, authorized: tls.authorized },
    problem: taken || refused === undefined ? null : judge(refused.fault, place, refused.outcomeUnknown).failure.text,
  }
}
