import type { Line } from './line.ts'
import type { World } from './world.ts'

/** A message that a client handed in. */
export interface Submission {
  readonly token: string
  /** '' for a null sender. */
  readonly sender: string
  readonly body: string
  /** `accepted`: the client got its 250. `unknown`: the final dot went out and no answer came. */
  state: 'begun' | 'unknown' | 'accepted' | 'refused'
  /** Recipients that were not refused. */
  recipients: string[]
  /** NOTIFY= of recipients that have one (RFC 3461 §4.1). */
  readonly notify: ReadonlyMap<string, string>
  /** Monotonic time when the client called. */
  begunAt: number
}

/** A server took a message for some recipients. */
export interface Taking {
  readonly number: number
  readonly host: string
  readonly token: string
  readonly recipients: readonly string[]
  readonly at: number
  readonly life: number
  /** A delivery status notification; its token is that of the message it is about. */
  readonly isReport: boolean
  readonly messageId: string
  readonly body: string
  /** The engine that sent it has heard that it was taken. */
  answered: boolean
}

interface Transaction {
  readonly line: Line
  readonly recipients: Set<string>
}

/**
 * What really happened, written down by the world and not by the engine: what was handed in, what servers took and said, what the disk holds
 * for certain. The checks compare it with what the engine says.
 */
export class Ledger {
  readonly submissions = new Map<string, Submission>()
  readonly takings: Taking[] = []
  /** What was broken; the first is what to look at. */
  readonly violations: string[] = []
  /** Recipients whose success is on the disk for certain, and since when. */
  readonly durablyDone = new Map<string, number>()
  /** How recipients ended, as the disk has it. */
  readonly ends = new Map<string, { readonly disposition: string; readonly reply: string }>()
  /** Recipients, senders and hosts that heard a refusal for good. */
  readonly refusedRecipients = new Set<string>()
  readonly refusedSenders = new Set<string>()
  readonly refusingHosts = new Set<string>()
  readonly finalNames = new Set<string>()
  readonly withoutTls = new Set<string>()
  /** What a person did, by entry id. */
  readonly cancelled = new Set<string>()
  readonly retried: { readonly id: string | null; readonly wall: number }[] = []
  readonly #world: World
  /** By line, what the engine is just doing there; by recipient, where. */
  readonly #transactions = new Map<Line, Transaction>()
  readonly #underWay = new Map<string, Line>()

  constructor(world: World) {
    this.#world = world
  }

  violation(text: string): void {
    this.#world.note(`VIOLATION ${text}`)
    this.violations.push(text)
  }

  refusedForGood(host: string, stage: string, sender: string, recipients: readonly string[]): void {
    if (stage === 'mail') this.refusedSenders.add(sender)
    else if (recipients.length === 0) this.refusingHosts.add(host)
    for (const recipient of recipients) this.refusedRecipients.add(recipient)
    if (stage === 'data') this.refusedSenders.add(sender)
  }

  taken(host: string, sender: string, recipients: readonly string[], body: string): Taking {
    const isReport = body.includes('report-type=delivery-status')
    const token = tokenOf(isReport ? body : (recipients[0] ?? ''))
    const messageId = /^Message-ID: (\S+)/im.exec(body)?.[1] ?? ''
    const taking: Taking = {
      number: this.takings.length,
      host,
      token,
      recipients: [...recipients],
      at: this.#world.mono,
      life: this.#world.life,
      isReport,
      messageId,
      body,
      answered: false,
    }
    this.takings.push(taking)
    this.#world.note(`${host} takes ${isReport ? 'report on ' : ''}${token} from <${sender}> for ${recipients.join(' ')}`)
    if (!isReport) this.#checkWhole(taking, sender)
    return taking
  }

  /** The engine is just hearing that it was taken, if it still listens. */
  answered(taking: Taking, line: Line): void {
    const transaction = this.#transactions.get(line)
    if (transaction === undefined) return
    for (const recipient of taking.recipients) {
      if (transaction.recipients.has(recipient)) taking.answered = true
      this.settled(line, recipient)
    }
  }

  /** The engine hears the last word about a recipient (or about all of them) on this line. */
  settled(line: Line, recipient: string | undefined): void {
    const transaction = this.#transactions.get(line)
    if (transaction === undefined) return
    for (const one of recipient === undefined ? [...transaction.recipients] : [recipient]) {
      transaction.recipients.delete(one)
      if (this.#underWay.get(one) === line) this.#underWay.delete(one)
    }
  }

  /** Follows what the engine says on a connection: no recipient may be on two of them at once. */
  follow(line: Line): void {
    line.onWritten = (bytes) => {
      const verb = bytes.toString('latin1', 0, 4)
      if (verb !== 'MAIL' && verb !== 'RCPT' && verb !== 'RSET' && verb !== 'QUIT') return
      for (const command of bytes.toString('latin1').split('\r\n')) this.#command(line, command)
    }
  }

  /** What of the journal is on the disk. @param forCertain  no power cut can take it any more */
  journalled(bytes: Buffer, forCertain: boolean): void {
    for (let at = 0; at + 48 <= bytes.length && bytes.toString('latin1', at, at + 4) === 'MRJ1';) {
      const json = bytes.readUInt32LE(at + 28)
      const next = at + 48 + json + bytes.readUInt32LE(at + 32)
      const kind = bytes[at + 4]
      if ((kind === 1 || kind === 2) && next <= bytes.length) this.#state(bytes.toString('utf8', at + 48, at + 48 + json), forCertain)
      at = next
    }
  }

  #state(json: string, forCertain: boolean): void {
    if (!json.includes('"disposition":"')) return
    const entry = parsed(json)
    if (entry === null) return
    for (const { address, status, disposition, lastReply } of entry.recipients) {
      if (disposition === null) continue
      this.ends.set(address, { disposition, reply: lastReply ?? '' })
      if (forCertain && status === 'completed' && !this.durablyDone.has(address)) this.durablyDone.set(address, this.#world.mono)
    }
  }

  #command(line: Line, command: string): void {
    const verb = command.slice(0, 4)
    this.#world.tell?.(`line ${line.number} says ${command}`)
    if (verb === 'MAIL' || verb === 'RSET' || verb === 'QUIT') {
      this.settled(line, undefined)
      if (verb === 'MAIL') this.#transactions.set(line, { line, recipients: new Set() })
    }
    if (verb !== 'RCPT') return
    const recipient = /<([^>]*)>/.exec(command)?.[1] ?? ''
    const other = this.#underWay.get(recipient)
    if (other !== undefined && other !== line && !other.engineGone && !other.stalled && recipient.includes('-r')) {
      this.violation(`two attempts at once for ${recipient}`)
    }
    this.#underWay.set(recipient, line)
    this.#transactions.get(line)?.recipients.add(recipient)
  }

  #checkWhole(taking: Taking, sender: string): void {
    const submission = this.submissions.get(taking.token)
    if (submission === undefined) {
      if (!taking.body.includes('Mailroom test message'))
        this.violation(`${taking.host} took a message that nobody handed in: ${taking.token}`)
      return
    }
    if (!taking.body.endsWith(submission.body)) this.violation(`${taking.host} took a damaged copy of ${taking.token}`)
    if (sender !== submission.sender) this.violation(`${taking.token} went out from <${sender}>`)
    for (const recipient of taking.recipients) {
      if (!submission.recipients.includes(recipient)) this.violation(`${taking.token} went to ${recipient}, which was not asked for`)
    }
  }
}

/** What of a recipient's state is looked at here. */
interface StoredState {
  readonly address: string
  readonly status: string
  readonly disposition: string | null
  readonly lastReply: string | null
}

/** null for a record that a power cut has torn. */
function parsed(json: string): { readonly recipients: readonly StoredState[] } | null {
  try {
    return JSON.parse(json) as { readonly recipients: readonly StoredState[] }
  } catch {
    return null
  }
}

/** The message that an address (or the first address in a text) belongs to: every recipient belongs to one message only. */
export function tokenOf(text: string): string {
  return /(m\d+)-r\d+@/.exec(text)?.[1] ?? ''
}
