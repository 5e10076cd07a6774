import { describe, expect, test } from 'vitest'
import { RuleEditor } from '../../../../renderer/screens/routing/rule-editor.svelte.ts'

const rules = {
  branches: [
    { if: "is_local_domain('*',rcpt_domain)", then: "'local'" },
    { if: "matches('^a', rcpt) && retry_num>1", then: "if_then(size > 9, 'a', 'b')" },
  ],
  else: "'mx'",
}
const editing = (index: number) => new RuleEditor(rules, index, rules.branches[index] ?? { if: '', then: rules.else })

describe('one rule in its form', () => {
  test.each([0, 1])('rule %i that is saved untouched is the same to the byte', (index) => {
    expect(editing(index).applied(rules)).toEqual(rules)
  })

  test('another route leaves the text of the condition as it was', () => {
    const editor = editing(0)
    editor.route = 'relay'
    expect(editor.applied(rules).branches[0]).toEqual({ if: rules.branches[0]?.if, then: "'relay'" })
  })

  test('a rule without plain words opens as text, and its worked-out route stays until another is chosen', () => {
    const editor = editing(1)
    expect(editor.as).toBe('text')
    expect(editor.worked).toBe("if_then(size > 9, 'a', 'b')")
    editor.text = 'true'
    expect(editor.applied(rules).branches[1]).toEqual({ if: 'true', then: "if_then(size > 9, 'a', 'b')" })
  })

  test('"everything else" has no condition, only a route', () => {
    const editor = editing(2)
    editor.route = 'relay'
    expect(editor.applied(rules)).toEqual({ branches: rules.branches, else: "'relay'" })
  })

  test('a new rule is put where it is wanted', () => {
    const editor = new RuleEditor(rules, null, { if: '', then: "'relay'" })
    const draft = editor.conditions[0]
    if (draft === undefined) throw new Error('a new rule begins with one condition')
    editor.setKind(draft, 'tries')
    draft.typed = '3'
    editor.place = '1'
    expect(editor.applied(rules).branches.map((rule) => rule.if)).toEqual([rules.branches[0]?.if, 'retry_num > 2', rules.branches[1]?.if])
  })

  test('it is not whole while a list is empty', () => {
    const editor = new RuleEditor(rules, null, { if: '', then: "'relay'" })
    const draft = editor.conditions[0]
    if (draft === undefined) throw new Error('a new rule begins with one condition')
    editor.setKind(draft, 'device')
    expect(editor.whole).toBe(false)
    draft.typed = '192.168.1.61'
    expect(editor.whole).toBe(true)
  })

  test('words become text and text becomes words', () => {
    const editor = editing(0)
    editor.show('text')
    expect(editor.text).toBe(rules.branches[0]?.if)
    editor.text = "rcpt_domain == 'x.example'"
    editor.show('words')
    expect(editor.conditions.map(({ kind, typed }) => [kind, typed])).toEqual([['rcpt-domain', 'x.example']])
  })
})
