import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clockTime, harmless } from '../../../main/command/output.ts'

describe('text from the network cannot steer a terminal', () => {
  test.each([
    ['250 2.0.0 OK', '250 2.0.0 OK'],
    ['müller @ 東京 🙂', 'müller @ 東京 🙂'],
    ['a\tb', 'a b'],
    ['\u001b[31mred', '�[31mred'],
    ['\u001b]0;title\u0007', '�]0;title�'],
    ['\u009b31m', '�31m'],
    ['a\r\nb', 'a��b'],
    ['a\u0000b\u007f', 'a�b�'],
    ['gpj.\u202eexe', 'gpj.�exe'],
    ['\u2066x\u2069', '�x�'],
  ])('%j', (text, shown) => {
    expect(harmless(text)).toBe(shown)
  })

  test('whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(harmless(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
        expect(harmless(harmless(text))).toBe(harmless(text))
      }),
    )
  })
})

test.each([
  [new Date(2026, 10, 23, 14, 31, 50), '2026-11-23 14:31:50'],
  [new Date(2026, 0, 2, 3, 4, 5, 999), '2026-01-02 03:04:05'],
])('a time is told in local time to the second: %s', (date, shown) => {
  expect(clockTime(date.getTime())).toBe(shown)
})
