import { expect, test } from 'vitest'
import { clientOf, envelopeOf, protocolOf } from '../../../../main/engine/listener/envelope.ts'
import { BEGINNING, greeted, withAccount, withRecipient, withSender } from '../../../../main/engine/listener/session/state.ts'
import type { SessionState } from '../../../../main/engine/listener/session/state.ts'

const mail = { address: 'ann@office.test', parameters: {}, declaredBytes: 0 }
const HELO = greeted(BEGINNING, 'scanner', false)
const EHLO = greeted(BEGINNING, 'scanner', true)
const utf8 = (state: SessionState): SessionState => withSender(state, { ...mail, parameters: { smtputf8: true } })

test.each<[string, SessionState, string]>([
  ['HELO', HELO, 'SMTP'],
  ['EHLO', EHLO, 'ESMTP'],
  ['EHLO under TLS', { ...EHLO, secure: true }, 'ESMTPS'],
  ['EHLO, signed in', withAccount(EHLO, 'scanner'), 'ESMTPA'],
  ['EHLO under TLS, signed in', withAccount({ ...EHLO, secure: true }, 'scanner'), 'ESMTPSA'],
  ['HELO under TLS', { ...HELO, secure: true }, 'ESMTPS'],
  ['SMTPUTF8', utf8(EHLO), 'UTF8SMTP'],
  ['SMTPUTF8 under TLS, signed in', utf8(withAccount({ ...EHLO, secure: true }, 'scanner')), 'UTF8SMTPSA'],
])('%s is %s in the trace', (_what, state, protocol) => {
  expect(protocolOf(state)).toBe(protocol)
})

test('the null reverse-path is null, and recipients keep their order', () => {
  const from = withSender(EHLO, { ...mail, address: '' })
  const state = withRecipient(withRecipient(from, { address: 'b@x.test' }), { address: 'a@x.test', notify: 'NEVER' })
  expect(envelopeOf(state)).toEqual({
    reversePath: null,
    parameters: {},
    recipients: [{ address: 'b@x.test' }, { address: 'a@x.test', notify: 'NEVER' }],
  })
})

test('a client that never said its name has an empty one', () => {
  const peer = { address: '192.0.2.7', port: 25, listener: 'lan', tls: null }
  expect(clientOf(peer, BEGINNING)).toEqual({ address: '192.0.2.7', port: 25, listener: 'lan', helo: '', account: null, tls: null })
})
