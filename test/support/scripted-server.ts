import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { Clock } from '../../main/engine/system/index.ts'

/**
 * What a scripted server does at one point of the conversation: a reply (`550 5.1.1 No such user`; several lines separated by `\n`, several replies by `\r\n`; a bare code gets
 * a text), or one of the words `close`, `reset`, `silence`, `garbage`, `dribble` (a byte a second of a reply that never ends), `flood` (a line of a
 * megabyte), `endless` (a reply that never has a last line). ` +close` after a reply ends the connection after it.
 */
export type Step = string

/** What is left out goes well. A list is for one time after another; its last member repeats. */
export interface ServerScript {
  readonly greet?: Step
  /** A list is `250` and what is offered. */
  readonly ehlo?: Step | readonly string[]
  /** After TLS; as `ehlo` without STARTTLS when absent. */
  readonly ehloTls?: Step | readonly string[]
  readonly starttls?: Step
  /** By mechanism, or one for all. */
  readonly auth?: Step | Readonly<Record<string, Step>>
  readonly mail?: Step | readonly Step[]
  /** By address, or one for all. */
  readonly rcpt?: Step | Readonly<Record<string, Step>>
  /** Recipients accepted in one transaction; more get `452 4.5.3`. */
  readonly maxRecipients?: number
  readonly data?: Step
  /** While the content arrives, after its first byte; with `silence` nothing more is read. */
  readonly content?: Step
  /** SMTP: the one reply. LMTP: one for each accepted recipient. */
  readonly end?: Step | readonly Step[]
  readonly rset?: Step
  readonly quit?: Step
  readonly lmtp?: boolean
}

/** What a scripted server saw, over all its connections. */
export interface ServerRecord {
  /** Every command line, verbatim. AUTH responses are lines too. */
  readonly commands: string[]
  /** Contents received in full, dots undone. */
  readonly messages: string[]
  /** Whether each message came over TLS. */
  readonly encrypted: boolean[]
  connections: number
}

export function createRecord(): ServerRecord {
  return { commands: [], messages: [], encrypted: [], connections: 0 }
}

export interface ConversationOptions {
  readonly script: ServerScript
  readonly record: ServerRecord
  /** For `dribble`. */
  readonly clock?: Clock
  /** TLS has begun before the greeting. */
  readonly implicitTls?: boolean
  /** Puts TLS on the stream after STARTTLS was answered with 220; absent where something else does and calls `encrypted`. */
  readonly upgrade?: (stream: Duplex) => Duplex
}

type Mode = { kind: 'line' } | { kind: 'data' } | { kind: 'bdat'; left: number; last: boolean } | { kind: 'auth'; mechanism: string }

/** One conversation of a scripted server over any stream. */
export class Conversation {
  readonly #options: ConversationOptions
  #stream: Duplex
  #input: Buffer = Buffer.alloc(0)
  #mode: Mode = { kind: 'line' }
  #tls: boolean
  #stopped = false
  #mails = 0
  #accepted: string[] = []
  #chunks: Buffer[] = []

  constructor(stream: Duplex, options: ConversationOptions) {
    this.#stream = stream
    this.#options = options
    this.#tls = options.implicitTls ?? false
    options.record.connections += 1
    this.#listen()
    this.#act(options.script.greet ?? '220 scripted')
  }

  /** TLS is on now. */
  encrypted(): void {
    this.#tls = true
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk])
    while (!this.#stopped && this.#step());
  }

  #listen(): void {
    this.#stream.on('data', this.#onData)
    this.#stream.on('error', () => undefined)
    this.#stream.on('end', () => {
      this.#stopped = true
      this.#stream.end()
    })
  }

  /** @returns false when more bytes are needed */
  #step(): boolean {
    if (this.#mode.kind === 'data') return this.#takeData()
    if (this.#mode.kind === 'bdat') return this.#takeChunk(this.#mode)
    const end = this.#input.indexOf('\r\n')
    if (end < 0) return false
    const line = this.#input.toString('utf8', 0, end)
    this.#input = this.#input.subarray(end + 2)
    this.#options.record.commands.push(line)
    if (this.#mode.kind === 'auth') this.#continueAuth(this.#mode.mechanism, line)
    else this.#command(line)
    return true
  }

  #command(line: string): void {
    const { script } = this.#options
    const [verb = '', argument = ''] = line.split(' ')
    switch (verb.toUpperCase()) {
      case 'EHLO':
      case 'LHLO':
        return this.#hello()
      case 'STARTTLS':
        return this.#starttls()
      case 'AUTH':
        return this.#beginAuth(argument.toUpperCase(), line.split(' ')[2])
      case 'MAIL':
        this.#accepted = []
        this.#chunks = []
        return this.#act(inTurn(script.mail, this.#mails++) ?? '250 2.1.0 sender ok')
      case 'RCPT':
        return this.#rcpt(/<([^>]*)>/.exec(line)?.[1] ?? '')
      case 'DATA': {
        const step = script.data ?? '354 go on'
        if (step.startsWith('354')) this.#mode = { kind: 'data' }
        return this.#act(step)
      }
      case 'BDAT':
        this.#mode = { kind: 'bdat', left: Number(argument), last: / LAST$/i.test(line) }
        return
      case 'RSET':
        return this.#act(script.rset ?? '250 2.0.0 reset')
      case 'QUIT':
        return this.#act(script.quit ?? '221 2.0.0 bye +close')
      default:
        return this.#act('500 5.5.1 what')
    }
  }

  #hello(): void {
    const { script } = this.#options
    const answer = (this.#tls ? (script.ehloTls ?? withoutStartTls(script.ehlo)) : script.ehlo) ?? '250 scripted'
    if (typeof answer === 'string') return this.#act(answer)
    const [code = '250', ...offered] = answer
    this.#act([`${code} scripted`, ...offered.map((keyword) => `${code} ${keyword}`)].join('\n'))
  }

  #starttls(): void {
    const step = this.#options.script.starttls ?? '220 2.0.0 go ahead'
    const { upgrade } = this.#options
    if (!step.startsWith('220') || upgrade === undefined) return this.#act(step)
    this.#act(step)
    this.#stream.off('data', this.#onData)
    this.#stream = upgrade(this.#stream)
    this.#tls = true
    this.#listen()
  }

  #beginAuth(mechanism: string, initial: string | undefined): void {
    const verdict = this.#authVerdict(mechanism)
    if (mechanism === 'PLAIN' && initial !== undefined) return this.#act(verdict)
    if (!verdict.startsWith('235') && !verdict.startsWith('535')) return this.#act(verdict)
    this.#mode = { kind: 'auth', mechanism }
    if (mechanism === 'LOGIN') return this.#act('334 VXNlcm5hbWU6')
    this.#act(mechanism === 'CRAM-MD5' ? '334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+' : '334 ')
  }

  #logins = 0

  #continueAuth(mechanism: string, line: string): void {
    if (mechanism === 'LOGIN' && line !== '*' && this.#logins++ === 0) return this.#act('334 UGFzc3dvcmQ6')
    this.#logins = 0
    this.#mode = { kind: 'line' }
    this.#act(line === '*' ? '501 5.0.0 cancelled' : this.#authVerdict(mechanism))
  }

  #authVerdict(mechanism: string): Step {
    const { auth } = this.#options.script
    return (typeof auth === 'string' ? auth : auth?.[mechanism]) ?? '235 2.7.0 welcome'
  }

  #rcpt(address: string): void {
    const { rcpt, maxRecipients = Infinity } = this.#options.script
    if (this.#accepted.length >= maxRecipients) return this.#act('452 4.5.3 too many recipients')
    const step = (typeof rcpt === 'string' ? rcpt : rcpt?.[address]) ?? '250 2.1.5 recipient ok'
    if (/^2/.test(step)) this.#accepted.push(address)
    this.#act(step)
  }

  #takeData(): boolean {
    if (this.#options.script.content !== undefined && this.#input.length > 0) {
      this.#stopped = true
      if (this.#options.script.content === 'silence') this.#stream.pause()
      this.#act(this.#options.script.content)
      return false
    }
    const whole = Buffer.concat([Buffer.from('\r\n'), this.#input])
    const end = whole.indexOf('\r\n.\r\n')
    if (end < 0) return false
    const body = whole
      .toString('latin1', 0, end + 2)
      .replace(/\r\n\./g, '\r\n')
      .slice(2)
    this.#input = this.#input.subarray(end + 3)
    this.#finish(body)
    return true
  }

  #takeChunk(mode: { left: number; last: boolean }): boolean {
    const piece = this.#input.subarray(0, mode.left)
    this.#input = this.#input.subarray(piece.length)
    mode.left -= piece.length
    this.#chunks.push(piece)
    if (mode.left > 0) return false
    this.#mode = { kind: 'line' }
    if (mode.last) this.#finish(Buffer.concat(this.#chunks).toString('latin1'))
    else this.#act('250 2.0.0 next')
    return true
  }

  #finish(body: string): void {
    const { script, record } = this.#options
    this.#mode = { kind: 'line' }
    record.messages.push(body)
    record.encrypted.push(this.#tls)
    if (script.lmtp !== true) return this.#act(inTurn(script.end, 0) ?? '250 2.0.0 taken')
    this.#accepted.forEach((_, i) => this.#act(inTurn(script.end, i) ?? '250 2.0.0 taken'))
  }

  #act(step: Step): void {
    if (this.#stream.destroyed) return
    switch (step) {
      case 'close':
        return this.#close()
      case 'reset':
        this.#stopped = true
        if ('resetAndDestroy' in this.#stream) (this.#stream as Socket).resetAndDestroy()
        else this.#stream.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
        return
      case 'silence':
        return
      case 'garbage':
        this.#stream.write('\u0001\u0002 hello? <html>\r\n')
        return
      case 'flood':
        this.#stream.write(`250 ${'x'.repeat(1024 * 1024)}\r\n`)
        return
      case 'endless':
        for (let i = 0; i < 200; i++) this.#stream.write('250-and another\r\n')
        return
      case 'dribble':
        return this.#dribble()
    }
    const thenClose = step.endsWith(' +close')
    const lines = step.replace(/ \+close$/, '').split(/(?<!\r)\n/)
    const wire = lines.map((line, i) =>
      i < lines.length - 1 ? line.replace(/^(\d{3}) ?/, '$1-') : /^\d{3}$/.test(line) ? `${line} as scripted` : line,
    )
    this.#stream.write(wire.map((line) => `${line}\r\n`).join(''))
    if (thenClose) this.#close()
  }

  #dribble(): void {
    this.#stopped = true
    const { clock } = this.#options
    if (clock === undefined || this.#stream.destroyed) return
    this.#stream.write('2')
    clock.after(1000, () => this.#dribble())
  }

  #close(): void {
    this.#stopped = true
    this.#stream.end()
  }
}

function inTurn(steps: Step | readonly Step[] | undefined, time: number): Step | undefined {
  return typeof steps === 'string' || steps === undefined ? steps : steps[Math.min(time, steps.length - 1)]
}

function withoutStartTls(ehlo: ServerScript['ehlo']): ServerScript['ehlo'] {
  return typeof ehlo === 'string' || ehlo === undefined ? ehlo : ehlo.filter((keyword) => keyword !== 'STARTTLS')
}

export interface ListeningServer {
  readonly port: number
  readonly record: ServerRecord
  close(): Promise<void>
}

/** The scripted server on a real socket of 127.0.0.1, with real TLS when it has a certificate. */
export async function listenScripted(
  script: ServerScript,
  tls?: { readonly key: string; readonly cert: string; readonly implicit?: boolean },
): Promise<ListeningServer> {
  const record = createRecord()
  const sockets = new Set<Socket>()
  const context = tls === undefined ? null : createSecureContext({ key: tls.key, cert: tls.cert })
  const encrypt = (stream: Duplex): Duplex => {
    const secured = new TLSSocket(stream, { isServer: true, ...(context === null ? {} : { secureContext: context }) })
    secured.on('error', () => undefined)
    return secured
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    if (tls?.implicit === true) new Conversation(encrypt(socket), { script, record, implicitTls: true })
    else new Conversation(socket, { script, record, ...(context === null ? {} : { upgrade: encrypt }) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    record,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
