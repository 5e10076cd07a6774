import { size } from '../../lib/format/size.ts'
import { say, saying, t, words } from '../../lib/words/words.svelte.ts'
import type { PlainKey, Saying } from '../../lib/words/words.svelte.ts'
import type { Condition, ConditionKind } from './rule-words.ts'

/** What each kind of condition is called where one chooses it. */
export const KIND_WORDS: Readonly<Record<ConditionKind, PlainKey>> = {
  'own-domain': 'rule.kind.own-domain',
  'own-address': 'rule.kind.own-address',
  'rcpt-domain': 'rule.kind.rcpt-domain',
  rcpt: 'rule.kind.rcpt',
  device: 'rule.kind.device',
  'signed-in': 'rule.kind.signed-in',
  'sender-domain': 'rule.kind.sender-domain',
  sender: 'rule.kind.sender',
  tries: 'rule.kind.tries',
  larger: 'rule.kind.larger',
  port: 'rule.kind.port',
  all: 'rule.kind.all',
}

/** A condition as a sentence; `{what}` is the part that stands out. */
export function sayingOf(condition: Condition, nameOf: (device: string) => string): Saying {
  switch (condition.kind) {
    case 'all':
      return saying('rule.if.all', { what: t('rule.what.all') })
    case 'own-domain':
      return saying('rule.if.own-domain', { what: t('rule.what.own-domain') })
    case 'own-address':
      return saying('rule.if.own-address', { what: t('rule.what.own-address') })
    case 'signed-in':
      return saying('rule.if.signed-in', { what: t('rule.what.signed-in') })
    case 'tries':
      return saying('rule.if.tries', { what: triesWord(condition.failed), count: condition.failed })
    case 'larger':
      return saying('rule.if.larger', { what: size(condition.bytes) })
    case 'device':
      return saying('rule.if.device', { what: anyOf(condition.values.map(nameOf)) })
    case 'rcpt':
      return saying('rule.if.rcpt', { what: anyOf(condition.values) })
    case 'rcpt-domain':
      return saying('rule.if.rcpt-domain', { what: anyOf(condition.values) })
    case 'sender':
      return saying('rule.if.sender', { what: anyOf(condition.values) })
    case 'sender-domain':
      return saying('rule.if.sender-domain', { what: anyOf(condition.values) })
    case 'port':
      return saying('rule.if.port', { what: anyOf(condition.values) })
  }
}

/** "One try", "Two tries": as one says small numbers. */
export function triesWord(failed: number): string {
  if (failed === 1) return t('rule.tries.1')
  if (failed === 2) return t('rule.tries.2')
  return failed === 3 ? t('rule.tries.3') : t('rule.tries.n', { count: failed })
}

/** "a", "a or b", "a, b or c". */
export function anyOf(values: readonly string[]): string {
  return new Intl.ListFormat(words.locale, { type: 'disjunction' }).format(values)
}

/** All conditions as one plain sentence, for the ear and for lists. */
export function sentenceOf(conditions: readonly Condition[], nameOf: (device: string) => string): string {
  const said = conditions.map((condition) => say(sayingOf(condition, nameOf)))
  return said.map((one, index) => (index === 0 ? one : lowerFirst(one))).join(`, ${t('rule.and')} `)
}
export function lowerFirst(text: string): string {
  return text.charAt(0).toLocaleLowerCase(words.locale) + text.slice(1)
}
