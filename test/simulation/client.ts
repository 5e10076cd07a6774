import type { Chance } from './chance.ts'
import type { Ledger, Submission } from './ledger.ts'
import type { Line } from './line.ts'
import type { SimulatedNetwork } from './network.ts'
import type { World } from './world.ts'

/** How a device hands its mail in. */
export interface Manners {
  /** It vanishes before this command of the conversation; Infinity: it does not. */
  readonly vanishesAt: number
  /** Milliseconds between an answer and its next command. */
  readonly thinksMs: number
  /** Pieces in which the content goes out. */
  readonly pieces: number
}

/** How a submission went, as the device sees it. */
export type Result = 'accepted' | 'refused' | 'lost' | 'unreachable'

/** A device that hands one message in. Calls `ended` once. */
export class Client {
  readonly #world: World
  readonly #submission: Submission
  readonly #manners: Manners
  readonly #line: Line
  readonly #ended: (result: Result) => void
  readonly #commands: string[]
  #input = ''
  #at = 0
  #over = false

  private constructor(world: World, submission: Submission, manners: Manners, line: Line, ended: (result: Result) => void) {
    this.#world = world
    this.#submission = submission
    this.#manners = manners
    this.#line = line
    this.#ended = ended
    const { sender, recipients, body } = submission
    this.#commands = [
      'EHLO scanner',
      `MAIL FROM:<${sender}>`,
      ...recipients.map((recipient) => `RCPT TO:<${recipient}>${notifyOf(submission, recipient)}`),
      'DATA',
      `${body.replace(/^\./gm, '..')}.`,
      'QUIT',
    ]
    line.far = this
    submission.begunAt = world.mono
    world.after(10 * 60_000, () => this.#finish('lost'))
  }

  static call(
    parts: { readonly world: World; readonly ledger: Ledger; readonly network: SimulatedNetwork },
    submission: Submission,
    manners: Manners,
    ended: (result: Result) => void,
  ): void {
    const line = parts.network.call(2525, '192.168.1.77')
    if (line === null) ended('unreachable')
    else {
      parts.ledger.submissions.set(submission.token, submission)
      new Client(parts.world, submission, manners, line, ended)
    }
  }

  onBytes(bytes: Buffer): void {
    this.#input += bytes.toString('latin1')
    for (;;) {
      const end = this.#input.indexOf('\r\n')
      if (end < 0 || this.#over) return
      const reply = this.#input.slice(0, end)
      this.#input = this.#input.slice(end + 2)
      if (reply[3] !== '-') this.#replied(Number(reply.slice(0, 3)))
    }
  }

  onEnd(): void {
    this.#line.end()
    this.#finish('lost')
  }

  onGone(): void {
    this.#finish('lost')
  }

  /** The answer to the command before; the greeting answers none. */
  #replied(code: number): void {
    const { recipients } = this.#submission
    const answered = this.#at - 1
    const firstRecipient = 2
    const data = firstRecipient + this.#recipients
    if (answered >= firstRecipient && answered < data && code >= 300) {
      const refused = /<([^>]*)>/.exec(this.#commands[answered] ?? '')?.[1] ?? ''
      this.#submission.recipients = recipients.filter((one) => one !== refused)
    } else if (answered === data + 1) {
      if (code < 300) {
        this.#submission.state = 'accepted'
        this.#world.note(`${this.#submission.token} is accepted`)
      } else this.#submission.state = 'refused'
      this.#finish(code < 300 ? 'accepted' : 'refused')
    } else if (code >= 400 && answered !== data + 2) {
      this.#finish('refused')
      this.#line.end()
      return
    }
    this.#next()
  }

  get #recipients(): number {
    return this.#commands.length - 5
  }

  #next(): void {
    const command = this.#commands[this.#at]
    if (command === undefined) {
      this.#line.end()
      return
    }
    if (this.#at >= this.#manners.vanishesAt) {
      this.#vanish(command)
      return
    }
    this.#world.after(this.#manners.thinksMs, () => {
      this.#at++
      if (command.endsWith('\r\n.')) this.#sendContent(`${command}\r\n`)
      else this.#line.send(Buffer.from(`${command}\r\n`, 'latin1'))
    })
  }

  #sendContent(content: string): void {
    const { pieces, thinksMs } = this.#manners
    const size = Math.ceil(content.length / pieces)
    const next = (from: number): void => {
      const last = from + size >= content.length
      // From the final dot on it may count as handed in.
      if (last) this.#submission.state = 'unknown'
      this.#line.send(Buffer.from(content.slice(from, from + size), 'latin1'))
      if (!last) this.#world.after(thinksMs, () => next(from + size))
    }
    next(0)
  }

  /** In the midst of what it was going to say. */
  #vanish(command: string): void {
    const half = command.slice(0, Math.floor(command.length / 2))
    this.#line.send(Buffer.from(half, 'latin1'))
    this.#world.after(this.#manners.thinksMs, () => {
      if (this.#at % 2 === 0) this.#line.reset()
      else this.#line.end()
      this.#finish('lost')
    })
  }

  #finish(result: Result): void {
    if (this.#over) return
    this.#over = true
    this.#ended(result)
    if (result === 'lost') this.#line.reset()
  }
}

function notifyOf({ notify }: Submission, recipient: string): string {
  const words = notify.get(recipient)
  return words === undefined ? '' : ` NOTIFY=${words}`
}

export function makeManners(chance: Chance): Manners {
  return {
    vanishesAt: chance.hits(0.12) ? chance.between(0, 7) : Infinity,
    thinksMs: chance.spread(1, 500),
    pieces: chance.pick([1, 1, 2, 5]),
  }
}
