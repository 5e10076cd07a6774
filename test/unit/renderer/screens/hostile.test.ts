import { describe, expect, test } from 'vitest'
import { sourceLines } from '../../../../renderer/screens/message/source-text.ts'
import { storyOf } from '../../../../renderer/screens/message/story.ts'
import { storyText } from '../../../../renderer/screens/message/story-text.ts'
import { headerFields } from '../../../../renderer/screens/message/headers.ts'
import { picking, rangeOf, without } from '../../../../renderer/screens/queue/picking.ts'
import { filterOf, queueQueryOf } from '../../../../renderer/screens/queue/queue-query.ts'
import { accepted, attempted, NOW, result } from '../builders.ts'

/** Marks that turn or hide writing, and control characters but tab and line feed. */
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/ // eslint-disable-line no-control-regex -- they are what is looked for
const EVIL = '\u202Egnp.exe\u2066\u200f\u0000\u001b[31m<script>alert(1)</script>'

describe('the source of a message', () => {
  test('shows what cannot be seen as its number, and markup as letters', () => {
    const [line] = sourceLines(EVIL)
    expect(line).toBe('⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+200F⟩⟨U+0000⟩⟨U+001B⟩[31m<script>alert(1)</script>')
  })
  test('has its lines, whatever ends them', () => expect(sourceLines('a\r\nb\nc\rd\te')).toEqual(['a', 'b', 'c', 'd\te']))
  test('cuts a line of a megabyte, and a million lines', () => {
    expect(sourceLines('W'.repeat(1_000_000))[0]).toHaveLength(2000 + '… (998000)'.length)
    expect(sourceLines('\n'.repeat(1_000_000)).length).toBeLessThanOrEqual(5001)
  })
})

describe('what is copied for somebody who helps', () => {
  const script = [
    { at: 0, by: 'them' as const, text: '220 ready' },
    { at: 1200, by: 'us' as const, text: `RCPT TO:<${EVIL}>` },
  ]
  const events = [
    accepted(['bob@example.org']),
    attempted([result('perm_fail', { text: `550 5.1.1 ${EVIL}`, status: '5.1.1' })], { transcript: script }),
  ]
  const text = storyText(storyOf(events, 'bob@example.org'), 'E1', NOW, (route) => (route === 'm365' ? 'Microsoft 365' : route))
  test('says why in words and in the server’s own, with the transcript', () => {
    expect(text).toContain('Not delivered.')
    expect(text).toContain('    > 550 5.1.1')
    expect(text).toContain('Route: Microsoft 365')
    expect(text).toContain('   1.20 → RCPT TO:<')
    expect(text).toContain('E1')
  })
  test('turns and hides nothing', () => expect(text).not.toMatch(HARMFUL))
})

test('headers in broken encodings are shown as they can be', () => {
  const fields = headerFields(`Subject: =?utf-8?B?/////w==?=\r\nX: =?nonsense?Q?a?=\r\nY: ${EVIL}\r\nZ: ${'W'.repeat(1_000_000)}\r\n`)
  expect(fields[0]?.value).toMatch(/^\ufffd+$/)
  expect(fields[1]?.value).toBe('=?nonsense?Q?a?=')
  expect(fields[2]?.value).not.toMatch(HARMFUL)
  expect(fields[3]?.value.length).toBeLessThan(5000)
})

describe('what is picked in the queue', () => {
  const ids = ['a', 'b', 'c', 'd']
  test.each([
    ['b', 'd', 'bcd'],
    ['d', 'b', 'bcd'],
    ['gone', 'c', 'c'],
    ['a', 'gone', ''],
  ])('from %s to %s is %s', (from, to, found) => expect(rangeOf(ids, from, to).join('')).toBe(found))
  test('is added and taken away', () => {
    const picked = picking(picking(new Set(), ids, true), ['b'], false)
    expect([...picked].join('')).toBe('acd')
    expect(without(ids, ['a', 'x'])).toEqual(['b', 'c', 'd'])
  })
})

test('the queue looks for what the address asks, and for nothing that does not exist', () => {
  expect(queueQueryOf({ show: 'toString', age: 'constructor', sort: '__proto__' })).toEqual(queueQueryOf({}))
  expect(filterOf(queueQueryOf({ show: 'held', age: 'day', route: 'mx', text: 'a' }))).toEqual({
    show: 'held',
    olderThanMs: 86_400_000,
    route: 'mx',
    text: 'a',
  })
})
