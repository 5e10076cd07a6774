import { expect, test } from 'vitest'
import { alert as alertSchema } from '../../../main/contract/index.ts'
import type { Alert } from '../../../main/contract/index.ts'
import { addressOf, whatToNotify } from '../../../main/shell/what-to-notify.ts'
import { alertText, languageOf, moreText, words } from '../../../main/shell/words.ts'

const alert = (key: string, more: Partial<Alert> = {}): Alert => ({
  key,
  kind: 'relay-unreachable',
  since: 0,
  subject: 'm365',
  detail: '',
  entryId: null,
  count: 1,
  ...more,
})
const newsOf = (told: readonly string[], alerts: readonly Alert[]): string[] => whatToNotify(told, alerts).news.map(({ key }) => key)

test('each thing is told once, however often it happens', () => {
  const first = whatToNotify([], [alert('a')])
  expect(first.news.map(({ key }) => key)).toEqual(['a'])
  expect(newsOf(first.told, [alert('a', { count: 7 })])).toEqual([])
  expect(newsOf(first.told, [alert('a'), alert('b')])).toEqual(['b'])
})

test('what was over and is back is told again', () => {
  const over = whatToNotify(['a'], [])
  expect(over).toEqual({ news: [], told: [] })
  expect(newsOf(over.told, [alert('a')])).toEqual(['a'])
})

test('what was told before a restart is not told after it', () => {
  expect(newsOf(['a', 'b'], [alert('b'), alert('c')])).toEqual(['c'])
})

test.each([
  [alert('a', { kind: 'delivery-failed', entryId: '01H x' }), '#/activity?message=01H%20x'],
  [alert('a', { kind: 'config-refused' }), '#/settings?view=file'],
  [alert('a', { kind: 'entry-set-aside', entryId: '' }), '#/overview'],
  [alert('a'), '#/overview'],
])('a click leads to what it is about: %j', (one, address) => {
  expect(addressOf(one)).toBe(address)
})

test('there are words for every kind in both languages, and none of them has a gap', () => {
  for (const kind of alertSchema.shape.kind.options) {
    for (const language of ['en', 'de'] as const) {
      const { title, body } = alertText(language, kind, 'Scanner')
      expect(`${title} ${body}`).not.toMatch(/[{}]/)
    }
  }
  expect(moreText('en', 5).title).toBe('5 things need you')
})

test('a name with a dollar sign stands for itself', () => {
  expect(alertText('en', 'relay-unreachable', "$& $'").title).toBe("$& $' cannot be reached")
})

test('the language is the person’s choice, or the system’s', () => {
  expect(languageOf('system', 'de-AT')).toBe('de')
  expect(languageOf('system', 'fr')).toBe('en')
  expect(languageOf('en', 'de-DE')).toBe('en')
  expect(words('de').open).toBe('Mailroom öffnen')
})
