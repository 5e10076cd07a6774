import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadReplyError, ReplyReader } from '../../../../main/engine/delivery/reply-reader.ts'

function read(...chunks: readonly (string | Buffer)[]): { code: number; status: string | null; lines: readonly string[] }[] {
  const reader = new ReplyReader()
  return chunks.flatMap((chunk) => reader.push(Buffer.from(chunk)))
}

describe('reading replies', () => {
  test.each([
    ['one line', '250 OK\r\n', [250, null, ['OK']]],
    ['an enhanced status', '451 4.3.0 later\r\n', [451, '4.3.0', ['4.3.0 later']]],
    ['an enhanced status of another class is text', '250 4.3.0 odd\r\n', [250, null, ['4.3.0 odd']]],
    ['a bare code', '250\r\n', [250, null, ['']]],
    ['several lines', '250-a\r\n250-B\r\n250 C\r\n', [250, null, ['a', 'B', 'C']]],
    ['line ends of LF alone', '250-a\n250 b\n', [250, null, ['a', 'b']]],
    ['UTF-8', '550 5.1.1 Empfänger fehlt\r\n', [550, '5.1.1', ['5.1.1 Empfänger fehlt']]],
    ['bytes that are no UTF-8', Buffer.from([0x32, 0x35, 0x30, 0x20, 0xff, 0x0d, 0x0a]), [250, null, ['\ufffd']]],
    ['control characters made harmless', '250 a\u0000\u001bb\r\n', [250, null, ['a\ufffd\ufffdb']]],
  ] as const)('%s', (_name, bytes, [code, status, lines]) => {
    expect(read(bytes)).toEqual([{ code, status, lines }])
  })

  test('several replies in one piece come in order', () => {
    expect(read('250 a\r\n550-b\r\n550 c\r\n354 d\r\n').map(({ code }) => code)).toEqual([250, 550, 354])
  })

  test('a line beyond 4 KiB is cut, the reply still counts', () => {
    const [reply] = read(`250 ${'x'.repeat(10_000)}\r\n`)
    expect(reply?.lines[0]).toHaveLength(4096 - 4)
  })

  test.each([
    ['text', 'hello there\r\n'],
    ['an empty line', '\r\n'],
    ['a code of two digits', '25 OK\r\n'],
    ['a code of four digits', '2500 OK\r\n'],
    ['a code beyond 599', '650 OK\r\n'],
    ['a preliminary code', '150 wait\r\n'],
    ['a code without separator', '250OK\r\n'],
    ['different codes in one reply', '250-a\r\n550 b\r\n'],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n'],
    ['more than 100 lines', '250-x\r\n'.repeat(100)],
    ['more than 64 KiB in lines', `250-${'x'.repeat(4000)}\r\n`.repeat(17)],
    ['more than 64 KiB without a line end', '2'.repeat(66_000)],
    ['a megabyte in one line', `250 ${'x'.repeat(1024 * 1024)}\r\n`],
  ])('refuses %s', (_name, bytes) => {
    expect(() => read(bytes)).toThrow(BadReplyError)
  })

  test('how the bytes are cut into pieces makes no difference', () => {
    const text = '220 mx ready\r\n250-mx\r\n250-SIZE 100\r\n250 DSN\r\n550 5.1.1 no\r\n'
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const chunks = places.slice(1).map((end, i) => text.slice(places[i], end))
        expect(read(...chunks)).toEqual(read(text))
      }),
    )
  })

  test('whatever bytes come, the reader answers or refuses, and holds little', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
        const reader = new ReplyReader()
        try {
          for (const chunk of chunks) for (const reply of reader.push(Buffer.from(chunk))) expect(reply.code).toBeGreaterThanOrEqual(200)
        } catch (error) {
          expect(error).toBeInstanceOf(BadReplyError)
        }
      }),
    )
  })
})
