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
      hasFrom: false,
      received: 2,
      ownTraces: 0,
      subject: 'Grüße aus Aachen',
      messageId: '<one@example.org>',
      beginsWithText: false,
      broken: true,
      has8Bit: false,
    })
  })

  test.each([
    ['Date: Mon, 23 Nov 2026 14:00:00 +0000', false],
    ['Date: 3 Nov 26 4:05 GMT (made up)', false],
    ['Date: Mon, 23 Nov 2026 14:00:00 -0500 (EST)', false],
    ['Date: 2026-11-23 14:00', true],
    ['Date:', true],
    ['From: "The scanner" <scanner@office.test>', false],
    ['From: Scanner', true],
    ['Message-ID: <1@scanner>', false],
    ['Message-ID: 12345', true],
    ['Subject: nothing that could break', false],
  ])('%s: broken %s', (line, broken) => {
    expect(readHeaderFacts(Buffer.from(`${line}\r\n\r\n`)).broken).toBe(broken)
  })

  test('a date of a hundred thousand blanks is broken, and that takes no time', () => {
    const line = `Date: Mon, 23 Nov 2026 14:00:00 +0000${' '.repeat(100_000)}x`
    expect(readHeaderFacts(Buffer.from(`${line}\r\n\r\n`)).broken).toBe(true)
  })

  test('our own traces are counted by our name, others are not', () => {
    const ours = 'Received: from a ([192.0.2.1])\r\n\tby mailroom.test (Mailroom) with ESMTP id 1;\r\n\tMon\r\n'
    const theirs = 'Received: from a by mx.example.org (Mailroom) with ESMTP id 1; Mon\r\n'
    expect(readHeaderFacts(Buffer.from(ours + theirs + ours), 'mailroom.test')).toMatchObject({ received: 3, ownTraces: 2 })
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
