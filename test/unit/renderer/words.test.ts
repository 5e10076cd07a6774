import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { de } from '../../../renderer/lib/words/de.ts'
import { en } from '../../../renderer/lib/words/en.ts'
import { pieces, saying, t, words } from '../../../renderer/lib/words/words.svelte.ts'
import type { Phrase } from '../../../renderer/lib/words/phrase.ts'

afterEach(() => {
  words.language = 'en'
})

const forms = (phrase: Phrase): string[] => (typeof phrase === 'string' ? [phrase] : [phrase.one, phrase.other])
const names = (phrase: Phrase): string[] =>
  [...new Set(forms(phrase).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '')))].sort()
const catalogue: Readonly<Record<string, Phrase>> = en
const german: Readonly<Record<string, Phrase>> = de

describe('the two catalogues', () => {
  test('have the same phrases', () => expect(Object.keys(german).sort()).toEqual(Object.keys(catalogue).sort()))
  test('say each phrase once: one of two parts with the same name would be lost', () => {
    const folder = join(import.meta.dirname, '../../../renderer/lib/words')
    for (const language of ['en', 'de']) {
      const files = readdirSync(folder).filter((name) => name === `${language}.ts` || name.endsWith(`-${language}.ts`))
      const keys = files.flatMap((name) =>
        [...readFileSync(join(folder, name), 'utf8').matchAll(/^ {2}'?([\w.-]+)'?: /gm)].map((found) => found[1] ?? ''),
      )
      expect(keys.length).toBeGreaterThan(500)
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
    }
  })
  test('fill in the same names', () => {
    expect(Object.keys(catalogue).filter((key) => names(german[key] ?? '').join() !== names(catalogue[key] ?? '').join())).toEqual([])
  })
  test('speak calmly: no exclamation, no begging, no cheering', () => {
    const loud = /!|\b(please|successful\w*|oops|sorry|bitte|erfolgreich\w*|leider)\b|\.\.\./i
    const all = [...Object.values(catalogue), ...Object.values(german)].flatMap(forms)
    expect(all.filter((form) => loud.test(form))).toEqual([])
  })
})

describe('a phrase', () => {
  test('that counts has its own form for one', () => {
    expect(t('messages', { count: 1 })).toBe('1 message')
    expect(t('messages', { count: 1819 })).toBe('1,819 messages')
  })
  test('may take its form from a count it does not show', () => {
    expect(t('state.wait.tail', { messages: '1 message', count: 1 })).toBe('1 message waits and goes out by itself.')
    expect(t('state.wait.tail', { messages: '4 messages', count: 4 })).toBe('4 messages wait and go out by themselves.')
  })
  test('is said in the language in use', () => {
    words.language = 'de'
    expect(t('messages', { count: 1819 })).toMatch(/^1.?819 Nachrichten$/)
  })
  test('keeps what is filled in from turning the words round', () => {
    expect(t('alert.delivery-failed.title', { subject: '\u202egnp.exe@evil.example' })).toBe(
      'A message to \ufffdgnp.exe@evil.example could not be delivered',
    )
    expect(t('alert.delivery-failed.title', { subject: 'שלום' })).toBe('A message to \u2068שלום\u2069 could not be delivered')
  })
  test('is cut at its names, so that one may be a link', () => {
    expect(pieces(saying('message.who', { device: 'nas', recipient: 'a@b.example' }))).toEqual([
      { text: '' },
      { name: 'device', value: 'nas' },
      { text: ' to ' },
      { name: 'recipient', value: 'a@b.example' },
      { text: '' },
    ])
  })
  test('does not fill in names that stand in what was filled in', () => {
    expect(t('alert.delivery-failed.title', { subject: '{subject}' })).toBe('A message to {subject} could not be delivered')
  })
})
