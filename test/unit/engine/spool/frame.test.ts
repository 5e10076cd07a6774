import { expect, test } from 'vitest'
import fc from 'fast-check'
import { encodeFrame, FRAME_HEADER_BYTES, scanSegment } from '../../../../main/engine/spool/frame.ts'
import type { FrameDraft } from '../../../../main/engine/spool/frame.ts'
import { crc32, crc32InScript } from '../../../../main/engine/spool/crc32.ts'

const ID = '0123456789abcdefgh'
/** Bytes of a record whose message has three letters. */
const LONG = FRAME_HEADER_BYTES + 2 + 3

function frame(text: string, groupAt: number, kind: FrameDraft['kind'] = 'accepted'): Buffer {
  return Buffer.concat(encodeFrame({ kind, id: kind === 'sealed' ? '' : ID, json: Buffer.from('{}'), body: Buffer.from(text) }, groupAt))
}

test('the checksum is CRC-32 as everybody computes it, natively and in script', () => {
  expect(crc32InScript(Buffer.from('123456789'))).toBe(0xcbf43926)
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      expect(crc32(second, crc32(first))).toBe(crc32InScript(Buffer.concat([first, second])))
    }),
  )
})

test('records come back in order with their bytes', () => {
  const bytes = Buffer.concat([frame('one', 0), frame('two', 0), frame('', 2 * LONG, 'removed')])
  const scan = scanSegment(bytes)
  expect(scan.frames.map((found) => [found.kind, bytes.toString('latin1', found.bodyAt, found.end), found.groupAt])).toEqual([
    ['accepted', 'one', 0],
    ['accepted', 'two', 0],
    ['removed', '', 2 * LONG],
  ])
  expect(scan).toMatchObject({ damages: [], tornAt: bytes.length, sealed: false })
})

test('wherever the last write stops, what was before is found and the rest is cut', () => {
  const good = Buffer.concat([frame('one', 0), frame('two', LONG)])
  const last = frame('three', 2 * LONG)
  for (let length = 1; length < last.length; length++) {
    const scan = scanSegment(Buffer.concat([good, last.subarray(0, length)]))
    expect(scan.frames).toHaveLength(2)
    expect(scan).toMatchObject({ damages: [], tornAt: good.length })
  }
})

test('an unfinished group is cut from its first hole, even when later records of the same group arrived', () => {
  const good = frame('one', 0)
  const hole = Buffer.alloc(LONG)
  const scan = scanSegment(Buffer.concat([good, hole, frame('three', LONG)]))
  expect(scan.frames).toHaveLength(1)
  expect(scan).toMatchObject({ damages: [], tornAt: good.length })
})

test.each([
  ['in the message', FRAME_HEADER_BYTES + 3, ID],
  ['in the header', 20, null],
  ['in the magic', 0, null],
])('damage %s of one record does not hide the others', (_where, offset, id) => {
  const parts = [frame('one', 0), frame('two', 0), frame('three', 2 * LONG)]
  const bytes = Buffer.concat(parts)
  const from = parts[0]!.length
  bytes[from + offset]! ^= 0x40
  const scan = scanSegment(bytes)
  expect(scan.frames.map((found) => found.groupAt)).toEqual([0, 2 * LONG])
  expect(scan.damages).toEqual([{ from, to: from + parts[1]!.length, id }])
})

test('in a sealed segment garbage is damage, since nothing in it is unfinished', () => {
  const parts = [frame('one', 0), frame('two', LONG), frame('', 2 * LONG, 'sealed')]
  const bytes = Buffer.concat(parts)
  bytes[parts[0]!.length + FRAME_HEADER_BYTES]! ^= 1
  const scan = scanSegment(bytes)
  expect(scan.damages).toHaveLength(1)
  expect(scan).toMatchObject({ sealed: true, tornAt: bytes.length })
})

test('any bytes at all are scanned without an exception, and every byte is accounted for', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ maxLength: 20 }).map((text) => frame(text, 0)),
    fc.constant(Buffer.from('MRJ1')),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const bytes = Buffer.concat(pieces)
      const scan = scanSegment(bytes)
      const covered =
        scan.frames.reduce((sum, found) => sum + found.end - found.at, 0) + scan.damages.reduce((sum, gap) => sum + gap.to - gap.from, 0)
      expect(covered).toBe(scan.tornAt)
    }),
  )
})
