import { describe, expect, test } from 'vitest'
import { say } from '../../../../renderer/lib/words/words.svelte.ts'
import { splitHidden, toneOfLine, transcriptText } from '../../../../renderer/lib/ui/transcript.ts'
import { headerFields } from '../../../../renderer/screens/message/headers.ts'
import { recipientsOf, storyOf } from '../../../../renderer/screens/message/story.ts'
import { stampOf, summaryOf } from '../../../../renderer/screens/message/summary.ts'
import { accepted, attempted, MINUTE, NOW, result } from '../builders.ts'

const bob = 'bob@example.org'
const nameOf = (route: string): string => ({ m365: 'Microsoft 365', smtp2go: 'SMTP2GO' })[route] ?? route
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ')
const stops = (story: ReturnType<typeof storyOf>): string[] => story.stops.map((stop) => stop.kind)
const base = { seq: 9, entryId: 'E1' }

describe('the story of a message', () => {
  const putOff = attempted([result('temp_fail', { nextAttemptAt: NOW + 2 * MINUTE })])
  const taken = attempted([result('completed')], { at: NOW + 456_000, startedAt: NOW + 454_000, route: 'smtp2go', rule: 2 })

  test('begins with how it was taken', () => {
    const story = storyOf([accepted([bob])], bob)
    expect([stops(story), story.standing]).toEqual([['accepted'], 'sending'])
  })
  test('names the route before a try, and again only when it changes', () => {
    const story = storyOf([accepted([bob]), putOff, putOff, taken], bob)
    expect(stops(story)).toEqual(['accepted', 'route', 'attempt', 'attempt', 'route', 'attempt'])
    expect(story.attempts.map((attempt) => attempt.number)).toEqual([1, 2, 3])
  })
  test('ends with the next try while it waits', () => {
    const story = storyOf([accepted([bob]), putOff], bob)
    expect([stops(story).at(-1), story.standing, story.nextAttemptAt]).toEqual(['next', 'waiting', NOW + 2 * MINUTE])
  })
  test('does not say an ending twice', () => {
    const ended = { ...base, at: NOW + 457_000, type: 'ended', recipient: bob, disposition: 'relayed', text: '250 OK' } as const
    expect(stops(storyOf([accepted([bob]), taken, ended], bob))).toEqual(['accepted', 'route', 'attempt'])
  })
  test('says an ending that no try has said', () => {
    const ended = { ...base, at: NOW, type: 'ended', recipient: bob, disposition: 'cancelled', text: '' } as const
    const story = storyOf([accepted([bob]), putOff, ended], bob)
    expect([stops(story).at(-1), story.standing, story.nextAttemptAt]).toEqual(['ended', 'cancelled', null])
  })
  test('leaves out what happened to others', () => {
    const other = attempted([result('perm_fail', { address: 'eve@example.org' })])
    const story = storyOf([accepted([bob, 'eve@example.org']), other], bob)
    expect([stops(story), story.standing]).toEqual([['accepted'], 'sending'])
  })
  test('follows a person’s hand', () => {
    const held = { ...base, at: NOW + 10, type: 'held', by: 'Tom' } as const
    const released = { ...base, at: NOW + 20, type: 'released', nextAttemptAt: NOW + 30 } as const
    expect(storyOf([accepted([bob]), held], bob).standing).toBe('held')
    expect(storyOf([accepted([bob]), held, released], bob).standing).toBe('waiting')
  })
  test('knows its recipients even when its beginning is lost', () => {
    expect(recipientsOf([accepted([bob, 'eve@example.org'])])).toEqual([bob, 'eve@example.org'])
    expect(recipientsOf([putOff])).toEqual([bob])
  })

  const summary = (events: Parameters<typeof storyOf>[0]): string => plain(say(summaryOf(storyOf(events, bob), NOW, nameOf)))
  test('is told in one breath', () => {
    expect(summary([accepted([bob])])).toBe('On its way.')
    expect(summary([accepted([bob]), putOff])).toBe(
      'Safe on this computer since 14:42. One try so far: Microsoft 365 asks us to slow down.',
    )
    expect(summary([accepted([bob]), putOff, putOff, taken])).toBe(
      'Microsoft 365 put it off, so it went through SMTP2GO. Delivered with the 3rd try after 7 minutes 36 seconds.',
    )
    expect(summary([accepted([bob]), attempted([result('completed')], { routeType: 'mx', route: 'mx' })])).toBe(
      'Taken by example.org after 2 seconds.',
    )
    expect(summary([accepted([bob]), attempted([result('perm_fail', { text: '550 5.1.1 no such user' })])])).toMatch(
      /^Not delivered\. Microsoft 365 says there is no such mailbox\./,
    )
  })
  test('is stamped with its outcome', () => {
    const stamp = (events: Parameters<typeof storyOf>[0]): string => {
      const { tone, label, detail } = stampOf(storyOf(events, bob), NOW)
      return `${tone} ${say(label)} ${detail}`
    }
    expect(stamp([accepted([bob]), taken])).toBe('delivered Delivered 23 Nov 14:49')
    expect(stamp([accepted([bob]), putOff])).toBe('waiting Waiting Next 14:44')
  })
})

describe('a header block', () => {
  const only = (block: string): string => headerFields(block)[0]?.value ?? ''
  test('is cut into fields, folded lines joined', () => {
    expect(headerFields('From: ann\r\nReceived: from a\r\n\tby b\r\n with c\r\n')).toEqual([
      { name: 'From', value: 'ann' },
      { name: 'Received', value: 'from a by b with c' },
    ])
  })
  test.each([
    ['Subject: =?utf-8?B?R3LDvMOfZQ==?=', 'Grüße'],
    ['Subject: =?iso-8859-1?q?Gr=FC=DFe_an?= =?UTF-8?Q?_alle?=', 'Grüße an alle'],
    ['Subject: =?x-unknown?B?R3LDvMOfZQ==?=', '=?x-unknown?B?R3LDvMOfZQ==?='],
    ['Subject: =?utf-8?B?***?=', '=?utf-8?B?***?='],
    ['Subject: \u202edesrever\u0007', '\ufffddesrever␇'],
    ['Subject: =?utf-8?Q?=E2=80=AEgnp?=', '\ufffdgnp'],
  ])('%s', (block, value) => expect(only(block)).toBe(value))
  test('keeps a line that is no field as it is', () => expect(headerFields('not a field')[0]).toEqual({ name: '', value: 'not a field' }))
  test('of a megabyte is cut, not drawn', () => {
    expect(only(`X: ${'y'.repeat(1e6)}`).length).toBeLessThan(5000)
    expect(headerFields('A: b\n'.repeat(10_000))).toHaveLength(200)
  })
})

describe('a transcript', () => {
  test('marks what went wrong', () => {
    expect(toneOfLine({ at: 0, by: 'them', text: '535 5.7.8 no' })).toBe('failed')
    expect(toneOfLine({ at: 0, by: 'them', text: '250-a\n451 4.3.0 later' })).toBe('waiting')
    expect(toneOfLine({ at: 0, by: 'them', text: '250 OK' })).toBe('none')
    expect(toneOfLine({ at: 0, by: 'us', text: '550 said by us' })).toBe('none')
  })
  test('shows a secret as hidden, and the word in a sentence as a word', () => {
    expect(splitHidden('AUTH PLAIN hidden').map((part) => part.hidden)).toEqual([false, true])
    expect(splitHidden('250 hidden treasures')).toEqual([{ text: '250 hidden treasures', hidden: false }])
  })
  test('is copied as lines', () => {
    expect(
      transcriptText([
        { at: 40, by: 'them', text: '220 hello' },
        { at: 41, by: 'us', text: 'EHLO me' },
      ]),
    ).toBe('   0.04 ← 220 hello\n   0.04 → EHLO me')
  })
})
