import { crc32 } from './crc32.ts'
import { ID_LENGTH, isId } from './ids.ts'

/**
 * One record of the journal: a header of 48 bytes, JSON, then message bytes. Little-endian.
 *
 *   0 magic "MRJ1"   4 kind   5 format   6 zero   8 id (20, zero-padded)   28 JSON bytes   32 message bytes
 *   36 where its write group begins in the segment   40 CRC-32 of JSON and message   44 CRC-32 of header bytes 0-43
 *
 * Every record carries its whole entry, so a later one replaces all earlier ones of its id and a reader needs no history.
 */
export const FRAME_FORMAT = 1
export const FRAME_HEADER_BYTES = 48
/** `MRJ1`, read as a number. */
const MAGIC = Buffer.from('MRJ1', 'latin1')

/** accepted: entry and message. state: entry; its message is in an earlier record or in a file. removed: the id alone. sealed: the segment was closed in order. */
export type FrameKind = 'accepted' | 'state' | 'removed' | 'sealed'
const KIND_CODES: Readonly<Record<FrameKind, number>> = { accepted: 1, state: 2, removed: 3, sealed: 4 }
const KINDS: ReadonlyMap<number, FrameKind> = new Map([
  [1, 'accepted'],
  [2, 'state'],
  [3, 'removed'],
  [4, 'sealed'],
])

const NO_BYTES = new Uint8Array(0)

export interface FrameDraft {
  readonly kind: FrameKind
  /** '' for `sealed`. */
  readonly id: string
  readonly json?: Uint8Array
  readonly body?: Uint8Array
}

/** A record found in a segment; `at` and the others are byte positions in it. */
export interface Frame {
  readonly kind: FrameKind
  readonly id: string
  /** Where the write group begins that it belongs to. */
  readonly groupAt: number
  readonly at: number
  readonly jsonAt: number
  readonly bodyAt: number
  readonly end: number
}

/** Bytes between good records that are none. `id` is known when the header is whole and only the rest is damaged. */
export interface Damage {
  readonly from: number
  readonly to: number
  readonly id: string | null
}

export interface SegmentScan {
  readonly frames: readonly Frame[]
  readonly damages: readonly Damage[]
  /** Where an unfinished last write begins; the segment's length when there is none. What lies behind was never acknowledged. */
  readonly tornAt: number
  readonly sealed: boolean
}

export function frameBytes(draft: FrameDraft): number {
  return FRAME_HEADER_BYTES + (draft.json?.length ?? 0) + (draft.body?.length ?? 0)
}

/** The record as pieces for one write. */
export function encodeFrame(draft: FrameDraft, groupAt: number): Uint8Array[] {
  const json = draft.json ?? NO_BYTES
  const body = draft.body ?? NO_BYTES
  const head = Buffer.alloc(FRAME_HEADER_BYTES + json.length)
  MAGIC.copy(head, 0)
  head[4] = KIND_CODES[draft.kind]
  head[5] = FRAME_FORMAT
  head.write(draft.id, 8, 20, 'latin1')
  head.writeUInt32LE(json.length, 28)
  head.writeUInt32LE(body.length, 32)
  head.writeUInt32LE(groupAt, 36)
  head.writeUInt32LE(crc32(body, crc32(json)), 40)
  head.writeUInt32LE(crc32(head.subarray(0, 44)), 44)
  head.set(json, FRAME_HEADER_BYTES)
  return body.length === 0 ? [head] : [head, body]
}

/**
 * Finds every good record of a segment, whatever lies between. Garbage counts as an unfinished write (`tornAt`) only when the segment was not sealed
 * and nothing of a later write group follows; all other garbage is damage. Nothing of an unfinished group was acknowledged, so all of it behind the
 * first hole is cut.
 */
export function scanSegment(bytes: Buffer): SegmentScan {
  const frames: Frame[] = []
  const gaps: Damage[] = []
  let at = 0
  while (at < bytes.length) {
    const header = readHeader(bytes, at)
    if (header !== null && payloadIsGood(bytes, header)) {
      frames.push(header)
      at = header.end
      continue
    }
    // With a whole header the next record is where it says; if there is none, only a search can tell.
    const next = header !== null && readHeader(bytes, header.end) !== null ? header.end : findHeader(bytes, at + 1)
    gaps.push({ from: at, to: next, id: header?.id ?? null })
    at = next
  }
  const sealed = frames.at(-1)?.kind === 'sealed'
  const firstTorn = sealed ? undefined : gaps.find((gap) => isUnfinished(gap, frames))
  if (firstTorn === undefined) return { frames, damages: gaps, tornAt: bytes.length, sealed }
  return {
    frames: frames.filter((frame) => frame.end <= firstTorn.from),
    damages: gaps.filter((gap) => gap.to <= firstTorn.from),
    tornAt: firstTorn.from,
    sealed,
  }
}

/** A write group is only begun when the one before is durable; so what the last group left unfinished has no other group behind it. */
function isUnfinished(gap: Damage, frames: readonly Frame[]): boolean {
  return frames.every((frame) => frame.at < gap.to || frame.groupAt <= gap.from)
}

function readHeader(bytes: Buffer, at: number): Frame | null {
  if (at + FRAME_HEADER_BYTES > bytes.length || bytes.compare(MAGIC, 0, 4, at, at + 4) !== 0) return null
  if (bytes.readUInt32LE(at + 44) !== crc32(bytes.subarray(at, at + 44))) return null
  const kind = KINDS.get(bytes[at + 4] ?? 0)
  if (kind === undefined || bytes[at + 5] !== FRAME_FORMAT) return null
  const id = bytes.toString('latin1', at + 8, at + 8 + ID_LENGTH)
  if (kind !== 'sealed' && !isId(id)) return null
  const jsonAt = at + FRAME_HEADER_BYTES
  const bodyAt = jsonAt + bytes.readUInt32LE(at + 28)
  const end = bodyAt + bytes.readUInt32LE(at + 32)
  return { kind, id: kind === 'sealed' ? '' : id, groupAt: bytes.readUInt32LE(at + 36), at, jsonAt, bodyAt, end }
}

function payloadIsGood(bytes: Buffer, frame: Frame): boolean {
  if (frame.end > bytes.length) return false
  return (
    bytes.readUInt32LE(frame.at + 40) === crc32(bytes.subarray(frame.bodyAt, frame.end), crc32(bytes.subarray(frame.jsonAt, frame.bodyAt)))
  )
}

function findHeader(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(MAGIC, from); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    if (readHeader(bytes, at) !== null) return at
  }
  return bytes.length
}
