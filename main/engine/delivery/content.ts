import type { Readable } from 'node:stream'
import type { Reply } from '../mail/index.ts'
import { errorCode } from '../system/index.ts'
import { FaultError, toFault } from './fault.ts'
import type { Stage } from './fault.ts'
import { MessageEncoder } from './message-encoder.ts'
import type { Session } from './session.ts'
import { sizeText } from './transcript.ts'

/** With BDAT the size goes before the bytes, so this much is gathered first; a longer message goes in several chunks (RFC 3030 §2). */
const BDAT_CHUNK_BYTES = 1024 * 1024

const FINAL_DOT = Buffer.from('.\r\n', 'latin1')

export interface Content {
  readonly size: number
  openMessage(): Readable
}

/** An answer that ends the transaction before all of the message was sent. */
export interface EarlyReply {
  readonly stage: Stage
  readonly reply: Reply
}

/**
 * Sends the message by BDAT when CHUNKING is offered, else by DATA.
 * @param onLastByte   called just before the bytes go out after which the peer may take the message
 * @returns null when all was sent and the final replies are to be read; else the refusal
 * @throws FaultError. Whenever the message broke off the connection is closed, so that no part of it can count as the whole
 */
export async function sendContent(session: Session, content: Content, onLastByte: () => void): Promise<EarlyReply | null> {
  const progress = { lastByteSent: false }
  const markLast = (): void => {
    progress.lastByteSent = true
    onLastByte()
  }
  try {
    return await (session.capabilities.chunking ? sendByBdat(session, content, markLast) : sendByData(session, content, markLast))
  } catch (error) {
    // A server that refuses and hangs up in the middle is seen as a broken line first; its reply says more.
    const early = progress.lastByteSent ? undefined : session.wire.takeEarly()
    const stage = stageOf(error)
    if (stage !== 'data') session.wire.destroy()
    if (early !== undefined && early.code >= 400 && stage === 'content') return { stage: 'end', reply: early }
    throw error
  }
}

function stageOf(error: unknown): Stage {
  const fault = toFault(error)
  return 'stage' in fault && fault.stage !== null ? fault.stage : 'content'
}

async function sendByData(session: Session, content: Content, onLastByte: () => void): Promise<EarlyReply | null> {
  const { wire, options } = session
  const timeoutMs = options.timeoutMs.data
  wire.send('data', ['DATA'])
  const go = await wire.reply('data', timeoutMs)
  if (go.code !== 354) return { stage: 'data', reply: go }
  const encoder = new MessageEncoder({ dots: true })
  // One piece is held back, so that the final dot goes out with the last of the message.
  let held: Buffer | null = null
  for await (const chunk of readMessage(content)) {
    const piece = encoder.encode(chunk)
    if (held !== null) await wire.write('content', [held], timeoutMs)
    wire.checkNothingEarly('content')
    held = piece
  }
  // An answer before the end can only be a refusal: any other would be taken for the answer to all of it.
  wire.checkNothingEarly('content')
  onLastByte()
  wire.note(`${sizeText(content.size)} of message`)
  await wire.write('content', [...(held === null ? [] : [held]), encoder.end(), FINAL_DOT], timeoutMs)
  return null
}

async function sendByBdat(session: Session, content: Content, onLastByte: () => void): Promise<EarlyReply | null> {
  const { wire, options } = session
  const timeoutMs = options.timeoutMs.data
  const encoder = new MessageEncoder({ dots: false })
  let pieces: Buffer[] = []
  let bytes = 0
  for await (const chunk of readMessage(content)) {
    if (bytes >= BDAT_CHUNK_BYTES) {
      wire.send('content', [`BDAT ${bytes}`])
      await wire.write('content', pieces, timeoutMs)
      const reply = await wire.reply('content', timeoutMs)
      if (reply.code >= 300) return { stage: 'end', reply }
      pieces = []
      bytes = 0
    }
    const piece = encoder.encode(chunk)
    pieces.push(piece)
    bytes += piece.length
  }
  const ending = encoder.end()
  if (ending.length > 0) pieces.push(ending)
  onLastByte()
  wire.send('content', [`BDAT ${bytes + ending.length} LAST`])
  wire.note(`${sizeText(content.size)} of message`)
  await wire.write('content', pieces, timeoutMs)
  return null
}

/**
 * Our own copy, piece by piece.
 * @throws FaultError `storage` when it cannot be read, or is shorter than what was accepted: half a message must never go out as a whole one
 */
async function* readMessage(content: Content): AsyncGenerator<Buffer> {
  let bytes = 0
  const source = openOrFail(content)
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        throw storageFault(error)
      })
      if (next.done === true) break
      const chunk = Buffer.isBuffer(next.value) ? next.value : Buffer.from(next.value as Uint8Array)
      bytes += chunk.length
      yield chunk
    }
  } finally {
    source.destroy()
  }
  if (bytes < content.size) throw new FaultError({ kind: 'storage', code: 'ESHORT', detail: `${bytes} of ${content.size} bytes are there` })
}

function openOrFail(content: Content): Readable {
  try {
    return content.openMessage()
  } catch (error) {
    throw storageFault(error)
  }
}

function storageFault(error: unknown): FaultError {
  return new FaultError({ kind: 'storage', code: errorCode(error), detail: error instanceof Error ? error.message : String(error) }, error)
}
