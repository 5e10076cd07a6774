import type { Connection, TlsSession } from '../system/index.ts'
import { AuthExchange, hideSecrets, mechanismsToTry, secretForms } from './auth.ts'
import type { Credentials, Mechanism } from './auth.ts'
import { readCapabilities } from './capabilities.ts'
import type { Capabilities } from './capabilities.ts'
import { dial, encrypt, isLoopback } from './dial.ts'
import { FaultError } from './fault.ts'
import type { Fault } from './fault.ts'
import type { SessionOptions, SessionWorld } from './session-options.ts'
import { Wire } from './wire.ts'

/** Routing rules 5.1: how long the answer to QUIT may take. */
const QUIT_TIMEOUT_MS = 10_000

/** One conversation that has been greeted, encrypted and signed in, ready for transactions. */
export class Session {
  readonly wire: Wire
  readonly options: SessionOptions
  readonly capabilities: Capabilities
  /** Transactions begun. */
  transactions = 0
  /** A transaction was begun and not ended; RSET must come before the next. */
  needsReset = false

  constructor(wire: Wire, options: SessionOptions, capabilities: Capabilities) {
    this.wire = wire
    this.options = options
    this.capabilities = capabilities
  }

  get tls(): TlsSession | null {
    return this.wire.connection.tls
  }

  /** Ends the conversation politely. Never throws. */
  quit(): Promise<void> {
    return this.wire.quit(QUIT_TIMEOUT_MS)
  }
}

/**
 * Connects and goes as far as a transaction can begin: greeting, EHLO or LHLO, STARTTLS, AUTH (routing rules 5.2 to 5.4).
 * @throws FaultError with the stage; the connection is closed then, with QUIT when EHLO had been answered
 */
export async function openSession(options: SessionOptions, world: SessionWorld): Promise<Session> {
  const opening = new Opening(options, world)
  const onAbort = (): void => opening.cancel()
  world.signal.addEventListener('abort', onAbort)
  try {
    return await opening.run()
  } catch (error) {
    opening.giveUp()
    if (world.signal.aborted) throw new FaultError({ kind: 'cancelled', stage: null }, error)
    throw error
  } finally {
    world.signal.removeEventListener('abort', onAbort)
  }
}

class Opening {
  readonly #options: SessionOptions
  readonly #world: SessionWorld
  readonly #secrets: readonly string[]
  #wire: Wire | null = null
  #helloAnswered = false

  constructor(options: SessionOptions, world: SessionWorld) {
    this.#options = options
    this.#world = world
    this.#secrets = options.credentials === null ? [] : secretForms(options.credentials)
  }

  async run(): Promise<Session> {
    const { implicitTls } = this.#options
    let wire = this.#take(await dial(this.#options, this.#world))
    if (implicitTls) wire = await this.#encrypt(wire, this.#options.tlsTimeoutMs)
    await this.#greeting(wire)
    let capabilities = await this.#hello(wire, implicitTls ? 'hello-tls' : 'hello')
    if (!implicitTls && (await this.#agreeOnTls(wire, capabilities))) {
      wire = await this.#encrypt(wire, this.#tlsTimeLeft())
      // Capabilities from before TLS are forgotten: anybody could have written them (RFC 3207 §4.2).
      capabilities = await this.#hello(wire, 'hello-tls')
    }
    await this.#signIn(wire, capabilities)
    return new Session(wire, this.#options, capabilities)
  }

  cancel(): void {
    this.#wire?.cancel()
    this.#wire?.connection.stream.destroy()
  }

  giveUp(): void {
    if (this.#wire === null) return
    if (!this.#helloAnswered) {
      this.#wire.destroy()
      return
    }
    const goodbye = this.#wire.quit(QUIT_TIMEOUT_MS)
    this.#world.leaving?.(goodbye)
  }

  #take(connection: Connection): Wire {
    const hide = (text: string): string => hideSecrets(text, this.#secrets)
    this.#wire = new Wire(connection, this.#world.clock, this.#world.transcript, hide)
    return this.#wire
  }

  async #greeting(wire: Wire): Promise<void> {
    const reply = await wire.reply('greeting', this.#options.timeoutMs.greeting)
    if (reply.code !== 220) throw new FaultError({ kind: 'reply', stage: 'greeting', reply })
  }

  async #hello(wire: Wire, stage: 'hello' | 'hello-tls'): Promise<Capabilities> {
    wire.send(stage, [`${this.#options.protocol === 'lmtp' ? 'LHLO' : 'EHLO'} ${this.#options.ehloName}`])
    const reply = await wire.reply(stage, this.#options.timeoutMs.ehlo)
    if (reply.code >= 300) throw new FaultError({ kind: 'reply', stage, reply })
    this.#helloAnswered = true
    return readCapabilities(reply)
  }

  #tlsBeganAt = 0

  /** STARTTLS as far as the peer's agreement (routing rules 5.3). @returns false to go on in clear text */
  async #agreeOnTls(wire: Wire, capabilities: Capabilities): Promise<boolean> {
    const { starttls, tlsRequired, tlsTimeoutMs } = this.#options
    if (starttls === 'disable') {
      if (tlsRequired) throw new FaultError({ kind: 'tls-disabled' })
      return false
    }
    if (!capabilities.starttls) {
      if (tlsRequired) throw new FaultError({ kind: 'tls-not-offered' })
      wire.note('The server does not offer encryption; going on in clear text')
      return false
    }
    this.#tlsBeganAt = this.#world.clock.monotonic()
    wire.send('starttls', ['STARTTLS'])
    const reply = await wire.reply('starttls', tlsTimeoutMs)
    if (reply.code === 220) return true
    // A server that says 421 is closing: there is nothing to go on with.
    if (tlsRequired || reply.code === 421) throw new FaultError({ kind: 'reply', stage: 'starttls', reply })
    wire.note('The server refused to encrypt; going on in clear text')
    return false
  }

  #tlsTimeLeft(): number {
    return Math.max(1, this.#options.tlsTimeoutMs - (this.#world.clock.monotonic() - this.#tlsBeganAt))
  }

  async #encrypt(wire: Wire, timeoutMs: number): Promise<Wire> {
    this.#helloAnswered = false
    const secured = this.#take(await encrypt(wire.detach('handshake'), this.#options, timeoutMs, this.#world))
    // Abandoned while the handshake was finishing: the new wire did not exist to be told.
    if (this.#world.signal.aborted) secured.cancel()
    return secured
  }

  /** Routing rules 5.4. */
  async #signIn(wire: Wire, capabilities: Capabilities): Promise<void> {
    const { credentials } = this.#options
    if (credentials === null) return
    const encrypted = wire.connection.tls !== null
    if (!encrypted && !credentials.allowCleartext && !isLoopback(wire.connection.remoteAddress))
      throw new FaultError({ kind: 'auth-needs-tls' })
    let failure: Fault = { kind: 'auth-unavailable', offered: capabilities.auth }
    for (const mechanism of mechanismsToTry(capabilities.auth, encrypted)) {
      const refused = await this.#tryMechanism(wire, mechanism, credentials)
      if (refused === null) return
      failure = refused
      // 535 is the server's word on the password itself: trying again would only bring a lock-out nearer.
      const code = failure.kind === 'auth-rejected' || failure.kind === 'reply' ? failure.reply.code : 0
      if (code === 535 || code === 421) break
    }
    throw new FaultError(failure)
  }

  /** @returns why this mechanism did not do, or null when we are signed in */
  async #tryMechanism(wire: Wire, mechanism: Mechanism, credentials: Credentials): Promise<Fault | null> {
    const { mailFrom } = this.#options.timeoutMs
    const exchange = new AuthExchange(mechanism, credentials)
    wire.send('auth', [exchange.first], [mechanism === 'PLAIN' ? 'AUTH PLAIN hidden' : exchange.first])
    for (;;) {
      const step = exchange.next(await wire.reply('auth', mailFrom))
      switch (step.kind) {
        case 'accepted':
          return null
        case 'rejected':
          return step.reply.code >= 500 ? { kind: 'auth-rejected', reply: step.reply } : { kind: 'reply', stage: 'auth', reply: step.reply }
        case 'bad-challenge':
          wire.send('auth', ['*'])
          await wire.reply('auth', mailFrom)
          return { kind: 'auth-challenge', detail: step.detail }
        case 'send':
          wire.send('auth', [step.line], ['hidden'])
      }
    }
  }
}
