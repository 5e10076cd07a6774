import { expect, test } from 'vitest'
import { dateTime, receivedField } from '../../../../main/engine/listener/trace.ts'
import type { TraceFacts } from '../../../../main/engine/listener/trace.ts'

const facts: TraceFacts = {
  client: { address: '192.168.1.41', port: 2525, listener: 'lan', helo: 'KMBT8A31C0', account: null, tls: null },
  protocol: 'ESMTP',
  cipher: null,
  hostname: 'mailroom.office.lan',
  entryId: '01abc',
  onlyRecipient: 'anna@example.org',
  at: Date.UTC(2026, 10, 23, 14, 31, 50),
}

test('the trace says who, with what, when, and for whom when there is one recipient', () => {
  expect(receivedField(facts)).toBe(
    'Received: from KMBT8A31C0 ([192.168.1.41])\r\n\tby mailroom.office.lan (Mailroom) with ESMTP id 01abc\r\n\tfor <anna@example.org>;\r\n\tMon, 23 Nov 2026 14:31:50 +0000\r\n',
  )
})

test('an IPv6 client stands as a literal, TLS is told', () => {
  const field = receivedField({
    ...facts,
    client: { ...facts.client, address: 'fd00::5', tls: 'TLSv1.3' },
    cipher: 'TLS_AES_256_GCM_SHA384',
    onlyRecipient: null,
  })
  expect(field).toContain('([IPv6:fd00::5])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)')
  expect(field).not.toContain('for <')
})

test.each(['evil\r\nBcc: x', 'a\u0000b', '(comment)', '', 'ümlaut'])('what a client calls itself cannot break the field: %j', (helo) => {
  const field = receivedField({ ...facts, client: { ...facts.client, helo } })
  expect(field.split('\r\n')).toHaveLength(5)
  expect(field).toMatch(/^Received: from [A-Za-z0-9._:?[\]-]+ \(/)
})

test('dates are those of RFC 5322', () => {
  expect(dateTime(Date.UTC(2027, 0, 3, 4, 5, 6))).toBe('Sun, 3 Jan 2027 04:05:06 +0000')
})
