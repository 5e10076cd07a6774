import type { ListenerSettings } from '../../../contract/index.ts'
import { SmtpFailure } from '../../mail/index.ts'
import type { Connection } from '../../system/index.ts'
import { toRefusal } from '../edge.ts'
import { clientOf, envelopeOf, protocolOf } from '../envelope.ts'
import type { Peer } from '../envelope.ts'
import type { Caller, Proof, Refusal } from '../gate-types.ts'
import { beginMessage } from '../transaction.ts'
import type { Reception } from '../transaction.ts'
import type { ListenerDependencies } from '../types.ts'
import { CommandReader } from './command-reader.ts'
import type { CommandLine } from './command-reader.ts'
import { Deadlines } from './deadlines.ts'
import { handshakeProblem, isLegacy, isPrivate, shakeHands } from './handshake.ts'
import { takeIn } from './intake.ts'
import { SessionNews } from './news.ts'
import { parseCommand } from './parse-command.ts'
import { SAY, answerOf, encodeAnswer } from './replies.ts'
import type { Answer } from './replies.ts'
import { step, stepDialog } from './session.ts'
import type { Action, SessionFacts } from './session.ts'
import { BEGINNING, BEGINNING_SECURE, withAccount, withRecipient, withSender, withoutTransaction } from './state.ts'
import type { Mail, SessionState } from './state.ts'
import { Wire } from './wire.ts'

/** How long a stranger is watched for talking before it is greeted, as programs do that only want to be rid of their mail. */
const EARLY_TALK_MS = 500
/** How long a client may keep a connection open that is over. */
const LINGER_MS = 2_000
/** A pause of a client in the middle of a transaction that is worth a word. */
const SLOW_MS = 60_000
/** Replies are sent together, but not without end. */
const MAX_UNSENT_CHARACTERS = 16 * 1024

/** One listener's port, as a conversation on it needs to know it. */
export interface Place {
  readonly listener: ListenerSettings
  readonly port: number
  /** Told of what would fill the log if everybody did it: refused connections, failed handshakes. @returns whether to tell it this time */
  seldom(key: string): boolean
}

/** One connected client, from greeting to goodbye: what the session decides is done here. */
export class Conversation {
  readonly #place: Place
  readonly #dependencies: ListenerDependencies
  readonly #news: SessionNews
  readonly #reader = new CommandReader()
  readonly #wire: Wire
  readonly #deadlines: Deadlines
  #connection: Connection
  #state: SessionState = BEGINNING
  #peer: Peer
  #errors = 0
  #over = false
  #stopping = false
  #awaitsCommand = false
  #handshaking = false
  #quit = false
  #receiving = false
  #onlyLineFeeds = true
  /** The answer to a message is among what was not sent yet. */
  #messageUnanswered = false
  #wakeFromPause: (() => void) | null = null

  constructor(connection: Connection, place: Place, dependencies: ListenerDependencies) {
    const { limits } = dependencies.settings()
    this.#connection = connection
    this.#place = place
    this.#news = new SessionNews(dependencies)
    this.#dependencies = dependencies
    this.#peer = { address: connection.remoteAddress, port: place.port, listener: place.listener.id, tls: connection.tls }
    this.#wire = new Wire(connection.stream, () => this.#heard())
    this.#deadlines = new Deadlines({
      clock: dependencies.clock,
      idleMs: limits.idleMs,
      sessionMs: limits.sessionMs,
      late: (why) => this.#end(why === 'idle' ? SAY.idle : SAY.sessionTooLong),
      waits: () => this.#wire.waits || this.#handshaking,
    })
  }

  /** Resolves when the connection is closed. Never throws. */
  async run(): Promise<void> {
    const { gate } = this.#dependencies
    const { listener } = this.#place
    const { known, refusal } = gate.connect(this.#peer.address, listener)
    try {
      if (refusal !== null) await this.#turnAway(refusal)
      else if (await this.#begin(known)) await this.#talk()
    } catch (thrown) {
      // A fault of ours: the client keeps what was not acknowledged and comes again.
      this.#dependencies.problem(thrown instanceof Error ? thrown.message : String(thrown), `listener ${listener.id}`)
      this.#wire.say(encodeAnswer(SAY.fault))
    }
    await this.#finish()
    if (refusal === null) gate.disconnect(this.#peer.address, listener)
  }

  /** Ends as soon as no message is under way. */
  stop(): void {
    this.#stopping = true
    if (this.#awaitsCommand) this.#end(SAY.stopping)
    if (this.#handshaking) this.cut()
  }

  /** Ends now. */
  cut(): void {
    this.#over = true
    this.#wakeFromPause?.()
    this.#wire.destroy()
  }

  get #facts(): SessionFacts {
    const { server, limits } = this.#dependencies.settings()
    const { tls, auth } = this.#place.listener
    const startTls = tls === 'optional' || tls === 'required'
    return {
      hostname: server.hostname,
      maxMessageBytes: limits.maxMessageBytes,
      startTls,
      auth: () => {
        if (auth === 'none') return 'none'
        if (this.#dependencies.gate.mayOfferAuth(this.#caller)) return 'offered'
        return startTls && !this.#state.secure ? 'after-tls' : 'none'
      },
      digest: () => this.#dependencies.gate.mayOfferDigest?.() ?? true,
      challenge: () => `<${this.#dependencies.random.bytes(12).toString('hex')}@${server.hostname}>`,
    }
  }

  get #caller(): Caller {
    return {
      address: this.#peer.address,
      listener: this.#place.listener,
      secure: this.#state.secure,
      account: this.#state.account,
    }
  }

  async #turnAway(refusal: Refusal): Promise<void> {
    if (this.#place.seldom(`${refusal.reason} ${this.#peer.address}`)) this.#tellRefused(refusal)
    // Without the handshake nothing can be said, and a handshake is dear.
    if (this.#place.listener.tls === 'implicit') this.cut()
    else {
      this.#wire.open()
      await this.#refuse(refusal)
    }
  }

  /** TLS where it comes first, then the greeting. @returns whether there is somebody to talk to */
  async #begin(known: boolean): Promise<boolean> {
    if (this.#place.listener.tls === 'implicit') {
      if (!(await this.#secure())) return false
    } else this.#wire.open()
    if (!known && (await this.#talksEarly())) {
      this.#tellRefused({ failure: new SmtpFailure(554, '5.1', SAY.talkedFirst.lines[0]), reason: 'syntax' })
      this.#wire.say(encodeAnswer(SAY.talkedFirst))
      return false
    }
    this.#wire.say(encodeAnswer(SAY.greeting(this.#dependencies.settings().server.hostname)))
    return true
  }

  async #talksEarly(): Promise<boolean> {
    const timer = this.#dependencies.clock.after(EARLY_TALK_MS, () => this.#wire.cancel())
    const talked = await this.#wire.hears()
    timer.cancel()
    return talked
  }

  async #talk(): Promise<void> {
    while (!this.#over) {
      const line = await this.#nextLine()
      if (line === null) return
      this.#noteLine(line)
      if (this.#state.dialog !== null) {
        await this.#take(stepDialog(this.#state, line.flaw === null ? line.text.trim() : null))
        continue
      }
      const { command, odd } = parseCommand(line)
      this.#news.note(...odd)
      if (command.verb === 'AUTH' && this.#state.hello === null) this.#news.note('auth-before-helo')
      if (command.verb === 'QUIT') this.#noteQuit()
      await this.#take(step(this.#state, command, this.#facts))
    }
  }

  async #take({ state, action }: { state: SessionState; action: Action }): Promise<void> {
    this.#state = state
    switch (action.do) {
      case 'say':
        this.#say(action.answer)
        return
      case 'object':
        return this.#object(action.answer)
      case 'overlook':
        return this.#object(null)
      case 'refuse':
        this.#tellRefused(action.refusal, action.sender)
        return this.#refuse(action.refusal)
      case 'close':
        this.#end(action.answer)
        return
      case 'ask-sender':
        return this.#askSender(action.mail)
      case 'ask-recipient':
        return this.#askRecipient(action.recipient)
      case 'sign-in':
        return this.#signIn(action.proof)
      case 'start-tls':
        return this.#startTls()
      case 'receive':
        return this.#receive()
    }
  }

  async #askSender(mail: Mail): Promise<void> {
    const refusal = await this.#dependencies.gate.sender(this.#caller, mail.address, mail.declaredBytes)
    if (refusal !== null) {
      this.#tellRefused(refusal, mail.address)
      return this.#refuse(refusal)
    }
    this.#state = withSender(this.#state, mail)
    this.#say(SAY.senderTaken)
  }

  async #askRecipient(recipient: SessionState['recipients'][number]): Promise<void> {
    const refusal = this.#dependencies.gate.recipient(this.#caller, recipient.address, this.#state.recipients.length)
    if (refusal !== null) {
      this.#tellRefused(refusal, undefined, recipient.address)
      return this.#refuse(refusal)
    }
    this.#state = withRecipient(this.#state, recipient)
    this.#say(SAY.recipientTaken)
  }

  async #signIn(proof: Proof): Promise<void> {
    const result = await this.#dependencies.gate.signIn(this.#caller, proof)
    if (!this.#state.secure) this.#news.note('auth-without-tls')
    if ('refusal' in result) {
      this.#tellRefused(result.refusal)
      return this.#refuse(result.refusal)
    }
    this.#state = withAccount(this.#state, result.account)
    this.#say(SAY.signedIn)
  }

  async #startTls(): Promise<void> {
    await this.#wire.flush()
    // What came behind STARTTLS was said in the clear, by whomever: it must not count as said under TLS (CVE-2011-0411).
    this.#reader.take()
    try {
      // Before anything is promised: without it the client may go on in the clear.
      await this.#dependencies.certificate()
    } catch (thrown) {
      this.#tellNoTls(thrown)
      this.#say(SAY.tlsBroken)
      return
    }
    await this.#secure(encodeAnswer(SAY.startTls))
  }

  /** @param invitation  said in the clear before the handshake */
  async #secure(invitation = ''): Promise<boolean> {
    this.#handshaking = true
    try {
      const identity = await this.#dependencies.certificate()
      const stream = this.#wire.letGo()
      if (invitation !== '') stream.write(invitation)
      this.#connection = await shakeHands(this.#connection, identity, this.#place.listener, this.#dependencies)
    } catch (thrown) {
      this.#tellNoTls(thrown)
      this.cut()
      return false
    } finally {
      this.#handshaking = false
    }
    this.#peer = { ...this.#peer, tls: this.#connection.tls }
    if (isLegacy(this.#peer.tls)) this.#news.note('legacy-tls')
    this.#state = BEGINNING_SECURE
    this.#wire.change(this.#connection.stream)
    return !this.#over
  }

  #tellNoTls(thrown: unknown): void {
    const { address, listener } = this.#peer
    if (this.#over || !this.#place.seldom(`tls ${address}`)) return
    this.#dependencies.problem(handshakeProblem(thrown, address), `listener ${listener}`)
  }

  async #receive(): Promise<void> {
    const caller = this.#caller
    const state = this.#state
    this.#state = withoutTransaction(state)
    this.#receiving = true
    let reception: Reception
    try {
      reception = await beginMessage(
        {
          client: clientOf(this.#peer, state),
          envelope: envelopeOf(state),
          protocol: protocolOf(state),
          cipher: this.#peer.tls?.cipher ?? null,
        },
        this.#dependencies,
      )
    } catch (thrown) {
      this.#receiving = false
      return this.#refuseMessage(thrown, state)
    }
    this.#say(SAY.goAhead)
    const read = await takeIn(this.#wire, this.#reader, reception, this.#onlyLineFeeds && isPrivate(this.#peer.address))
    this.#receiving = false
    if (read === null) {
      await reception.abandon()
      return
    }
    this.#news.noteData(read)
    try {
      const { id, odd } = await reception.finish(this.#news.seen)
      this.#dependencies.gate.accepted(caller)
      this.#news.note(...odd)
      this.#messageUnanswered = true
      this.#say(SAY.stored(id))
    } catch (thrown) {
      await this.#refuseMessage(thrown, state)
    }
    this.#news.tellOdd(clientOf(this.#peer, state))
  }

  async #refuseMessage(thrown: unknown, { mail }: SessionState): Promise<void> {
    const refusal = toRefusal(thrown)
    this.#tellRefused(refusal, mail?.address)
    return this.#refuse(refusal)
  }

  async #nextLine(): Promise<CommandLine | null> {
    for (;;) {
      if (this.#over) return null
      if (this.#wire.unsent > MAX_UNSENT_CHARACTERS) await this.#wire.flush()
      const line = this.#reader.next()
      if (line !== null) return line
      if (this.#stopping) this.#end(SAY.stopping)
      this.#awaitsCommand = true
      await this.#wire.flush()
      this.#messageUnanswered = false
      const chunk = await this.#wire.read()
      this.#awaitsCommand = false
      if (chunk === null) return null
      this.#reader.push(chunk)
    }
  }

  #say(answer: Answer): void {
    this.#wire.say(encodeAnswer(answer))
  }

  /** @param answer  null: nothing is said about it, it only counts */
  async #object(answer: Answer | null): Promise<void> {
    this.#errors++
    const refusal = this.#dependencies.gate.error(this.#caller, this.#errors)
    if (refusal === null) {
      if (answer !== null) this.#say(answer)
      return
    }
    this.#tellRefused(refusal)
    return this.#refuse(refusal)
  }

  async #refuse(refusal: Refusal): Promise<void> {
    if (refusal.delayMs !== undefined && refusal.delayMs > 0) {
      await this.#wire.flush()
      await this.#pause(refusal.delayMs)
    }
    const answer = answerOf(refusal.failure)
    if (refusal.close === true) this.#end(answer)
    else this.#say(answer)
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#dependencies.clock.after(ms, resolve)
      this.#wakeFromPause = () => {
        timer.cancel()
        resolve()
      }
    })
    this.#wakeFromPause = null
  }

  /** Says this last and reads no more. */
  #end(answer: Answer): void {
    if (this.#over) return
    this.#over = true
    this.#wire.say(encodeAnswer(answer))
    this.#wakeFromPause?.()
    this.#wire.halt()
  }

  async #finish(): Promise<void> {
    this.#deadlines.stop()
    const left = this.#reader.unread + this.#wire.waitingBytes
    if (this.#quit && left > 0) this.#news.note('data-after-quit')
    if (!this.#quit && this.#state.hello !== null && !this.#over) this.#news.note('no-quit')
    this.#news.tellOdd(clientOf(this.#peer, this.#state))
    const timer = this.#dependencies.clock.after(LINGER_MS, () => this.#wire.destroy())
    await this.#wire.end(() => {
      if (this.#quit) this.#news.note('data-after-quit')
    })
    timer.cancel()
    this.#wire.destroy()
    this.#news.tellOdd(clientOf(this.#peer, this.#state))
  }

  #heard(): void {
    const gap = this.#deadlines.heard()
    if (gap >= SLOW_MS && (this.#receiving || this.#state.mail !== null)) this.#news.note('slow')
  }

  #noteLine(line: CommandLine): void {
    if (line.end === 'crlf') this.#onlyLineFeeds = false
    this.#news.noteLine(line, this.#wire.unsent > 0 && this.#state.hello?.extended !== true)
  }

  #noteQuit(): void {
    this.#quit = true
    if (this.#messageUnanswered) this.#news.note('quit-without-waiting')
  }

  #tellRefused(refusal: Refusal, sender = this.#state.mail?.address ?? '', recipient = ''): void {
    this.#news.tellRefused(clientOf(this.#peer, this.#state), refusal, sender, recipient)
  }
}
