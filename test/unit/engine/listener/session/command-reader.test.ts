import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CommandReader, MAX_LINE_BYTES } from '../../../../../main/engine/listener/session/command-reader.ts'
import type { CommandLine } from '../../../../../main/engine/listener/session/command-reader.ts'
import { inPieces } from './pieces.ts'

function read(chunks: readonly Buffer[]): CommandLine[] {
  const reader = new CommandReader()
  return chunks.flatMap((chunk) => {
    reader.push(chunk)
    const lines: CommandLine[] = []
    for (let line = reader.next(); line !== null; line = reader.next()) lines.push(line)
    return lines
  })
}

const plain = { end: 'crlf', flaw: null, doubled: false }

test('a line that is too long does not hide that it ended with a bare LF', () => {
  const long = 'x'.repeat(MAX_LINE_BYTES * 2)
  expect(read([Buffer.from(`${long}\n`)])).toEqual([{ text: '', end: 'lf', flaw: 'too-long', doubled: false }])
  expect(read([Buffer.from(`${long}\r\n`)])).toEqual([{ text: '', end: 'crlf', flaw: 'too-long', doubled: false }])
})

describe('bytes become lines', () => {
  test.each<[string, string, Partial<CommandLine>[]]>([
    ['CR LF', 'NOOP\r\nQUIT\r\n', [{ text: 'NOOP', ...plain } as CommandLine, { text: 'QUIT', ...plain } as CommandLine]],
    ['a bare LF, which is told', 'NOOP\n', [{ text: 'NOOP', end: 'lf' }]],
    ['CR CR LF, which is told', 'NOOP\r\r\n', [{ text: 'NOOP', end: 'crlf', doubled: true, flaw: null }]],
    [
      'nothing at all',
      '\r\n\n',
      [
        { text: '', end: 'crlf' },
        { text: '', end: 'lf' },
      ],
    ],
    ['no end yet', 'NOOP', []],
    ['a bare CR in the middle', 'RSET\rDATA\r\n', [{ text: '', flaw: 'bare-carriage-return' }]],
    ['a NUL', 'NO\0OP\r\n', [{ text: '', flaw: 'nul-byte' }]],
    ['UTF-8', 'MAIL FROM:<jürgen@büro.example>\r\n', [{ text: 'MAIL FROM:<jürgen@büro.example>', flaw: null }]],
    ['a replacement character that was sent as such', 'NOOP \ufffd\r\n', [{ text: 'NOOP \ufffd', flaw: null }]],
  ])('%s', (_what, text, lines) => {
    expect(read([Buffer.from(text)])).toMatchObject(lines)
  })

  test('what is not UTF-8 is told and not guessed at', () => {
    expect(read([Buffer.from('NOOP \xe9\r\n', 'latin1')])).toMatchObject([{ text: '', flaw: 'not-utf8' }])
  })

  test.each([
    [MAX_LINE_BYTES, null],
    [MAX_LINE_BYTES + 1, 'too-long'],
    [MAX_LINE_BYTES * 3, 'too-long'],
  ])('a line of %i bytes: %s, whole or in pieces, and the next one is read', (length, flaw) => {
    const bytes = Buffer.from(`${'x'.repeat(length)}\r\nNOOP\r\n`)
    const whole = read([bytes])
    expect(whole.map((line) => line.flaw)).toEqual([flaw, null])
    expect(read(inPieces(bytes, [97, 1]))).toEqual(whole)
  })

  test('a line without end costs no more memory than the longest line', () => {
    const reader = new CommandReader()
    for (let i = 0; i < 1_000; i++) {
      reader.push(Buffer.alloc(10_000, 0x78))
      expect(reader.next()).toBeNull()
      expect(reader.unread).toBeLessThanOrEqual(MAX_LINE_BYTES + 1)
    }
  })

  test('however the bytes are cut, the lines are the same', () => {
    const bytes = fc.string({ unit: fc.constantFrom('\r', '\n', '\0', 'A', ' ', 'ü', '.'), maxLength: 60 })
    fc.assert(
      fc.property(bytes, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (text, sizes) => {
        const whole = Buffer.from(text)
        expect(read(inPieces(whole, sizes))).toEqual(read([whole]))
      }),
    )
  })

  test('what is taken out is not read again', () => {
    const reader = new CommandReader()
    reader.push(Buffer.from('DATA\r\nSubject: x\r\n'))
    expect(reader.next()?.text).toBe('DATA')
    expect(reader.take().toString()).toBe('Subject: x\r\n')
    expect(reader.next()).toBeNull()
    reader.push(Buffer.from('RSET\r\n'))
    expect(reader.next()?.text).toBe('RSET')
  })
})
