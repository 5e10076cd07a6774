import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataReader } from '../../../../../main/engine/listener/session/data-reader.ts'
import { inPieces } from './pieces.ts'

interface Read {
  readonly text: string
  readonly rest: string
  readonly ended: boolean
  readonly reader: DataReader
}

function read(chunks: readonly Buffer[], lineFeedEnds = false): Read {
  const reader = new DataReader(lineFeedEnds)
  let text = ''
  for (const [i, chunk] of chunks.entries()) {
    const part = reader.read(chunk)
    text += part.data.toString('latin1')
    if (part.ended) {
      const rest = Buffer.concat([part.rest, ...chunks.slice(i + 1)])
      return { text, rest: rest.toString('latin1'), ended: true, reader }
    }
  }
  return { text, rest: '', ended: false, reader }
}

function readText(text: string, lineFeedEnds = false): Read {
  return read([Buffer.from(text, 'latin1')], lineFeedEnds)
}

describe('CR LF . CR LF ends a message', () => {
  test.each([
    ['a line and the end', 'a\r\n.\r\nQUIT\r\n', 'a\r\n', 'QUIT\r\n'],
    ['nothing but the end', '.\r\n', '', ''],
    ['an empty line and the end', '\r\n.\r\n', '\r\n', ''],
    ['a dot that was doubled', '..a\r\n..\r\n.\r\n', '.a\r\n.\r\n', ''],
    ['a dot alone is taken off a line that begins with it', '.a\r\n.\r\n', 'a\r\n', ''],
    ['dots elsewhere', 'a.\r\nb..c\r\n.\r\n', 'a.\r\nb..c\r\n', ''],
    ['CR CR LF counts once', 'a\r\r\n.\r\n', 'a\r\n', ''],
  ])('%s', (_what, sent, stored, rest) => {
    expect(readText(sent)).toMatchObject({ text: stored, rest, ended: true })
  })
})

/** Every way to write the end that somebody somewhere takes for it (SMTP smuggling, CVE-2023-51764 and kin). */
const BREAKS = ['\n', '\r', '\r\r', '\n\n', '\r\n', '\n\r', '\0\n', '\r\0\n', '\r \n', '\x0b', '\x85']
const FAKES = BREAKS.flatMap((before) => BREAKS.map((after) => `${before}.${after}`)).filter((fake) => fake !== '\r\n.\r\n')
/** These are the end, or hold it: CR CR LF is a line end, and so is the CR LF within. */
const REAL = (fake: string): boolean => fake.includes('\r\n.\r\n')

describe('nothing else ends a message', () => {
  test.each(FAKES.filter((fake) => !REAL(fake)).map((fake) => [fake]))('%j does not', (fake) => {
    const smuggled = `a${fake}MAIL FROM:<b@c.test>\r\nx\r\n.\r\n`
    const { text, rest, ended } = readText(smuggled)
    expect({ rest, ended }).toEqual({ rest: '', ended: true })
    expect(text).toContain('MAIL FROM:<b@c.test>')
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test.each([
    ['a\n.\nb\r\n.\r\n', 'a\r\n.\r\nb\r\n'],
    ['a\n.\r\nb\r\n.\r\n', 'a\r\n.\r\nb\r\n'],
    ['a\r\n.\nb\r\n.\r\n', 'a\r\n.\r\nb\r\n'],
    ['a\r\n.\rb\r\n.\r\n', 'a\r\n.\r\nb\r\n'],
    ['a\r.\rb\r\n.\r\n', 'a\r\n.\r\nb\r\n'],
    ['a\r\n.\r\r\nb\r\n.\r\n', 'a\r\n.\r\nb\r\n'],
  ])('%j is kept as %j: whoever gets it next has its lone dots doubled', (sent, stored) => {
    expect(readText(sent)).toMatchObject({ text: stored, ended: true, rest: '' })
  })

  test('the end of the bytes is not the end of the message', () => {
    for (const text of ['a\r\n', 'a\r\n.', 'a\r\n.\r', '', '.']) expect(readText(text).ended).toBe(false)
  })
})

describe('a session that has bare line feeds alone', () => {
  test.each([
    ['LF . LF ends', 'a\nb\n.\nQUIT\n', 'a\r\nb\r\n', 'QUIT\n', true],
    ['nothing but the end', '.\nQUIT\n', '', 'QUIT\n', true],
    ['a doubled dot', '..\n..a\n.\n', '.\r\n.a\r\n', '', true],
    ['a CR LF anywhere ends the tolerance', 'a\r\nb\n.\nc\r\n.\r\n', 'a\r\nb\r\n.\r\nc\r\n', '', true],
    ['LF . CR LF does not end', 'a\n.\r\nb\n.\nc\r\n.\r\n', 'a\r\n.\r\nb\r\n.\r\nc\r\n', '', true],
    ['CR LF . LF does not end', 'a\r\n.\nb', 'a\r\n.\r\nb', '', false],
  ])('%s', (_what, sent, stored, rest, ended) => {
    expect(readText(sent, true)).toMatchObject({ text: stored, rest, ended })
  })
})

describe('what is odd is noticed', () => {
  test.each([
    ['a\nb\r\n.\r\n', { bareLineFeed: true, bareCarriageReturn: false }],
    ['a\rb\r\n.\r\n', { bareLineFeed: false, bareCarriageReturn: true }],
    ['a\r\r\n.\r\n', { bareLineFeed: false, bareCarriageReturn: true }],
    [`${'x'.repeat(998)}\r\n.\r\n`, { longLine: false }],
    [`${'x'.repeat(999)}\r\n.\r\n`, { longLine: true }],
    ['a\0b\r\n.\r\n', { nulByte: true }],
    ['a\r\n.\r\n\0', { nulByte: false, bareLineFeed: false, bareCarriageReturn: false, longLine: false }],
  ])('%j', (sent, flaws) => {
    expect(readText(sent).reader).toMatchObject(flaws)
    const bytes = Buffer.from(sent, 'latin1')
    expect(read(inPieces(bytes, [1])).reader).toMatchObject(flaws)
  })
})

const nasty = fc.string({ unit: fc.constantFrom('\r', '\n', '.', 'a', '\r\n', '\r\n.\r\n', '\0'), maxLength: 40 })

describe('whatever is sent', () => {
  test('pieces make no difference', () => {
    fc.assert(
      fc.property(nasty, fc.boolean(), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (text, lineFeeds, sizes) => {
        const bytes = Buffer.from(text)
        const { reader: _one, ...whole } = read([bytes], lineFeeds)
        const { reader: _other, ...cut } = read(inPieces(bytes, sizes), lineFeeds)
        expect(cut).toEqual(whole)
      }),
      { numRuns: 2_000 },
    )
  })

  test('what is stored has no bare CR and no bare LF', () => {
    fc.assert(
      fc.property(nasty, fc.boolean(), (text, lineFeeds) => {
        expect(readText(text, lineFeeds).text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
      }),
      { numRuns: 2_000 },
    )
  })

  test('it ends exactly where the strict reading has the first CR LF . CR LF', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const end = `\r\n${text}`.indexOf('\r\n.\r\n')
        const { ended, rest } = readText(text)
        expect(ended).toBe(end >= 0)
        if (end >= 0) expect(rest).toBe(text.slice(end + 3))
      }),
      { numRuns: 2_000 },
    )
  })

  test('with line feeds alone allowed, it never ends where no lone dot stands', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        if (readText(text, true).ended) expect(`\n${text}`).toMatch(/\n\.\r?\n/)
      }),
      { numRuns: 2_000 },
    )
  })

  test('what a client stuffed comes out as it was', () => {
    const line = fc.string({ unit: fc.constantFrom('.', 'a', ' ', 'ü'), maxLength: 6 })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const message = lines.map((one) => `${one}\r\n`).join('')
        const sent = Buffer.from(`${lines.map((one) => `${one.startsWith('.') ? '.' : ''}${one}\r\n`).join('')}.\r\n`)
        expect(read([sent]).text).toBe(Buffer.from(message).toString('latin1'))
      }),
    )
  })
})
