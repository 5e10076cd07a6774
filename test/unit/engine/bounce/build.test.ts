import { readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import type { RecipientState } from '../../../../main/engine/spool/index.ts'
import type { ReportRequest } from '../../../../main/engine/bounce/index.ts'
import { buildReport, createReporter, decideReports } from '../../../../main/engine/bounce/index.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import type { HeadOptions } from '../queue/support.ts'
import { settingsWith } from '../queue/support.ts'
import { bounced, delivered, entryOf, NOW, ORIGINAL, relayed, requestOf, stateOf, waiting } from './support.ts'

function reportOn(states: readonly RecipientState[], head: Partial<HeadOptions> = {}, more: Partial<ReportRequest> = {}) {
  const entry = entryOf(states, head)
  return buildReport(requestOf(entry, decideReports(entry, NOW, settingsWith()).recipients, more))
}
const notify = (...addresses: string[]) => ({ to: addresses.map((address) => ({ address, notify: 'SUCCESS,FAILURE,DELAY' })) })
const expired = { ...waiting, status: 'perm_fail', disposition: 'expired', lastStatus: '5.4.7' } as const
const named = ['=?utf-8?B?x?=', 'Büro'] as const

/** Golden files: set UPDATE_GOLDEN=1 to write them anew, then read what changed. */
const golden: [string, () => ReturnType<typeof buildReport>][] = [
  ['failure', () => reportOn([stateOf('x@d.test', bounced)])],
  ['failure-with-message', () => reportOn([stateOf('x@d.test', bounced)], { ret: 'FULL' }, { original: ORIGINAL, full: true })],
  ['delay', () => reportOn([stateOf('x@d.test', waiting)])],
  ['expired', () => reportOn([stateOf('x@d.test', expired)])],
  ['delivered', () => reportOn([stateOf('x@d.test', delivered)], notify('x@d.test'))],
  ['relayed', () => reportOn([stateOf('x@d.test', relayed)], { ...notify('x@d.test'), envid: 'QQ314159+2B+41' })],
  [
    'partly-delivered',
    () =>
      reportOn(
        [stateOf('a@d.test', delivered), stateOf('b@d.test', bounced), stateOf('c@d.test', waiting)],
        notify('a@d.test', 'b@d.test', 'c@d.test'),
      ),
  ],
  ['temporary-and-permanent', () => reportOn([stateOf('b@d.test', bounced), stateOf('c@d.test', waiting)])],
  [
    'original-recipient',
    () => reportOn([stateOf('x@d.test', bounced)], { to: [{ address: 'x@d.test', orcpt: 'rfc822;old+2Bname@d.test' }] }),
  ],
  [
    'beyond-ascii',
    () =>
      reportOn(
        [stateOf('jürgen@d.test', { ...bounced, lastReply: '550 5.1.1 Empfänger unbekannt' })],
        {},
        {
          from: { name: `Poststelle ${named[1]}`, address: 'MAILER-DAEMON@office.test' },
          original: Buffer.from('Subject: Grüße\r\nTo: jürgen@d.test\r\n\r\n'),
        },
      ),
  ],
]

describe('a report', () => {
  test.each(golden)('%s is as in its golden file', (name, build) => {
    const path = new URL(`../../../fixtures/dsn/${name}.eml`, import.meta.url)
    const { message } = build()
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, message)
    expect(message.toString('latin1')).toBe(readFileSync(path).toString('latin1').replace(/\r?\n/g, '\r\n'))
  })

  test.each(golden)(
    '%s is seven-bit, in lines of at most 998 with CRLF, and reads as multipart/report of three parts',
    async (_name, build) => {
      const { message, subject, messageId } = build()
      const text = message.toString('latin1')
      expect(text).not.toMatch(/\P{ASCII}/u)
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
      expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998)
      const parsed = await simpleParser(message)
      expect(parsed.headers.get('content-type')).toMatchObject({ value: 'multipart/report', params: { 'report-type': 'delivery-status' } })
      expect([parsed.subject, parsed.messageId, parsed.headers.get('auto-submitted')]).toEqual([subject, messageId, 'auto-replied'])
      const [, boundary] = /boundary="([^"]+)"/.exec(text)!
      expect(text.split(`--${boundary!}`)).toHaveLength(5)
    },
  )

  test('the same request gives the same octets', () => {
    for (const [, build] of golden) expect(build().message.equals(build().message)).toBe(true)
  })

  test.each([
    [[relayed], 'success', /success/i],
    [[waiting], 'delay', /delay warning/i],
    [[bounced], 'failure', /failure/i],
    [[relayed, bounced], 'mixed', /partially delivered/i],
    [[delivered, waiting], 'mixed', /partially delivered/i],
    [[waiting, bounced], 'mixed', /temporary and permanent problems/i],
  ] as const)('subject and kind %#', (changes, kind, subject) => {
    const states = changes.map((change, i) => stateOf(`${i}@d.test`, change))
    const report = reportOn(states, notify(...states.map(({ address }) => address)))
    expect(report.kind).toBe(kind)
    expect(report.subject).toMatch(subject)
  })

  test.each([
    ['the reply’s own', { ...bounced, lastStatus: '5.7.26' }, '5.7.26'],
    ['none in the reply: general, not made of the digits', { ...bounced, lastStatus: '', lastReply: '550 No' }, '5.0.0'],
    ['none in the reply of a delay', { ...waiting, lastStatus: '', lastReply: '451 Later' }, '4.0.0'],
    ['expired', expired, '5.4.7'],
    ['delayed and never tried', { notifyDueAt: NOW }, '4.0.0'],
    ['cancelled', { ...bounced, disposition: 'cancelled', lastStatus: '5.0.0' }, '5.0.0'],
  ] as const)('Status: %s', (_name, state, status) => {
    expect(reportOn([stateOf('x@d.test', state)]).message.toString()).toContain(`\r\nStatus: ${status}\r\n`)
  })

  test('Will-Retry-Until only for a delay, only by time, only in the future', () => {
    const has = (state: Partial<RecipientState>) =>
      reportOn([stateOf('x@d.test', state)]).message.includes('Will-Retry-Until: Thu, 26 Nov 2026')
    expect(has(waiting)).toBe(true)
    expect(has(bounced)).toBe(false)
    expect(has({ ...waiting, expiry: { kind: 'attempts', count: 9 } })).toBe(false)
    expect(has({ ...waiting, expiry: { kind: 'time', at: NOW } })).toBe(false)
  })

  test('our own sentence is no Diagnostic-Code, a reply of many lines is one line', () => {
    expect(reportOn([stateOf('x@d.test', waiting)]).message.toString()).not.toContain('Diagnostic-Code')
    const long = reportOn([stateOf('x@d.test', { ...bounced, lastReply: `550 5.7.1 ${'word '.repeat(60)}end` })]).message.toString()
    const field = /Diagnostic-Code: (?:[^\r\n]*(?:\r\n [^\r\n]*)*)/.exec(long)![0]
    expect(field.replace(/\r\n /g, ' ')).toBe(`Diagnostic-Code: smtp; 550 5.7.1 ${'word '.repeat(60)}end`)
  })

  test('what a server or client sent cannot begin a field of its own', () => {
    const evil = { ...bounced, lastReply: '550 no\r\nAction: delivered\r\n\r\nFinal-Recipient: rfc822; evil@d.test' }
    const text = reportOn([stateOf('x@d.test', evil)], {
      envid: 'a+0D+0AAction: delivered',
      to: [{ address: 'x@d.test', orcpt: 'rfc822;a+0D+0Ab' }],
    })
    expect(text.message.toString().match(/^Action:/gm)).toHaveLength(1)
    expect(text.message.toString().match(/^Final-Recipient:/gm)).toHaveLength(1)
  })

  test('a computer without a domain says so by the type of its name; addresses stand in brackets', () => {
    const bare = reportOn([stateOf('x@d.test', { ...bounced, route: 'relay', lastEntity: '192.0.2.9' })], {}, { reportingMta: 'office-pc' })
    expect(bare.message.toString()).toContain('Reporting-MTA: x-local-hostname; office-pc\r\n')
    expect(bare.message.toString()).toContain('Remote-MTA: dns; [192.0.2.9]\r\n')
  })

  test('the whole message only when it can be sent back safely', () => {
    const full = (original: Buffer) =>
      reportOn([stateOf('x@d.test', bounced)], { ret: 'FULL' }, { original, full: true }).message.toString('latin1')
    expect(full(ORIGINAL)).toContain('Content-Type: message/rfc822\r\n\r\nReceived:')
    expect(full(Buffer.concat([ORIGINAL, Buffer.from('Grüße\r\n')]))).toContain('Content-Type: text/rfc822-headers\r\n')
    expect(full(Buffer.concat([ORIGINAL, Buffer.alloc(2 * 1024 * 1024, 'x ')]))).not.toContain('Page one')
    expect(full(Buffer.concat([ORIGINAL, Buffer.from(`${'x'.repeat(1200)}\r\n`)]))).not.toContain('Page one')
  })

  test('a huge header is cut at a line end', () => {
    const original = Buffer.from(`${'X-Long: a line of header\r\n'.repeat(10_000)}\r\n`)
    const text = reportOn([stateOf('x@d.test', bounced)], {}, { original }).message.toString()
    expect(text.length).toBeLessThan(70_000)
    expect(text).toMatch(/X-Long: a line of header\r\n\r\n--=_/)
  })

  test('a sender with SMTPUTF8 gets addresses as they are, in the global types', () => {
    const entry = entryOf([stateOf('jürgen@d.test', bounced)], { sender: 'andré@example.org' })
    const head = { ...entry.head, envelope: { ...entry.head.envelope, parameters: { smtputf8: true } } }
    const utf8 = { ...entry, head }
    const text = buildReport(requestOf(utf8, decideReports(utf8, NOW, settingsWith()).recipients)).message.toString('utf8')
    expect(text).toContain('To: <andré@example.org>')
    expect(text).toContain('Content-Type: message/global-delivery-status')
    expect(text).toContain('Final-Recipient: utf-8; jürgen@d.test')
  })

  test('is not made for the null reverse-path, nor about nobody', () => {
    const entry = entryOf([stateOf('x@d.test', bounced)], { sender: null })
    const failed = { state: entry.recipients[0]!, action: 'failed', orcpt: null, remoteMta: null } as const
    expect(() => buildReport(requestOf(entry, [failed]))).toThrow(RangeError)
    expect(() => buildReport(requestOf(entryOf([]), []))).toThrow(RangeError)
  })
})

describe('the reporter', () => {
  const parts = () => {
    const sent: { message: string; envelope: unknown }[] = []
    const told: unknown[] = []
    const report = createReporter({
      spool: {
        newId: () => 'r0002',
        read: () => Readable.from([ORIGINAL.subarray(0, 50), ORIGINAL.subarray(50)]),
        readHeaders: async () => ORIGINAL.subarray(0, ORIGINAL.indexOf('\r\n\r\n') + 4),
      },
      activity: { record: (draft) => told.push(draft) },
      clock: createHeldClock(NOW),
      settings: () => settingsWith(),
      submit: async (message, envelope) => {
        sent.push({ message: message.toString(), envelope })
        return 'r0003'
      },
    })
    return { sent, told, report }
  }
  const send = async (ret: 'FULL' | 'HDRS' | undefined, states: RecipientState[]) => {
    const { sent, told, report } = parts()
    const entry = entryOf(states, ret === undefined ? {} : { ret })
    await report(entry, decideReports(entry, NOW, settingsWith()).recipients)
    return { sent, told }
  }

  test('sends from <> to the reverse-path, never to be reported itself, and tells of it', async () => {
    const { sent, told } = await send(undefined, [stateOf('x@d.test', bounced)])
    expect(sent[0]?.envelope).toEqual({
      reversePath: null,
      parameters: {},
      recipients: [{ address: 'alice@example.org', notify: 'NEVER' }],
    })
    expect(told).toEqual([{ type: 'report-sent', entryId: 'm0001', reportEntryId: 'r0003', kind: 'failure', to: 'alice@example.org' }])
  })

  test.each([
    ['FULL', bounced, true],
    ['HDRS', bounced, false],
    [undefined, bounced, false],
    ['FULL', waiting, false],
  ] as const)('RET=%s: whole message %#', async (ret, state, whole) => {
    const { sent } = await send(ret, [stateOf('x@d.test', state)])
    expect(sent[0]?.message.includes('Page two.')).toBe(whole)
  })
})
