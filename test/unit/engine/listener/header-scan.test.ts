import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { has8Bit, headerEnd, readHeaderFacts } from '../../../../main/engine/listener/header-scan.ts'

describe('the end of the header section', () => {
  test.each([
    ['A: 1\r\n\r\nbody', 8],
    ['A: 1\n\nbody', 6],
    ['A: 1\n\r\nbody', 7],
    ['\r\nbody', 2],
    ['\nbody', 1],
    ['A: 1\r\nB: 2', -1],
    ['A: 1\r\n\r', -1],
    ['', -1],
  ])('%j ends at %i', (text, end) => {
    expect(headerEnd(Buffer.from(text))).toBe(end)
  })

  test('whatever the bytes, what is found is an empty line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ':', '\r', '\n', ' '), maxLength: 60 }), (text) => {
        const end = headerEnd(Buffer.from(text))
        if (end >= 0) expect(text.slice(0, end)).toMatch(/(^|\n)\r?\n$/)
        else expect(text).not.toMatch(/(^|\n)\r?\n/)
      }),
    )
  })
})

describe('what a header section says', () => {
  test('names are read in any case, folded values are put together, words are decoded', () => {
    const facts = readHeaderFacts(
      Buffer.from(
        'RECEIVED: from a\r\n\tby b\r\nReceived: x\r\nmessage-id:\r\n <one@example.org>\r\nDATE: now\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n aus Aachen\r\n\r\n',
      ),
    )
    expect(facts).toEqual({
      hasMessageId: true,
      hasDate: true,
      received: 2,
      subject: 'Grüße aus Aachen',
      messageId: '<one@example.org>',
      beginsWithText: false,
    })
  })

  test('a message of bare text has no header section', () => {
    expect(readHeaderFacts(Buffer.from('ALARM zone 3\r\n'))).toMatchObject({ beginsWithText: true, hasDate: false, hasMessageId: false })
  })

  test('a subject cannot carry control characters and is cut at 200', () => {
    const { subject } = readHeaderFacts(Buffer.from(`Subject: a\u001b[31mred${'x'.repeat(400)}\r\n\r\n`))
    expect(subject).toHaveLength(200)
    expect(subject.startsWith('a [31mred')).toBe(true)
  })

  test('no header section makes it throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void readHeaderFacts(Buffer.from(bytes))))
  })
})

test('eight bit is anything above 127', () => {
  expect(has8Bit(Buffer.from('plain'))).toBe(false)
  expect(has8Bit(Buffer.from('ü'))).toBe(true)
})
