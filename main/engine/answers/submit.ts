import { isAscii } from 'node:buffer'
import type { ClientInfo } from '../../contract/index.ts'
import type { Envelope, Source } from '../mail/index.ts'
import { readHeaderFacts } from '../listener/index.ts'
import type { Entry, EntryHead, Spool } from '../spool/index.ts'
import type { Clock } from '../system/index.ts'

/** A message made here: a report, or a test message. */
export interface OwnMessage {
  readonly message: Buffer
  readonly envelope: Envelope
  readonly source: Source
  readonly client: ClientInfo
}

/** How a message of our own gets into the spool: the same way as one from a device. */
export interface SubmitParts {
  readonly spool: Pick<Spool, 'newId' | 'receive'>
  readonly clock: Clock
  firstEntry(head: EntryHead): Promise<Entry>
  accepted(entry: Entry, storedInMs: number): void
}

/**
 * @param id the entry's id, taken before so that the message can name it
 * @returns when it survives a power cut. @throws disk trouble; then nothing is kept
 */
export async function submit(parts: SubmitParts, id: string, own: OwnMessage): Promise<void> {
  const { message, ...rest } = own
  const begunAt = parts.clock.monotonic()
  const incoming = await parts.spool.receive(id)
  try {
    await incoming.write(message)
    const { subject, messageId } = readHeaderFacts(message)
    const has8Bit = !isAscii(message)
    const head: EntryHead = { id, createdAt: parts.clock.now(), size: message.length, subject, messageId, has8Bit, ...rest }
    const entry = await parts.firstEntry(head)
    await incoming.commit(entry)
    parts.accepted(entry, parts.clock.monotonic() - begunAt)
  } catch (thrown) {
    await incoming.abandon()
    throw thrown
  }
}

/** Who hands in what is made here (routing rules 2.8: 127.0.0.1, port 0). */
export const OURSELVES: ClientInfo = { address: '127.0.0.1', port: 0, listener: '', helo: '', account: null, tls: null }
