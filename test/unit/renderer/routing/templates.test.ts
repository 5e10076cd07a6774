import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Strategy } from '../../../../main/contract/settings.ts'
import { TEMPLATES, plannedRules, planTemplate } from '../../../../renderer/screens/routing/templates.ts'
import type { Template, TemplateChoices } from '../../../../renderer/screens/routing/templates.ts'

const choices: TemplateChoices = { main: 'relay', other: 'other', failed: 2, by: 'device', values: ['192.168.1.61'] }
const LOCAL = { if: "is_local_domain('', rcpt_domain)", then: "'local'" }
const plan = (template: Template, rules: Strategy, more: Partial<TemplateChoices> = {}) =>
  planTemplate(template, { ...choices, ...more }, rules).map((rule) => `${rule.mark} ${rule.if} ${rule.then}`)

describe('smart host with fallback', () => {
  test('the rule stands last, before everything else', () => {
    expect(plan('fallback', { branches: [LOCAL], else: "'relay'" })).toEqual([
      "kept is_local_domain('', rcpt_domain) 'local'",
      "new retry_num > 1 'other'",
      "kept  'relay'",
    ])
  })
  test('a second fallback for later tries stands above the first, or it would never be asked', () => {
    expect(
      plan('fallback', { branches: [{ if: 'retry_num > 1', then: "'other'" }], else: "'relay'" }, { failed: 5, other: 'third' }),
    ).toEqual(["new retry_num > 4 'third'", "kept retry_num > 1 'other'", "kept  'relay'"])
  })
  test('the rule that is there for as many tries gets the other route', () => {
    expect(plan('fallback', { branches: [{ if: 'retry_num >= 2', then: "'old'" }], else: "'mx'" })).toEqual([
      "changed retry_num >= 2 'other'",
      "changed  'relay'",
    ])
  })
})

test('local domain first: before every other rule', () => {
  expect(plan('local-first', { branches: [{ if: 'size > 9', then: "'mx'" }], else: "'local'" })).toEqual([
    "new is_local_domain('', rcpt_domain) 'local'",
    "kept size > 9 'mx'",
    "changed  'relay'",
  ])
})

test('some domains: behind the rules about our own', () => {
  const rules = { branches: [LOCAL, { if: 'retry_num > 1', then: "'other'" }], else: "'relay'" }
  expect(plan('per-domain', rules, { values: ['a.example', 'b.example'] })).toEqual([
    "kept is_local_domain('', rcpt_domain) 'local'",
    "new contains(['a.example', 'b.example'], rcpt_domain) 'other'",
    "kept retry_num > 1 'other'",
    "kept  'relay'",
  ])
})

test('split: addresses known here, then the rest of our domains elsewhere', () => {
  expect(plan('split', { branches: [LOCAL], else: "'relay'" }, { other: 'm365' })).toEqual([
    "new is_local_address('', rcpt) 'local'",
    "changed is_local_domain('', rcpt_domain) 'm365'",
    "kept  'relay'",
  ])
})

test('a signed-in device needs no list', () => {
  expect(plan('by-device', { branches: [], else: "'relay'" }, { by: 'signed-in', values: [] })[0]).toBe(
    "new source == 'authenticated' 'other'",
  )
})

test('without a main route "everything else" stays as it is', () => {
  expect(plan('fallback', { branches: [], else: 'key_get("", rcpt)' }, { main: '' }).at(-1)).toBe('kept  key_get("", rcpt)')
})

const rule = fc.record({
  if: fc.constantFrom(
    LOCAL.if,
    "is_local_address('', rcpt)",
    'retry_num > 0',
    'retry_num > 1',
    "matches('x', rcpt)",
    "received_from_ip == '192.168.1.61'",
  ),
  then: fc.constantFrom("'a'", "'other'", 'x'),
})
const anyRules = fc.record({ branches: fc.array(rule, { maxLength: 6 }), else: fc.constantFrom("'relay'", "'mx'", 'x') })

test('no template drops a rule or changes what one asks, and a second time adds nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TEMPLATES), anyRules, (template, rules) => {
      const once = planTemplate(template, choices, rules)
      const kept = once.slice(0, -1).filter((one) => one.mark !== 'new')
      expect(kept.map((one) => one.if)).toEqual(rules.branches.map((one) => one.if))
      const twice = planTemplate(template, choices, plannedRules(once))
      expect(twice.every((one) => one.mark === 'kept')).toBe(true)
    }),
  )
})
