import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { literalOf, quote, tokens, withValues } from '../../../../renderer/screens/routing/expression-text.ts'

describe('the words of an expression', () => {
  test('names, numbers, strings and operators stand with their places', () => {
    expect(tokens("retry_num >= 2 && x == 'a'")?.map((token) => [token.kind, token.text, token.start])).toEqual([
      ['name', 'retry_num', 0],
      ['operator', '>=', 10],
      ['number', '2', 13],
      ['operator', '&&', 15],
      ['name', 'x', 18],
      ['operator', '==', 20],
      ['string', "'a'", 23],
    ])
  })

  test.each(["'open", 'a # b', 'a ? b : c', '{'])('%s is no expression', (text) => {
    expect(tokens(text)).toBeNull()
  })

  test('a literal that quote writes reads back as its text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(literalOf(quote(text))).toBe(text)
      }),
    )
  })

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void tokens(text)))
  })

  test.each([
    ["'relay'", 'relay'],
    ['"relay"', 'relay'],
    [" 'relay' ", 'relay'],
    ['relay', null],
    ["'a' + 'b'", null],
    ['', null],
  ])('%s as one literal is %s', (expression, expected) => {
    expect(literalOf(expression)).toBe(expected)
  })
})

describe('an expression with its values', () => {
  test('variables become what they are, text in quotes stays', () => {
    const shown = withValues("contains(['rcpt_domain'], rcpt_domain) && retry_num > 1", { rcpt_domain: "o'hara.example", retry_num: 2 })
    expect(shown).toBe("contains(['rcpt_domain'], 'o\\'hara.example') && 2 > 1")
  })

  test('a name that is inherited by every object is no variable', () => {
    expect(withValues('constructor == 1', {})).toBe('constructor == 1')
  })
})
