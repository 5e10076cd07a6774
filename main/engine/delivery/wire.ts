import type { Reply } from '../mail/index.ts'
import type { Clock, Connection, Timer } from '../system/index.ts'
import { errorCode } from '../system/index.ts'
import { FaultError } from './fault.ts'
import type { Fault, Stage } from './fault.ts'
import { BadReplyError, ReplyReader } from './reply-reader.ts'
import type { Transcript } from './transcript.ts'

/** How a wire broke; the stage is known by whoever waits. */
type Broken =
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'bad-reply'; readonly detail: string }
  | { readonly kind: 'cancelled' }

interface Waiter {
  readonly stage: Stage
  readonly timer: Timer
  resolve(): void
  reject(error: FaultError): void
}

/**
 * Lines out and replies in over one open connection, each wait with its own limit. Knows commands and replies as text, not what they mean. A wire
 * that broke stays broken: every later call fails with the same fault.
 */
export class Wire {
  readonly connection: Connection
  readonly #clock: Clock
  readonly #reader = new ReplyReader()
  readonly #replies: Reply[] = []
  readonly #hide: (text: string) => string
  #transcript: Transcript
  #broken: Broken | null = null
  #waitsForReply: Waiter | null = null
  #waitsForRoom: Waiter | null = null
  #onIdleEvent: (() => void) | null = null
  #stopListening: () => void

  /** @param hide   takes secrets out of what the peer says before anybody sees it */
  constructor(connection: Connection, clock: Clock, transcript: Transcript, hide: (text: string) => string) {
    this.connection = connection
    this.#clock = clock
    this.#transcript = transcript
    this.#hide = hide
    this.#stopListening = this.#listen()
  }

  /** The attempt whose transcript gets the lines from now on. */
  useTranscript(transcript: Transcript): void {
    this.#transcript = transcript
  }

  /** Something arrived that nobody asked for, or the wire broke. False for a wire that is quiet and whole. */
  get disturbed(): boolean {
    return this.#broken !== null || this.#replies.length > 0 || this.#reader.inReply
  }

  /** Called once when a quiet wire is disturbed; null ends the watch. */
  watchIdle(onEvent: (() => void) | null): void {
    this.#onIdleEvent = onEvent
  }

  /**
   * Sends command lines in one write. `shown` is what the transcript says in their place.
   * @throws FaultError when the wire is broken, or replies have come that belong to no command
   */
  send(stage: Stage, commands: readonly string[], shown: readonly string[] = commands): void {
    this.checkQuiet(stage)
    for (const command of commands) {
      // An address or parameter with a line end in it would be a second command.
      // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
      if (/[\u0000-\u001f\u007f]/.test(command)) throw new FaultError({ kind: 'internal', detail: 'a command holds a control character' })
    }
    for (const line of shown) this.#transcript.us(line)
    if (this.#broken === null) this.connection.stream.write(commands.map((command) => `${command}\r\n`).join(''))
  }

  /**
   * A reply that came before its command cannot be its answer: taking it for one would shift every later answer, and a message could count as
   * taken that was not. Only `421`, which a server may say at any time (RFC 5321 §3.8), is left for the next to read.
   */
  checkQuiet(stage: Stage): void {
    const early = this.#replies[0]
    if (early?.code === 421) return
    if (this.#broken !== null) throw this.#fault(this.#broken, stage)
    if (early === undefined && !this.#reader.inReply) return
    throw this.#fault(this.#break({ kind: 'bad-reply', detail: 'a reply came that belongs to no command' }), stage)
  }

  /**
   * The next reply, in the order of the commands.
   * @param timeoutMs   for the whole reply: a peer that sends a byte now and then does not extend it
   */
  async reply(stage: Stage, timeoutMs: number): Promise<Reply> {
    if (this.#replies.length === 0) {
      if (this.#broken !== null) throw this.#fault(this.#broken, stage)
      await new Promise<void>((resolve, reject) => {
        this.#waitsForReply = this.#waiter(stage, timeoutMs, resolve, reject)
      })
    }
    const reply = this.#replies.shift()
    if (reply === undefined) throw new FaultError({ kind: 'internal', detail: 'woken without a reply' })
    return reply
  }

  /** Fails when a reply has come while none is due, `421` included; the reply stays for `takeEarly`. */
  checkNothingEarly(stage: Stage): void {
    if (!this.disturbed) return
    throw this.#fault(this.#break({ kind: 'bad-reply', detail: 'the server answered before it had all of the message' }), stage)
  }

  /** A reply that is there already, taken off; undefined when there is none. For the time in which none is due. */
  takeEarly(): Reply | undefined {
    return this.#replies.shift()
  }

  /** Writes message content and waits while the peer is slower than we are. @throws FaultError after `timeoutMs` without progress */
  async write(stage: Stage, pieces: readonly Buffer[], timeoutMs: number): Promise<void> {
    if (this.#broken !== null) throw this.#fault(this.#broken, stage)
    const { stream } = this.connection
    let room = true
    if (pieces.length > 1) stream.cork()
    for (const piece of pieces) room = stream.write(piece)
    if (pieces.length > 1) stream.uncork()
    if (room || !stream.writableNeedDrain) return
    await new Promise<void>((resolve, reject) => {
      this.#waitsForRoom = this.#waiter(stage, timeoutMs, resolve, reject)
    })
  }

  note(text: string): void {
    this.#transcript.note(text)
  }

  /**
   * Lets go of the connection so that TLS can be put on it.
   * @throws FaultError when the peer has already sent more: in clear text, so by anybody, to be read as if it came encrypted (CVE-2011-0411)
   */
  detach(stage: Stage): Connection {
    if (this.disturbed) {
      throw this.#fault(this.#break({ kind: 'bad-reply', detail: 'the server went on in clear text after agreeing to encrypt' }), stage)
    }
    this.#stopListening()
    // Whoever takes the connection over hears of its errors by the handshake; an error nobody listens to would end the process.
    this.connection.stream.on('error', () => undefined)
    this.connection.stream.pause()
    return this.connection
  }

  /**
   * Says QUIT whatever state the conversation is in, waits a little for the answer, which does not matter, and closes. Never throws.
   * @param timeoutMs   how long to wait for the answer
   */
  async quit(timeoutMs: number): Promise<void> {
    if (this.#broken !== null) return
    this.#transcript.us('QUIT')
    this.connection.stream.write('QUIT\r\n')
    this.#replies.length = 0
    const answered = await this.reply('quit', timeoutMs).then(
      () => true,
      () => false,
    )
    if (answered) this.connection.stream.end(() => this.destroy())
    else this.destroy()
  }

  /** Abandons everything at once; whoever waits gets the fault `cancelled`. */
  cancel(): void {
    this.#break({ kind: 'cancelled' })
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#break({ kind: 'lost', detail: 'closed by us' })
  }

  #listen(): () => void {
    const { stream } = this.connection
    const onData = (chunk: Buffer): void => this.#take(chunk)
    const onDrain = (): void => {
      this.#settle('room')
    }
    const onError = (error: Error): void => {
      this.#break({ kind: 'lost', detail: errorCode(error) || error.message })
    }
    const onEnd = (): void => {
      this.#break({ kind: 'lost', detail: 'closed by the server' })
    }
    stream.on('data', onData)
    stream.on('drain', onDrain)
    stream.on('error', onError)
    stream.on('end', onEnd)
    stream.on('close', onEnd)
    // A stream that was paused while it changed hands does not begin to flow by itself.
    stream.resume()
    return () => {
      stream.off('data', onData)
      stream.off('drain', onDrain)
      stream.off('error', onError)
      stream.off('end', onEnd)
      stream.off('close', onEnd)
    }
  }

  #take(chunk: Buffer): void {
    if (this.#broken !== null) return
    try {
      const replies = this.#reader.push(chunk, (line) => this.#transcript.them(this.#hide(line)))
      for (const reply of replies) this.#replies.push({ ...reply, lines: reply.lines.map((line) => this.#hide(line)) })
    } catch (error) {
      if (!(error instanceof BadReplyError)) throw error
      this.#break({ kind: 'bad-reply', detail: this.#hide(error.message) })
      return
    }
    if (this.#replies.length > 0) this.#settle('reply')
    this.#wakeIdle()
  }

  #break(broken: Broken): Broken {
    if (this.#broken !== null) return this.#broken
    this.#broken = broken
    // Our own listener for 'error' stays: a connection may report its end after we have given it up.
    this.connection.stream.destroy()
    this.#settle('reply')
    this.#settle('room')
    this.#wakeIdle()
    return broken
  }

  #wakeIdle(): void {
    const onEvent = this.#onIdleEvent
    this.#onIdleEvent = null
    onEvent?.()
  }

  #settle(which: 'reply' | 'room'): void {
    const waiter = which === 'reply' ? this.#waitsForReply : this.#waitsForRoom
    if (waiter === null) return
    if (which === 'reply') this.#waitsForReply = null
    else this.#waitsForRoom = null
    waiter.timer.cancel()
    // A reply that came before the end is still an answer.
    if (this.#broken !== null && (which === 'room' || this.#replies.length === 0)) waiter.reject(this.#fault(this.#broken, waiter.stage))
    else waiter.resolve()
  }

  #waiter(stage: Stage, timeoutMs: number, resolve: () => void, reject: (error: FaultError) => void): Waiter {
    const timer = this.#clock.after(timeoutMs, () => {
      reject(new FaultError({ kind: 'timeout', stage, timeoutMs }))
    })
    return { stage, timer, resolve, reject }
  }

  #fault(broken: Broken, stage: Stage): FaultError {
    const fault: Fault = { ...broken, stage }
    return new FaultError(fault)
  }
}
