import type { ClientInfo, Oddity } from '../../contract/index.ts'
import { SmtpFailure } from '../mail/index.ts'
import type { Envelope } from '../mail/index.ts'
import type { EntryHead, IncomingMessage } from '../spool/index.ts'
import { Refused } from './edge.ts'
import { MessageWriter } from './message-writer.ts'
import type { HeaderFacts } from './header-scan.ts'
import { tooLarge } from './session/session.ts'
import { dateTime, receivedField } from './trace.ts'
import type { ListenerDependencies } from './types.ts'

/** More of our own traces than a message gets that is sent back to us on purpose. */
const MAX_OWN_TRACES = 4

/** What is known when DATA is said. */
export interface TransactionFacts {
  readonly client: ClientInfo
  readonly envelope: Envelope
  /** ESMTP, ESMTPS, … (RFC 3848). */
  readonly protocol: string
  readonly cipher: string | null
}

/** A message on its way into the spool. Nothing of it is kept unless `finish` resolves. */
export interface Reception {
  /** Never throws: what goes wrong is told by `finish`, and everything after it is dropped, so that the client gets to hear why. */
  write(content: Buffer): Promise<void>
  /**
   * When it resolves, message and envelope survive a power cut and 250 may be said.
   * @param seen  what was odd so far; what is odd in the header section comes with it
   * @throws Refused, SmtpFailure or a system error; then nothing is kept
   */
  finish(seen: readonly Oddity[]): Promise<{ readonly id: string; readonly odd: readonly Oddity[] }>
  /** The client has gone. Never throws. */
  abandon(): Promise<void>
}

/** @throws system errors when the spool cannot take anything */
export async function beginMessage(facts: TransactionFacts, dependencies: ListenerDependencies): Promise<Reception> {
  const { clock, spool } = dependencies
  const { server, limits } = dependencies.settings()
  const { client, envelope } = facts
  const id = spool.newId()
  const createdAt = clock.now()
  const incoming: IncomingMessage = await spool.receive(id)
  const writer = new MessageWriter(
    incoming,
    (header) => {
      refuseLoop(header, limits.maxReceivedHeaders)
      const trace = receivedField({
        client,
        protocol: facts.protocol,
        cipher: facts.cipher,
        hostname: server.hostname,
        entryId: id,
        onlyRecipient: envelope.recipients.length === 1 ? (envelope.recipients[0]?.address ?? null) : null,
        at: createdAt,
      })
      const messageId = header.messageId === '' ? `<${id}@${server.hostname}>` : header.messageId
      return { text: trace + missingFields(header, createdAt, messageId, envelope.reversePath), messageId }
    },
    server.hostname,
  )
  let contentBytes = 0
  let trouble: { readonly thrown: unknown } | null = null

  async function fail(thrown: unknown): Promise<void> {
    trouble = { thrown }
    await incoming.abandon()
  }

  return {
    async write(content) {
      if (trouble !== null || content.length === 0) return
      contentBytes += content.length
      try {
        if (contentBytes > limits.maxMessageBytes) throw new Refused(tooLarge(limits.maxMessageBytes))
        await writer.write(content)
      } catch (thrown) {
        await fail(thrown)
      }
    },
    async finish(seen) {
      if (trouble !== null) throw trouble.thrown
      try {
        const stored = await writer.end()
        const receivedAt = clock.monotonic()
        const head: EntryHead = {
          id,
          createdAt,
          size: stored.bytes,
          envelope,
          source: client.account === null ? 'unauthenticated' : 'authenticated',
          client,
          subject: stored.facts.subject,
          messageId: stored.messageId,
          has8Bit: stored.has8Bit,
        }
        const entry = await dependencies.firstEntry(head)
        await incoming.commit(entry)
        const odd = oddHeader(stored.facts, envelope)
        dependencies.accepted(entry, clock.monotonic() - receivedAt, [...new Set([...seen, ...odd])])
        return { id, odd }
      } catch (thrown) {
        await fail(thrown)
        throw thrown
      }
    },
    abandon: () => (trouble === null ? incoming.abandon() : Promise.resolve()),
  }
}

function refuseLoop({ received, ownTraces }: HeaderFacts, maxReceived: number): void {
  if (received <= maxReceived && ownTraces <= MAX_OWN_TRACES) return
  const text = received > maxReceived ? 'too many Received fields' : `this computer has passed it on ${ownTraces} times`
  throw new Refused({ failure: new SmtpFailure(554, '4.6', `This message has been here before: ${text}`), reason: 'loop' })
}

function oddHeader(header: HeaderFacts, { parameters }: Envelope): Oddity[] {
  const missing = !header.hasFrom || !header.hasDate || !header.hasMessageId
  return [
    ...(missing ? (['header-missing'] as const) : []),
    ...(header.broken ? (['header-broken'] as const) : []),
    ...(header.has8Bit && parameters.smtputf8 !== true ? (['eight-bit-header'] as const) : []),
  ]
}

/** Fields that every message should have (RFC 6409 §8), CRLF at each end; '' when nothing is missing. */
function missingFields(header: HeaderFacts, at: number, messageId: string, reversePath: string | null): string {
  // Some alarm panels send bare text; without an empty line its first words would be taken for a broken header.
  const separator = header.beginsWithText ? '\r\n' : ''
  return (
    (header.hasFrom || reversePath === null ? '' : `From: <${reversePath}>\r\n`) +
    (header.hasMessageId ? '' : `Message-ID: ${messageId}\r\n`) +
    (header.hasDate ? '' : `Date: ${dateTime(at)}\r\n`) +
    separator
  )
}
