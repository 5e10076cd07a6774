import { expect, test } from 'vitest'
import type { Explanation, RoutingQuestion } from '../../../../main/contract/routing.ts'
import { say, words } from '../../../../renderer/lib/words/words.svelte.ts'
import { askedRules } from '../../../../renderer/screens/routing/explain-words.ts'

words.language = 'en'
const rules = {
  branches: [
    { if: "is_local_domain('', rcpt_domain)", then: "'local'" },
    { if: "received_from_ip == '192.168.1.61'", then: "'b'" },
    { if: 'retry_num > 1', then: "'b'" },
    { if: "matches('x', rcpt)", then: "'c'" },
  ],
  else: "'a'",
}
const question: RoutingQuestion = {
  recipient: 'ann@Town.example',
  sender: '',
  retryNum: 2,
  variables: { received_from_ip: '192.168.1.41' },
  resolve: true,
}
const explanation: Explanation = {
  recipient: 'ann@town.example',
  route: 'b',
  type: 'relay',
  rule: 2,
  trace: [
    { rule: 0, if: '', result: 0 },
    { rule: 1, if: '', result: 0 },
    { rule: 2, if: '', result: 1 },
  ],
  targets: [],
  problem: null,
}
const told = (one: Explanation) =>
  askedRules(one, question, rules, () => 'Scanner').map((rule) => [rule.answer, rule.fact === null ? null : say(rule.fact), rule.shown])

test('each rule says no or yes and why, those behind the one that decided were not asked', () => {
  expect(told(explanation)).toEqual([
    ['no', 'town.example is not one of our domains.', "is_local_domain('', 'town.example') = 0"],
    ['no', 'It comes from 192.168.1.41, Scanner.', "'192.168.1.41' == '192.168.1.61' = 0"],
    ['yes', 'Two tries have failed before this one.', '2 > 1 = 1'],
    ['unasked', null, ''],
    ['unasked', null, ''],
  ])
})

test('when none fits, "everything else" decided', () => {
  const trace = [0, 1, 2, 3].map((rule) => ({ rule, if: '', result: 0 }))
  expect(told({ ...explanation, rule: null, route: 'a', trace }).map(([answer]) => answer)).toEqual(['no', 'no', 'no', 'no', 'yes'])
})

test('when the rules could not be worked out, nothing is said to have decided', () => {
  const failed = { ...explanation, rule: null, route: null, trace: explanation.trace.slice(0, 1) }
  expect(told(failed).map(([answer]) => answer)).toEqual(['no', 'unasked', 'unasked', 'unasked', 'unasked'])
})
