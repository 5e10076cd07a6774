import type { Chance } from './chance.ts'
import type { Ledger, Taking } from './ledger.ts'
import type { Line } from './line.ts'
import type { Host } from './network.ts'
import type { World } from './world.ts'

/** How a server behaves at the moment: chances of one. */
export interface Mood {
  /** A call is not answered properly. */
  readonly unreachable: number
  /** A step of the conversation goes wrong in the way of the line: silence, garbage, an end. */
  readonly broken: number
  /** A step is refused, for now or for good. */
  readonly temporary: number
  readonly permanent: number
  /** After the final dot the answer gets lost, whatever became of the message. */
  readonly lostAnswer: number
  readonly tls: number
}

export const HEALTHY: Mood = { unreachable: 0, broken: 0, temporary: 0, permanent: 0, lostAnswer: 0, tls: 0 }
export const DEAD: Mood = { ...HEALTHY, unreachable: 1 }

export interface ServerTraits {
  readonly address: string
  readonly lmtp: boolean
  readonly implicitTls: boolean
  readonly offers: readonly string[]
}

/** A mail server that may do anything a server can do, and writes down what it took. */
export class MailServer implements Host {
  mood: Mood = HEALTHY
  readonly traits: ServerTraits
  readonly #world: World
  readonly #ledger: Ledger
  readonly #chance: Chance

  constructor(traits: ServerTraits, world: World, ledger: Ledger) {
    this.traits = traits
    this.#world = world
    this.#ledger = ledger
    this.#chance = world.chance.fork()
  }

  get address(): string {
    return this.traits.address
  }

  dialled(): 'open' | 'refused' | 'silent' | 'unreachable' {
    return this.#chance.hits(this.mood.unreachable) ? this.#chance.pick(['refused', 'silent', 'unreachable'] as const) : 'open'
  }

  accept(line: Line): void {
    new ServerConversation(line, this, this.#world, this.#ledger, this.#chance)
  }

  handshake(line: Line): 'good' | 'bad-certificate' | 'fails' | 'silent' {
    const result = this.#chance.hits(this.mood.tls) ? this.#chance.pick(['bad-certificate', 'fails', 'silent'] as const) : 'good'
    if (line.far instanceof ServerConversation && (result === 'good' || result === 'bad-certificate')) line.far.encrypted()
    return result
  }
}

class ServerConversation {
  readonly #line: Line
  readonly #server: MailServer
  readonly #world: World
  readonly #ledger: Ledger
  readonly #chance: Chance
  #input = ''
  #inData = false
  #tls = false
  #over = false
  #sender = ''
  #accepted: string[] = []
  /** When the last answer so far goes out: answers never overtake each other. */
  #speaksUntil = 0
  /** Bytes of a BDAT chunk still to come; -1 outside. */
  #chunkLeft = -1
  #chunkIsLast = false
  #chunks = ''

  constructor(line: Line, server: MailServer, world: World, ledger: Ledger, chance: Chance) {
    this.#line = line
    this.#server = server
    this.#world = world
    this.#ledger = ledger
    this.#chance = chance
    line.far = this
    if (!server.traits.implicitTls) this.#answer('220 simulated', 'greeting')
  }

  encrypted(): void {
    this.#tls = true
    if (this.#server.traits.implicitTls) this.#answer('220 simulated', 'greeting')
  }

  onBytes(bytes: Buffer): void {
    this.#input += bytes.toString('latin1')
    while (!this.#over && this.#step());
  }

  onEnd(): void {
    this.#over = true
    this.#end()
  }

  onGone(): void {
    this.#over = true
  }

  #step(): boolean {
    if (this.#inData) return this.#takeData()
    if (this.#chunkLeft >= 0) return this.#takeChunk()
    const end = this.#input.indexOf('\r\n')
    if (end < 0) return false
    const command = this.#input.slice(0, end)
    this.#input = this.#input.slice(end + 2)
    this.#command(command)
    return true
  }

  #command(command: string): void {
    const verb = command.slice(0, 4).toUpperCase()
    const address = /<([^>]*)>/.exec(command)?.[1] ?? ''
    switch (verb) {
      case 'EHLO':
      case 'LHLO':
        this.#answer(this.#greeting(), 'hello')
        break
      case 'STAR':
        this.#answer('220 2.0.0 go ahead', 'starttls')
        break
      case 'MAIL':
        this.#sender = address
        this.#accepted = []
        this.#chunks = ''
        this.#answer('250 2.1.0 sender ok', 'mail')
        break
      case 'RCPT':
        this.#recipient(address)
        break
      case 'DATA':
        if (this.#accepted.length === 0) this.#send('503 5.5.1 no recipients')
        else this.#inData = this.#answer('354 go on', 'data')
        break
      case 'BDAT': {
        const [, count = '0', last] = command.split(' ')
        this.#chunkLeft = Number(count)
        this.#chunkIsLast = last?.toUpperCase() === 'LAST'
        break
      }
      case 'RSET':
        this.#accepted = []
        this.#answer('250 2.0.0 reset', 'reset')
        break
      case 'QUIT':
        this.#send('221 2.0.0 bye')
        this.#over = true
        this.#end()
        break
      default:
        this.#send('500 5.5.1 what')
    }
  }

  #greeting(): string {
    const { offers } = this.#server.traits
    const lines = ['simulated', ...offers.filter((offer) => offer !== 'STARTTLS' || !this.#tls)]
    return lines.map((text, i) => `250${i < lines.length - 1 ? '-' : ' '}${text}`).join('\r\n')
  }

  #recipient(address: string): void {
    if (address.startsWith('nobody')) {
      this.#ledger.refusedForGood(this.#server.address, 'rcpt', this.#sender, [address])
      return this.#send('550 5.1.1 no such user', () => this.#ledger.settled(this.#line, address))
    }
    if (this.#answer('250 2.1.5 recipient ok', 'rcpt', address)) this.#accepted.push(address)
  }

  #takeData(): boolean {
    const end = this.#input.startsWith('.\r\n') ? 0 : this.#input.indexOf('\r\n.\r\n')
    if (end < 0) {
      this.#maybeInterrupt()
      return false
    }
    const body = end === 0 ? '' : this.#input.slice(0, end + 2)
    this.#input = this.#input.slice(end === 0 ? 3 : end + 5)
    this.#inData = false
    this.#finish(body.replace(/^\./gm, ''))
    return true
  }

  #takeChunk(): boolean {
    const piece = this.#input.slice(0, this.#chunkLeft)
    this.#input = this.#input.slice(piece.length)
    this.#chunkLeft -= piece.length
    this.#chunks += piece
    if (this.#chunkLeft > 0) return false
    this.#chunkLeft = -1
    if (this.#chunkIsLast) this.#finish(this.#chunks)
    else this.#answer('250 2.0.0 next', 'data')
    return true
  }

  /** In the midst of the content: an end, a refusal that nobody waits for, or no more reading. */
  #maybeInterrupt(): void {
    const { broken } = this.#server.mood
    if (!this.#chance.hits(broken / 2)) return
    const way = this.#chance.pick(['end', 'reset', 'stall', 'refuse'] as const)
    this.#world.note(`${this.#server.address} ${way} in the content`)
    this.#over = true
    if (way === 'end') this.#end()
    else if (way === 'reset') this.#line.reset()
    else if (way === 'stall') this.#line.stalled = true
    else {
      this.#ledger.refusedForGood(this.#server.address, 'content', this.#sender, this.#accepted)
      this.#send('554 5.6.0 I have seen enough')
      this.#end()
    }
  }

  #finish(body: string): void {
    if (this.#accepted.length === 0) return this.#send('503 5.5.1 no recipients')
    if (this.#server.traits.lmtp) {
      for (const recipient of this.#accepted) if (!this.#over) this.#conclude(body, [recipient])
    } else this.#conclude(body, this.#accepted)
    this.#accepted = []
  }

  #conclude(body: string, recipients: readonly string[]): void {
    const { mood } = this.#server
    if (this.#chance.hits(mood.lostAnswer)) {
      const taking = this.#chance.hits(0.5) ? this.#take(body, recipients) : null
      const way = this.#chance.pick(['end', 'reset', 'silence', 'garbage', 'late'] as const)
      this.#world.note(`${this.#server.address} ${taking === null ? 'forgets' : 'takes'} and answers with ${way}`)
      this.#over = true
      if (way === 'end') this.#end()
      else if (way === 'reset') this.#line.reset()
      else if (way === 'garbage') this.#line.send(Buffer.from('\u0001 hello? <html>\r\n', 'latin1'))
      else if (way === 'late') this.#dribble(`250 2.0.0 ${taking === null ? 'is what I never said' : 'taken late'}`, taking)
      return
    }
    const refused = this.#refusal('end', recipients)
    if (refused !== null) return this.#send(refused, () => recipients.forEach((one) => this.#ledger.settled(this.#line, one)))
    const taking = this.#take(body, recipients)
    this.#send('250 2.0.0 taken', () => this.#ledger.answered(taking, this.#line))
  }

  #take(body: string, recipients: readonly string[]): Taking {
    return this.#ledger.taken(this.#server.address, this.#sender, recipients, body)
  }

  /** A byte now and then: the whole of it may come too late. */
  #dribble(reply: string, taking: Taking | null): void {
    if (taking === null) return
    const bytes = `${reply}\r\n`
    const everyMs = this.#chance.spread(10, 60_000)
    const next = (at: number): void => {
      const last = at === bytes.length - 1
      this.#line.send(Buffer.from(bytes.charAt(at)), () => {
        if (last) this.#ledger.answered(taking, this.#line)
      })
      if (!last && !this.#line.engineGone) this.#world.after(everyMs, () => next(at + 1))
    }
    next(0)
  }

  #refusal(stage: string, recipients: readonly string[]): string | null {
    const { mood } = this.#server
    if (this.#chance.hits(mood.permanent)) {
      this.#ledger.refusedForGood(this.#server.address, stage, this.#sender, recipients)
      return this.#chance.pick([`554 5.7.1 never (${stage})`, '550-several\r\n550-lines of\r\n550 5.7.0 no', '553'])
    }
    if (this.#chance.hits(mood.temporary))
      return this.#chance.pick([`451 4.3.0 later (${stage})`, '450-not\r\n450 4.2.0 now', '452 4.2.2 full'])
    return null
  }

  /** @returns true when the good reply went out */
  #answer(reply: string, stage: string, recipient?: string): boolean {
    const { mood } = this.#server
    if (this.#chance.hits(mood.broken)) {
      this.#break(stage)
      return false
    }
    const refused = this.#refusal(stage, recipient === undefined ? [] : [recipient])
    if (refused === null) this.#send(reply)
    else this.#send(refused, () => this.#ledger.settled(this.#line, recipient))
    return refused === null
  }

  #break(stage: string): void {
    const way = this.#chance.pick(['end', 'reset', 'silence', 'garbage', 'flood', 'endless', '421', '421', 'two'] as const)
    this.#world.note(`${this.#server.address} breaks the ${stage} with ${way}`)
    if (way === 'two') {
      // With more commands on the way no client could tell which answer is whose.
      this.#send(this.#input === '' ? '451 4.3.0 one\r\n250 two' : '451 4.3.0 one')
      return
    }
    this.#over = true
    if (way === 'end') this.#end()
    else if (way === 'reset') this.#line.reset()
    else if (way === 'garbage') this.#line.send(Buffer.from('\u0001\u0002 hello? <html>\r\n', 'latin1'))
    else if (way === 'flood') this.#line.send(FLOOD)
    else if (way === 'endless') this.#line.send(ENDLESS)
    else if (way === '421') {
      this.#send('421 4.3.2 going away')
      this.#end()
    }
  }

  #send(reply: string, delivered?: () => void): void {
    const bytes = Buffer.from(`${reply}\r\n`, 'latin1')
    const waitMs = this.#chance.hits(0.03) ? this.#chance.spread(10, 20_000) : 0
    this.#later(waitMs, () => this.#line.send(bytes, delivered))
  }

  #end(): void {
    this.#later(0, () => this.#line.end())
  }

  #later(waitMs: number, act: () => void): void {
    const { mono } = this.#world
    const at = Math.max(this.#speaksUntil, mono + waitMs)
    this.#speaksUntil = at
    if (at <= mono) act()
    else this.#world.after(at - mono, act)
  }
}

const FLOOD = Buffer.from(`250 ${'x'.repeat(1024 * 1024)}\r\n`)
const ENDLESS = Buffer.from('250-and another\r\n'.repeat(200))
