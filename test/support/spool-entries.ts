import type { Entry, RecipientState, Spool } from '../../main/engine/spool/index.ts'
import type { Random } from '../../main/engine/system/index.ts'
import { seededChance } from './crashing-disk.ts'

/** A recipient that was never tried. */
export function newRecipient(address: string): RecipientState {
  return {
    address,
    status: 'scheduled',
    retryNum: 0,
    dueAt: 1_000,
    notifyNum: 0,
    notifyDueAt: null,
    expiry: { kind: 'time', at: 9_000_000 },
    queueName: 'default',
    route: null,
    rule: null,
    lastError: 'none',
    lastEntity: '',
    lastStatus: '',
    lastReply: null,
    lastAttemptAt: null,
    mayArriveTwice: false,
    disposition: null,
    reported: false,
  }
}

export function newEntry(id: string, size: number, recipients: readonly string[] = ['bob@example.org']): Entry {
  return {
    head: {
      id,
      createdAt: 1_000,
      size,
      envelope: {
        reversePath: 'ann@example.net',
        parameters: { body: '8BITMIME' },
        recipients: recipients.map((address) => ({ address, notify: 'FAILURE' })),
      },
      source: 'unauthenticated',
      client: { address: '192.168.1.20', port: 2525, listener: 'lan', helo: 'scanner', account: null, tls: null },
      subject: 'Scan 17',
      messageId: '<1@scanner>',
      has8Bit: false,
    },
    recipients: recipients.map(newRecipient),
    heldAt: null,
  }
}

/** The entry after one more temporary failure of everybody. */
export function triedAgain(entry: Entry): Entry {
  return {
    ...entry,
    recipients: entry.recipients.map((state) => ({
      ...state,
      status: 'temp_fail',
      retryNum: state.retryNum + 1,
      lastReply: '451 4.3.0 later',
      lastError: 'unexpected-reply',
    })),
  }
}

export function completed(entry: Entry): Entry {
  return {
    ...entry,
    recipients: entry.recipients.map((state) => ({ ...state, status: 'completed', disposition: 'relayed', reported: true })),
  }
}

/** A message of `size` bytes that no other message is. */
export function messageBytes(id: string, size: number): Buffer {
  const head = `Message-ID: <${id}>\r\n\r\n`
  const line = `${id} line\r\n`
  return Buffer.from((head + line.repeat(Math.ceil(size / line.length))).slice(0, Math.max(size, head.length)))
}

/** Hands a message in as a listener does, and waits for the commit. */
export async function accept(spool: Spool, message: Buffer, id = spool.newId()): Promise<Entry> {
  const incoming = await spool.receive(id)
  try {
    for (let at = 0; at < message.length; at += 1000) await incoming.write(message.subarray(at, at + 1000))
    const entry = newEntry(id, message.length)
    await incoming.commit(entry)
    return entry
  } catch (error) {
    await incoming.abandon()
    throw error
  }
}

export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Chance from a seed. */
export function seededRandom(seed: number): Random {
  const chance = seededChance(seed)
  return {
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => Math.floor(chance() * 256))),
    below: (below) => Math.floor(chance() * below),
  }
}
