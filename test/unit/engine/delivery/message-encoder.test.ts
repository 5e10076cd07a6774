import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MessageEncoder } from '../../../../main/engine/delivery/message-encoder.ts'

function encode(chunks: readonly (string | Uint8Array)[], dots = true): string {
  const encoder = new MessageEncoder({ dots })
  const parts = chunks.map((chunk) => encoder.encode(Buffer.from(chunk)))
  return Buffer.concat([...parts, encoder.end()]).toString('latin1')
}

/** What the message is once every line end is CRLF, worked out without the encoder. */
function normalised(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  const lines = text.split(/\r\n|\r|\n/)
  if (lines[lines.length - 1] === '') lines.pop()
  return lines.map((line) => `${line}\r\n`).join('')
}

/** A receiver as RFC 5321 §4.5.2 has it: lines end with CRLF, a dot alone ends the message, another leading dot is taken away. */
function receive(wire: string): { message: string; rest: string } {
  let message = ''
  let at = 0
  for (;;) {
    const end = wire.indexOf('\r\n', at)
    if (end < 0) throw new Error('no end of data')
    const line = wire.slice(at, end)
    at = end + 2
    if (line === '.') return { message, rest: wire.slice(at) }
    message += `${line.startsWith('.') ? line.slice(1) : line}\r\n`
  }
}

describe('the message on the wire', () => {
  test.each([
    ['plain lines stay', 'a\r\nb\r\n', 'a\r\nb\r\n'],
    ['a missing last line end is added', 'a', 'a\r\n'],
    ['an empty message stays empty', '', ''],
    ['a leading dot is doubled', '.\r\n.a\r\na.b\r\n', '..\r\n..a\r\na.b\r\n'],
    ['LF alone becomes CRLF', 'a\nb\n', 'a\r\nb\r\n'],
    ['CR alone becomes CRLF', 'a\rb\r', 'a\r\nb\r\n'],
    ['CR CR LF is two line ends', 'a\r\r\nb', 'a\r\n\r\nb\r\n'],
    ['a dot after LF alone is doubled', 'a\n.\nb', 'a\r\n..\r\nb\r\n'],
    ['a dot after CR alone is doubled', 'a\r.\rb', 'a\r\n..\r\nb\r\n'],
    ['smuggled end of data with LF', 'a\n.\nMAIL FROM:<x>\n', 'a\r\n..\r\nMAIL FROM:<x>\r\n'],
    ['smuggled end of data with mixed ends', 'a\r\n.\nb\n.\r\nc\r.\r\n', 'a\r\n..\r\nb\r\n..\r\nc\r\n..\r\n'],
    ['bytes beyond ASCII', 'ü\n', 'Ã¼\r\n'],
  ])('%s', (_name, message, wire) => {
    expect(encode([message])).toBe(wire)
    // Cut after every byte, it comes out the same.
    expect(encode([...Buffer.from(message)].map((byte) => Uint8Array.of(byte)))).toBe(wire)
  })

  test('without dots only the line ends change', () => {
    expect(encode(['.\n.a\r.'], false)).toBe('.\r\n.a\r\n.\r\n')
  })

  test('a piece without anything to change is handed on without a copy', () => {
    const piece = Buffer.from(`${'x'.repeat(76)}\r\n`.repeat(1000))
    expect(new MessageEncoder({ dots: true }).encode(piece)).toBe(piece)
  })

  const bytes = fc.uint8Array({ maxLength: 60 })
  const lineEnds = fc.array(fc.constantFrom(13, 10, 46, 97, 0, 255, 32), { maxLength: 60 }).map((list) => Uint8Array.from(list))
  // Long stretches without line ends go a faster way; the odd one out may stand anywhere in them, at any address.
  const stretches = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom('\r\n', '\n', '\r', '.', '\r\n.', '\n.', '\r.', '.\r\n')), {
      maxLength: 12,
    })
    .map((parts) => Buffer.from(parts.map(([count, end]) => 'x'.repeat(count) + end).join('')))

  test.each([
    ['any bytes', bytes],
    ['line ends and dots', lineEnds],
    ['long lines', stretches],
  ])('%s, cut anywhere: the receiver gets the message with CRLF line ends, and its end only at the end', (_name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, fc.array(fc.nat(400), { maxLength: 8 }), fc.integer({ min: 0, max: 7 }), (message, cuts, offset) => {
        const inside = Buffer.alloc(message.length + offset)
        inside.set(message, offset)
        const places = [0, ...cuts.map((cut) => cut % (message.length + 1)).sort((a, b) => a - b), message.length]
        const chunks = places.slice(1).map((end, i) => inside.subarray(offset + (places[i] ?? 0), offset + end))
        const wire = `${encode(chunks)}.\r\n`
        expect(receive(wire)).toEqual({ message: normalised(message), rest: '' })
        // Nothing that a receiver could take for an end of data, however it reads line ends.
        expect(wire.slice(0, -3)).not.toMatch(/(^|[\r\n])\.[\r\n]/)
        expect(wire).not.toMatch(/\r(?!\n)|(?<!\r)\n/)
        expect(encode(chunks, false)).toBe(normalised(message))
      }),
      { numRuns: 1000 },
    )
  })
})
