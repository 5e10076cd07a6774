import { describe, expect, test } from 'vitest'
import {
  moved,
  redirected,
  routeOf,
  ruleKeys,
  rulesChange,
  usesOf,
  withElse,
  withoutRule,
} from '../../../../renderer/screens/routing/rule-list.ts'

const a = { if: 'retry_num > 1', then: "'fallback'" }
const b = { if: "rcpt_domain == 'x'", then: "if_then(size > 9, 'big', 'mx')" }
const c = { if: 'true', then: '"fallback"' }
const rules = { branches: [a, b, c], else: "'mx'" }

describe('the ordered rules', () => {
  test.each<[number, number, string[]]>([
    [0, 2, [b.if, c.if, a.if]],
    [2, 0, [c.if, a.if, b.if]],
    [0, 1, [b.if, a.if, c.if]],
    [1, 1, [a.if, b.if, c.if]],
    [7, 0, [a.if, b.if, c.if]],
  ])('rule %i moved to %i', (from, to, order) => {
    expect(moved(rules, from, to).branches.map((rule) => rule.if)).toEqual(order)
  })

  test('they are written as one list with its else', () => {
    expect(rulesChange(withoutRule(rules, 2))).toEqual({ path: ['queue', 'strategy', 'route'], value: [a, b, { else: "'mx'" }] })
  })

  test('without rules the plain value is written, for a list of only an else is refused', () => {
    expect(rulesChange({ branches: [], else: "'local'" }).value).toBe("'local'")
  })

  test('a text that nobody touched is written as it was', () => {
    const odd = { if: '  retry_num>1 ', then: " 'mx' " }
    expect(rulesChange({ branches: [odd], else: "'mx'" }).value).toEqual([odd, { else: "'mx'" }])
  })

  test('uses of a route are found in literals and in texts that work it out', () => {
    expect(usesOf(rules, 'fallback')).toEqual([0, 2])
    expect(usesOf(rules, 'mx')).toEqual([1, 3])
    expect(usesOf(rules, 'relay')).toEqual([])
  })

  test('a rule that names a removed route names another one, and nothing else of it changes', () => {
    const after = redirected(rules, 'mx', 'relay')
    expect(after.branches[1]?.then).toBe("if_then(size > 9, 'big', 'relay')")
    expect(after.else).toBe("'relay'")
    expect(after.branches[0]).toEqual(a)
  })

  test('names of routes are quoted as the language wants it', () => {
    expect(withElse(rules, "o'hara").else).toBe("'o\\'hara'")
    expect(routeOf('"relay"')).toBe('relay')
    expect(routeOf('relay')).toBeNull()
  })

  test('rules that say the same have keys of their own, and keep them when another is moved', () => {
    const twice = { branches: [a, a, c], else: "'mx'" }
    const keys = ruleKeys(twice)
    expect(new Set(keys).size).toBe(3)
    expect(ruleKeys(moved(twice, 2, 0))).toEqual([keys[2], keys[0], keys[1]])
  })
})
