import type { Readable } from 'node:stream'
import type { TranscriptLine } from '../../contract/index.ts'
import type { EnvelopeRecipient, FailureCause, Outcome } from '../mail/index.ts'
import { makeReply } from '../mail/index.ts'
import { errorCode } from '../system/index.ts'
import { failedOutcome, judge } from './classify.ts'
import type { DeliveryParts, DeliveryReport, DeliveryRequest } from './types.ts'

/** Routing rules 5.8: the host that local mail is reported with. */
const HOST = 'localhost'

/** A group on a `local` route: recipient after recipient, each with its own outcome. Never throws. */
export async function deliverToMailboxes(
  request: DeliveryRequest,
  deliverLocally: DeliveryParts['deliverLocally'],
  signal: AbortSignal,
): Promise<DeliveryReport> {
  const outcomes: Outcome[] = []
  for (const recipient of request.recipients) {
    if (signal.aborted) outcomes.push(failedOutcome(judge({ kind: 'cancelled', stage: null }, { host: HOST, address: '' }), HOST))
    else outcomes.push(await deliverOne(request, recipient, deliverLocally))
  }
  const failures = outcomes.flatMap((outcome) => (outcome.kind === 'completed' ? [] : [outcome.failure.text]))
  const problem = failures.length === outcomes.length ? (failures[0] ?? null) : null
  return {
    outcomes,
    tries: [{ host: HOST, address: HOST, port: 0, tls: null, problem }],
    transcript: outcomes.map((outcome): TranscriptLine => ({ at: 0, by: 'note', text: storyOf(outcome) })),
  }
}

async function deliverOne(
  request: DeliveryRequest,
  recipient: EnvelopeRecipient,
  deliverLocally: DeliveryParts['deliverLocally'],
): Promise<Outcome> {
  try {
    return await deliverLocally(request, recipient)
  } catch (error) {
    return storageOutcome(error)
  }
}

/** What local delivery needs to know about mailboxes. */
export interface MailboxKeeper {
  /** Id of the mailbox that takes mail for this address; null when there is none. */
  mailboxFor(address: string): string | null
  /** Makes the message durable in the mailbox. @throws system errors (ENOSPC, EACCES, …) */
  store(mailbox: string, message: Readable, request: DeliveryRequest, recipient: EnvelopeRecipient): Promise<void>
}

/** `DeliveryParts.deliverLocally` over mailboxes: no mailbox is permanent, trouble with the disk is temporary (routing rules 5.8). */
export function createLocalDelivery(keeper: MailboxKeeper): DeliveryParts['deliverLocally'] {
  return async (request, recipient) => {
    const mailbox = keeper.mailboxFor(recipient.address)
    if (mailbox === null) return missingMailbox(recipient.address)
    try {
      await keeper.store(mailbox, request.openMessage(), request, recipient)
    } catch (error) {
      return storageOutcome(error)
    }
    const reply = makeReply(250, [`2.1.5 Delivered to mailbox ${mailbox}`])
    return { kind: 'completed', host: HOST, reply, via: 'delivered', dsnPassedOn: false }
  }
}

function missingMailbox(address: string): Outcome {
  const reply = makeReply(550, [`5.1.1 No mailbox here for ${address}`])
  const text = `No mailbox here takes mail for ${address}.`
  return failedOutcome(
    { kind: 'perm_fail', failure: { class: 'unexpected-reply', status: '5.1.1', cause: 'mailbox-missing', text, reply } },
    HOST,
  )
}

/** A full disk is told as such (RFC 3463: 4.3.1 mail system full); everything else about our disk is 4.3.0. */
function storageOutcome(error: unknown): Outcome {
  const code = errorCode(error)
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const detail = error instanceof Error ? error.message : String(error)
  const text = full
    ? 'The disk is full, so the message could not be put into the mailbox.'
    : `The message could not be put into the mailbox: ${detail}.`
  const cause: FailureCause = 'storage'
  return failedOutcome({ kind: 'temp_fail', failure: { class: 'io', status: full ? '4.3.1' : '4.3.0', cause, text, reply: null } }, HOST)
}

function storyOf(outcome: Outcome): string {
  return outcome.kind === 'completed' ? outcome.reply.lines.join(' ') : outcome.failure.text
}
