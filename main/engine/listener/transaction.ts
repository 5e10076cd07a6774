import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server'
import { SmtpFailure } from '../mail/index.ts'
import type { EntryHead, IncomingMessage } from '../spool/index.ts'
import { clientOf, envelopeOf } from './envelope.ts'
import { has8Bit, headerEnd, readHeaderFacts } from './header-scan.ts'
import type { HeaderFacts } from './header-scan.ts'
import { dateTime, receivedField } from './trace.ts'
import type { ListenerDependencies } from './types.ts'

/** As much of a header section as is looked at; what is longer is stored all the same. */
const HEADER_SCAN_BYTES = 256 * 1024

/**
 * One transaction's message from the socket into the spool. When it resolves, message and envelope survive a power cut and 250 may be said.
 * @returns the entry's id
 * @throws SmtpFailure or a system error; then nothing is kept
 */
export async function takeMessage(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  listener: string,
  dependencies: ListenerDependencies,
): Promise<string> {
  const { clock, spool } = dependencies
  const settings = dependencies.settings()
  const id = spool.newId()
  const client = clientOf(session, listener)
  const envelope = envelopeOf(session)
  const createdAt = clock.now()
  const incoming = await spool.receive(id)
  try {
    const writer = new MessageWriter(incoming, (facts) => {
      if (facts.received > settings.limits.maxReceivedHeaders) {
        throw new SmtpFailure(554, '4.6', 'This message has been here before: too many Received fields')
      }
      const trace = receivedField({
        client,
        protocol: session.transmissionType,
        cipher: session.tlsOptions === false ? null : session.tlsOptions.name,
        hostname: settings.server.hostname,
        entryId: id,
        onlyRecipient: envelope.recipients.length === 1 ? (envelope.recipients[0]?.address ?? null) : null,
        at: createdAt,
      })
      const messageId = `<${id}@${settings.server.hostname}>`
      return { text: trace + missingFields(facts, createdAt, messageId), messageId: facts.messageId === '' ? messageId : facts.messageId }
    })
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      // The rest of a message that is too large is read and dropped, so that the client gets to hear why.
      if (!stream.sizeExceeded) await writer.write(chunk)
    }
    if (stream.sizeExceeded)
      throw new SmtpFailure(552, '3.4', `Message is larger than the ${settings.limits.maxMessageBytes} bytes taken here`)
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
    dependencies.accepted(entry, clock.monotonic() - receivedAt)
    return id
  } catch (thrown) {
    await incoming.abandon()
    throw thrown
  }
}

/** Message-ID and Date that every message should have (RFC 6409 §8), CRLF at each end; '' when nothing is missing. */
function missingFields(facts: HeaderFacts, at: number, messageId: string): string {
  // Some alarm panels send bare text; without an empty line its first words would be taken for a broken header.
  const separator = facts.beginsWithText ? '\r\n' : ''
  return (facts.hasMessageId ? '' : `Message-ID: ${messageId}\r\n`) + (facts.hasDate ? '' : `Date: ${dateTime(at)}\r\n`) + separator
}

interface StoredMessage {
  readonly bytes: number
  readonly facts: HeaderFacts
  readonly messageId: string
  readonly has8Bit: boolean
}

/** Holds the header section back until it is complete, puts our fields on top, then lets everything through. */
class MessageWriter {
  readonly #incoming: IncomingMessage
  readonly #prefix: (facts: HeaderFacts) => { text: string; messageId: string }
  #pending: Buffer[] = []
  #pendingBytes = 0
  #facts: HeaderFacts | null = null
  #messageId = ''
  #bytes = 0
  #has8Bit = false

  constructor(incoming: IncomingMessage, prefix: (facts: HeaderFacts) => { text: string; messageId: string }) {
    this.#incoming = incoming
    this.#prefix = prefix
  }

  async write(chunk: Buffer): Promise<void> {
    this.#has8Bit ||= has8Bit(chunk)
    if (this.#facts !== null) {
      await this.#store(chunk)
      return
    }
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    const begin = this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending)
    if (headerEnd(begin) >= 0 || this.#pendingBytes >= HEADER_SCAN_BYTES) await this.#begin(begin)
    else this.#pending = [begin]
  }

  async end(): Promise<StoredMessage> {
    const facts = this.#facts ?? (await this.#begin(Buffer.concat(this.#pending)))
    return { bytes: this.#bytes, facts, messageId: this.#messageId, has8Bit: this.#has8Bit }
  }

  async #begin(begin: Buffer): Promise<HeaderFacts> {
    const end = headerEnd(begin)
    const facts = readHeaderFacts(end < 0 ? begin : begin.subarray(0, end))
    const { text, messageId } = this.#prefix(facts)
    this.#facts = facts
    this.#messageId = messageId
    this.#pending = []
    await this.#store(Buffer.from(text))
    await this.#store(begin)
    return facts
  }

  async #store(chunk: Buffer): Promise<void> {
    this.#bytes += chunk.length
    await this.#incoming.write(chunk)
  }
}
