import type { Readable } from 'node:stream'
import type { Envelope, EnvelopeRecipient, Reply } from '../mail/index.ts'
import { sendContent } from './content.ts'
import { mailCommand, needsSmtpUtf8, rcptCommand } from './commands.ts'
import { FaultError, toFault } from './fault.ts'
import type { Fault } from './fault.ts'
import type { Session } from './session.ts'

/** One message for one group of recipients. */
export interface TransactionJob {
  readonly envelope: Envelope
  readonly recipients: readonly EnvelopeRecipient[]
  readonly size: number
  readonly has8Bit: boolean
  openMessage(): Readable
}

/** What the peer, or the conversation, said about one recipient. */
export type Verdict =
  | { readonly kind: 'taken'; readonly reply: Reply; readonly dsnPassedOn: boolean }
  | { readonly kind: 'not-taken'; readonly fault: Fault; readonly outcomeUnknown: boolean }

export interface TransactionResult {
  /** One for each recipient of the job, in its order. */
  readonly verdicts: readonly Verdict[]
  /** False when MAIL never got an answer: nothing has happened yet, so the same can be done over another connection. */
  readonly begun: boolean
  /** The session can take another transaction. */
  readonly reusable: boolean
}

/**
 * MAIL, RCPT, DATA or BDAT, and the replies, over an open session (routing rules 5.2, 5.6, 5.7). A verdict given at RCPT stands; what goes wrong later
 * is for the recipients that had been accepted or not yet asked for. Never throws: every recipient gets a verdict.
 */
export async function runTransaction(session: Session, job: TransactionJob, signal: AbortSignal): Promise<TransactionResult> {
  const transaction = new Transaction(session, job)
  const onAbort = (): void => session.wire.cancel()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    await transaction.run()
  } catch (error) {
    transaction.fail(toFault(error))
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  return transaction.result()
}

class Transaction {
  readonly #session: Session
  readonly #job: TransactionJob
  readonly #verdicts: (Verdict | undefined)[]
  #begun = false
  #broken = false
  #dotSent = false

  constructor(session: Session, job: TransactionJob) {
    this.#session = session
    this.#job = job
    this.#verdicts = job.recipients.map(() => undefined)
  }

  async run(): Promise<void> {
    const session = this.#session
    session.transactions += 1
    this.#refuseUnspeakable()
    const asked = this.#open()
    if (asked.length === 0) return
    await this.#resetIfNeeded()
    session.needsReset = true
    const accepted = await this.#envelope(asked)
    if (accepted.length === 0) return
    await this.#content(accepted)
  }

  /** The fault of everybody who has no verdict yet. The conversation is over. */
  fail(fault: Fault): void {
    this.#broken = true
    this.#failOpen(fault)
  }

  result(): TransactionResult {
    const verdicts = this.#verdicts.map((verdict) => verdict ?? notTaken({ kind: 'internal', detail: 'no verdict' }))
    return { verdicts, begun: this.#begun, reusable: !this.#broken }
  }

  /** Indices of recipients without a verdict. */
  #open(): number[] {
    return this.#verdicts.flatMap((verdict, index) => (verdict === undefined ? [index] : []))
  }

  #failOpen(fault: Fault): void {
    for (const index of this.#open()) this.#verdicts[index] = notTaken(fault, this.#dotSent && isUnknown(fault))
  }

  /** Addresses beyond ASCII need a peer that knows SMTPUTF8 (RFC 6531 §3.2). */
  #refuseUnspeakable(): void {
    if (this.#session.capabilities.smtpUtf8) return
    const { envelope, recipients } = this.#job
    const refused = notTaken({ kind: 'feature', feature: 'SMTPUTF8' })
    const all = needsSmtpUtf8(envelope.reversePath ?? '')
    recipients.forEach((recipient, index) => {
      if (all || needsSmtpUtf8(recipient.address)) this.#verdicts[index] = refused
    })
  }

  async #resetIfNeeded(): Promise<void> {
    const { wire, options } = this.#session
    if (!this.#session.needsReset) return
    wire.send('reset', ['RSET'])
    const reply = await wire.reply('reset', options.timeoutMs.mailFrom)
    if (reply.code >= 300) throw new FaultError({ kind: 'reply', stage: 'reset', reply })
    this.#session.needsReset = false
  }

  /** MAIL and RCPT, in one go when the peer can take it (RFC 2920). @returns indices of the accepted recipients */
  async #envelope(asked: readonly number[]): Promise<number[]> {
    const session = this.#session
    const { wire, capabilities, options } = session
    const mail = mailCommand(this.#job, capabilities)
    const rcpts = asked.map((index) => rcptCommand(this.#recipient(index), capabilities))
    const together = capabilities.pipelining
    wire.send('mail', together ? [mail, ...rcpts] : [mail])
    const mailReply = await wire.reply('mail', options.timeoutMs.mailFrom)
    // A server that is closing has not begun anything.
    this.#begun = mailReply.code !== 421
    if (!isPositive(mailReply)) {
      this.#failOpen({ kind: 'reply', stage: 'mail', reply: mailReply })
      session.needsReset = false
      if (mailReply.code === 421) this.#broken = true
      else if (together) await this.#discardReplies(rcpts.length)
      return []
    }
    const accepted: number[] = []
    for (const [position, index] of asked.entries()) {
      if (!together) wire.send('rcpt', [rcpts[position] ?? ''])
      const reply = await wire.reply('rcpt', options.timeoutMs.rcptTo)
      if (isPositive(reply)) accepted.push(index)
      else this.#verdicts[index] = notTaken({ kind: 'reply', stage: 'rcpt', reply })
      if (reply.code === 421) throw new FaultError({ kind: 'reply', stage: 'rcpt', reply })
    }
    return accepted
  }

  /** The answers to RCPTs that went out with a MAIL that was refused: they say nothing, but must be read to stay in step. */
  async #discardReplies(count: number): Promise<void> {
    const { wire, options } = this.#session
    for (let i = 0; i < count; i++) await wire.reply('rcpt', options.timeoutMs.rcptTo)
  }

  async #content(accepted: readonly number[]): Promise<void> {
    const { wire, options } = this.#session
    const early = await sendContent(this.#session, this.#job, () => {
      this.#dotSent = true
    })
    if (early !== null) {
      this.#failOpen({ kind: 'reply', stage: early.stage, reply: early.reply })
      // Only a plain refusal of DATA leaves the conversation in a state we know.
      if (early.stage !== 'data' || early.reply.code === 421 || early.reply.code < 400) this.#broken = true
      return
    }
    // LMTP answers once for each accepted recipient, in order (RFC 2033 §4.2); SMTP once for all.
    const groups = options.protocol === 'lmtp' ? accepted.map((index) => [index]) : [accepted]
    for (const group of groups) {
      const reply = await wire.reply('end', options.timeoutMs.data)
      for (const index of group) this.#verdicts[index] = this.#finalVerdict(index, reply)
      if (reply.code === 421) this.#broken = true
    }
    // The end of data ended the transaction, whatever the answer (RFC 5321 §4.1.1.4).
    this.#session.needsReset = false
  }

  #finalVerdict(index: number, reply: Reply): Verdict {
    if (!isPositive(reply)) return notTaken({ kind: 'reply', stage: 'end', reply })
    const { parameters } = this.#job.envelope
    const recipient = this.#recipient(index)
    const asked = [recipient.notify, recipient.orcpt, parameters.ret, parameters.envid].some((value) => value !== undefined)
    return { kind: 'taken', reply, dsnPassedOn: this.#session.capabilities.dsn && asked }
  }

  #recipient(index: number): EnvelopeRecipient {
    const recipient = this.#job.recipients[index]
    if (recipient === undefined) throw new FaultError({ kind: 'internal', detail: `no recipient ${index}` })
    return recipient
  }
}

function isPositive(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300
}

function notTaken(fault: Fault, outcomeUnknown = false): Verdict {
  return { kind: 'not-taken', fault, outcomeUnknown }
}

/** After the final dot only a reply tells what became of the message; without one it may have been taken. */
function isUnknown(fault: Fault): boolean {
  return fault.kind !== 'reply'
}
