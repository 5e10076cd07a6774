import { join } from 'node:path'
import type { Disk } from '../system/index.ts'
import { crc32 } from './crc32.ts'
import { decodeEntry, encodeEntry } from './entry-record.ts'
import type { SharedValues } from './entry-record.ts'
import type { Layout } from './layout.ts'
import type { Entry } from './types.ts'

/**
 * A message in a file of its own: the message bytes from the first on, then the entry as JSON, then a footer of 36 bytes. So it is written in one
 * sequence while it arrives, read from byte 0, and still says what it is when everything else is lost. Little-endian.
 *
 *   0 magic "MAILROOM"   8 format   12 JSON bytes   16 message bytes (64 bit)   24 CRC-32 of the JSON   28 CRC-32 of the message
 *   32 CRC-32 of footer bytes 0-31
 *
 * A crash cannot damage the message bytes, as the file is synced before it gets its name; disks and other programs can.
 */
const MAGIC = Buffer.from('MAILROOM', 'latin1')
const FORMAT = 2
const FOOTER_BYTES = 36
/** One read of this size finds the JSON of all but entries with a great many recipients. */
const TAIL_BYTES = 8192
/** More than the JSON of the most recipients a message may have. */
const LONGEST_TRAILER_BYTES = 16 * 1024 * 1024

/** Why a file in `queue/` is not a whole message. */
export class MessageFileError extends Error {
  override readonly name = 'MessageFileError'
}

export function messagePath(layout: Layout, id: string): string {
  return join(layout.queue, id)
}

/**
 * What follows the message bytes.
 * @param messageCrc  CRC-32 of the message bytes
 */
export function encodeTrailer(entry: Entry, messageCrc: number): Buffer {
  const json = encodeEntry(entry)
  const footer = Buffer.alloc(FOOTER_BYTES)
  MAGIC.copy(footer, 0)
  footer.writeUInt32LE(FORMAT, 8)
  footer.writeUInt32LE(json.length, 12)
  footer.writeBigUInt64LE(BigInt(entry.head.size), 16)
  footer.writeUInt32LE(crc32(json), 24)
  footer.writeUInt32LE(messageCrc, 28)
  footer.writeUInt32LE(crc32(footer.subarray(0, 32)), 32)
  return Buffer.concat([json, footer])
}

/**
 * The entry at the end of a message file.
 * @throws MessageFileError when the file is no whole message
 */
export async function readTrailer(disk: Disk, layout: Layout, id: string, shared: SharedValues): Promise<Entry> {
  const path = messagePath(layout, id)
  const stat = await disk.stat(path)
  if (stat === null || stat.isFolder) throw new MessageFileError('not a file')
  let tail = await readBytes(disk, path, Math.max(0, stat.bytes - TAIL_BYTES), stat.bytes)
  const footer = readFooter(tail, stat.bytes)
  const jsonAt = stat.bytes - FOOTER_BYTES - footer.jsonBytes
  if (footer.jsonBytes + FOOTER_BYTES > tail.length) tail = await readBytes(disk, path, jsonAt, stat.bytes)
  const json = tail.subarray(tail.length - FOOTER_BYTES - footer.jsonBytes, tail.length - FOOTER_BYTES)
  if (crc32(json) !== footer.jsonCrc) throw new MessageFileError('its envelope is damaged')
  const entry = decodeOrSay(json, shared)
  if (entry.head.id !== id || entry.head.size !== jsonAt) throw new MessageFileError('its name or size is not what it says')
  return entry
}

function decodeOrSay(json: Uint8Array, shared: SharedValues): Entry {
  try {
    return decodeEntry(json, shared)
  } catch (error) {
    throw new MessageFileError('its envelope cannot be read', { cause: error })
  }
}

function readFooter(tail: Buffer, fileBytes: number): { readonly jsonBytes: number; readonly jsonCrc: number } {
  if (tail.length < FOOTER_BYTES) throw new MessageFileError('it is too short')
  const footer = tail.subarray(tail.length - FOOTER_BYTES)
  if (footer.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) !== 0) throw new MessageFileError('it is cut off, or not a message of ours')
  if (footer.readUInt32LE(32) !== crc32(footer.subarray(0, 32))) throw new MessageFileError('its end is damaged')
  if (footer.readUInt32LE(8) !== FORMAT) throw new MessageFileError(`its format ${footer.readUInt32LE(8)} is not known`)
  const jsonBytes = footer.readUInt32LE(12)
  if (BigInt(jsonBytes + FOOTER_BYTES) + footer.readBigUInt64LE(16) !== BigInt(fileBytes)) throw new MessageFileError('it is cut off')
  return { jsonBytes, jsonCrc: footer.readUInt32LE(24) }
}

/**
 * The CRC-32 that the message bytes had when they were accepted. Looked for behind the message, so that a file that became longer still tells it.
 * @throws MessageFileError when the file does not say
 */
export async function readMessageCrc(disk: Disk, layout: Layout, id: string, size: number): Promise<number> {
  const path = messagePath(layout, id)
  const stat = await disk.stat(path)
  if (stat === null || stat.isFolder || stat.bytes < size) throw new MessageFileError('it is cut off')
  const behind = await readBytes(disk, path, size, Math.min(stat.bytes, size + LONGEST_TRAILER_BYTES))
  for (let at = behind.indexOf(MAGIC); at >= 0; at = behind.indexOf(MAGIC, at + 1)) {
    const footer = behind.subarray(at, at + FOOTER_BYTES)
    const whole = footer.length === FOOTER_BYTES && footer.readUInt32LE(32) === crc32(footer.subarray(0, 32))
    if (whole && footer.readBigUInt64LE(16) === BigInt(size)) return footer.readUInt32LE(28)
  }
  throw new MessageFileError('its end is damaged')
}

async function readBytes(disk: Disk, path: string, start: number, end: number): Promise<Buffer> {
  return collect(disk.readStream(path, start, end))
}

/** All bytes of a stream. */
export async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) if (piece instanceof Uint8Array) pieces.push(piece)
  return Buffer.concat(pieces)
}
