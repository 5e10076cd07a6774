import { describe, expect, test } from 'vitest'
import type { TranscriptLine } from '../../../../main/contract/activity.ts'
import { lastRefusal, stagesOf } from '../../../../renderer/screens/first-start/test-stages.ts'
import type { Tested } from '../../../../renderer/screens/first-start/test-stages.ts'

const starttls: Tested = { encryption: 'starttls', username: 'scans', password: 'secret' }
const line = (at: number, by: TranscriptLine['by'], text: string): TranscriptLine => ({ at, by, text })
const whole = [
  line(12, 'note', 'Connecting to smtp.example.net [203.0.113.24]:587'),
  line(43, 'them', '220 smtp.example.net ESMTP ready'),
  line(44, 'us', 'EHLO office'),
  line(60, 'them', '250 STARTTLS'),
  line(61, 'us', 'STARTTLS'),
  line(90, 'them', '220 go on'),
  line(166, 'note', 'TLSv1.3 TLS_AES_256_GCM_SHA384, certificate verified'),
  line(170, 'us', 'AUTH PLAIN hidden'),
  line(612, 'them', '235 2.7.0 Accepted'),
]
const states = (lines: readonly TranscriptLine[], tested: Tested, result: { ok: boolean } | null): string =>
  stagesOf(lines, tested, result)
    .map((stage) => `${stage.name} ${stage.state}`)
    .join(', ')

describe('how far a relay test is', () => {
  test('before anything was said the first stage runs', () =>
    expect(states([], starttls, null)).toBe('found running, connected todo, greeted todo, encrypted todo, signedIn todo'))
  test('each stage is passed as its line is said', () => {
    expect(states(whole.slice(0, 1), starttls, null)).toBe('found ok, connected running, greeted todo, encrypted todo, signedIn todo')
    expect(states(whole.slice(0, 5), starttls, null)).toBe('found ok, connected ok, greeted ok, encrypted running, signedIn todo')
    expect(states(whole.slice(0, 8), starttls, null)).toBe('found ok, connected ok, greeted ok, encrypted ok, signedIn running')
  })
  test('at its end all are passed, with what was found and how long it took', () => {
    expect(stagesOf(whole, starttls, { ok: true })).toEqual([
      { name: 'found', state: 'ok', detail: '203.0.113.24', tookMs: 12 },
      { name: 'connected', state: 'ok', detail: '', tookMs: 31 },
      { name: 'greeted', state: 'ok', detail: 'smtp.example.net ESMTP ready', tookMs: null },
      { name: 'encrypted', state: 'ok', detail: 'TLS 1.3', tookMs: 123 },
      { name: 'signedIn', state: 'ok', detail: '', tookMs: 446 },
    ])
  })
  test('what failed is the first stage that was not passed', () => {
    const refused = [...whole.slice(0, 8), line(300, 'them', '535 5.7.8 no')]
    expect(states(refused, starttls, { ok: false })).toBe('found ok, connected ok, greeted ok, encrypted ok, signedIn bad')
    expect(states([], starttls, { ok: false })).toMatch(/^found bad, connected todo/)
  })
  test('with TLS from the start the greeting comes after it', () => {
    const implicit = [whole[0], whole[6], line(180, 'them', '220 ready'), whole[8]].flatMap((one) => one ?? [])
    expect(states(implicit, { ...starttls, encryption: 'implicit' }, { ok: true })).toBe(
      'found ok, connected ok, encrypted ok, greeted ok, signedIn ok',
    )
  })
  test('without encryption and without a sign-in these stages are left out', () => {
    const tested: Tested = { encryption: 'none', username: '', password: '' }
    expect(states(whole.slice(0, 4), tested, { ok: true })).toBe('found ok, connected ok, greeted ok, encrypted skipped, signedIn skipped')
  })
  test('encryption that the server does not offer is left out once that is known', () => {
    const optional: Tested = { ...starttls, encryption: 'optional' }
    const clear = [...whole.slice(0, 4), line(61, 'note', 'The server does not offer encryption; going on in clear text')]
    expect(states(whole.slice(0, 4), optional, null)).toMatch(/encrypted running/)
    expect(states(clear, optional, null)).toMatch(/encrypted skipped, signedIn running/)
  })
  test('where several addresses were tried the last one counts', () => {
    const again = [...whole.slice(0, 2), line(400, 'note', 'Connecting to smtp.example.net [203.0.113.25]:587')]
    expect(stagesOf(again, starttls, null)[0]).toMatchObject({ detail: '203.0.113.25' })
    expect(states(again, starttls, null)).toMatch(/^found ok, connected running/)
  })
})

test('the server’s own words are its last refusal', () => {
  expect(lastRefusal([...whole, line(700, 'them', '535 5.7.8 no'), line(710, 'us', 'QUIT'), line(711, 'them', '221 bye')])).toBe(
    '535 5.7.8 no',
  )
  expect(lastRefusal(whole)).toBe('')
})
