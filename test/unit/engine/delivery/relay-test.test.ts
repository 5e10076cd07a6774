import { describe, expect, test } from 'vitest'
import type { RelayTest, RelayTestResult } from '../../../../main/contract/index.ts'
import type { SimulatedHost } from '../../../support/simulated-network.ts'
import { world } from './attempt.ts'

const NAMES = { 'relay.example.org': ['192.0.2.1', '192.0.2.2'] }

async function run(
  hosts: Readonly<Record<string, SimulatedHost>>,
  changes: Partial<RelayTest & { password: string }> = {},
): Promise<{ result: RelayTestResult; said: string }> {
  const { delivery, network, settle } = world(hosts, { names: NAMES })
  const test = {
    address: 'relay.example.org',
    port: 587,
    protocol: 'smtp',
    encryption: 'starttls',
    allowInvalidCertificates: false,
    username: 'user',
    password: 'sesame',
    routeId: null,
    allowCleartext: false,
    ...changes,
  } as const
  const result = await settle(delivery.testRelay(test, new AbortController().signal))
  return {
    result,
    said: network
      .record('192.0.2.1')
      .commands.map((line) => line.split(' ').slice(0, 2).join(' '))
      .join(', '),
  }
}

const GOOD: SimulatedHost = { ehlo: ['250', 'STARTTLS', 'AUTH PLAIN'] }

describe('testing a relay host', () => {
  test('goes as far as signing in, and sends nothing', async () => {
    const { result, said } = await run({ '192.0.2.1': GOOD })
    expect(result).toMatchObject({ ok: true, cause: '', tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384' })
    expect(said).toBe('EHLO mailroom.example, STARTTLS, EHLO mailroom.example, AUTH PLAIN, QUIT')
    expect(JSON.stringify(result)).not.toContain('sesame')
    expect(result.transcript.map(({ text }) => text)).toContain('AUTH PLAIN hidden')
    expect(result.transcript.map(({ text }) => text)).toContain('221 2.0.0 bye')
  })

  test('without a user name it does not sign in, and says so', async () => {
    const { result, said } = await run({ '192.0.2.1': GOOD }, { username: '' })
    expect(result.ok).toBe(true)
    expect(result.text).toContain('No user name')
    expect(said).not.toContain('AUTH')
  })

  const failures: readonly (readonly [
    string,
    Readonly<Record<string, SimulatedHost>>,
    Partial<RelayTest & { password: string }>,
    string,
  ])[] = [
    ['wrong password', { '192.0.2.1': { ...GOOD, auth: '535 5.7.8 no' } }, {}, 'auth-rejected'],
    ['bad certificate', { '192.0.2.1': { ...GOOD, tls: 'bad-cert' } }, {}, 'tls-certificate'],
    ['no STARTTLS', { '192.0.2.1': { ehlo: ['250', 'AUTH PLAIN'] } }, {}, 'tls-required'],
    ['clear text without consent', { '192.0.2.1': { ehlo: ['250', 'AUTH PLAIN'] } }, { encryption: 'none' }, 'auth-needs-tls'],
    ['TLS on a clear-text port', { '192.0.2.1': { tls: 'fail', implicitTls: true } }, { encryption: 'implicit' }, 'tls-handshake'],
    ['not a mail server', { '192.0.2.1': { greet: 'garbage' } }, {}, 'bad-reply'],
    ['nobody answers', {}, {}, 'connect'],
    ['silence', { '192.0.2.1': { connect: 'timeout' }, '192.0.2.2': { connect: 'timeout' } }, {}, 'connect'],
    ['an unknown name', {}, { address: 'nowhere.example.org' }, 'relay-not-found'],
  ]
  test.each(failures)('%s', async (_name, hosts, changes, cause) => {
    const { result } = await run(hosts, changes)
    expect(result.ok).toBe(false)
    expect(result.cause).toBe(cause)
    expect(result.text).toMatch(/\.$|\d{3} /)
    expect(JSON.stringify(result)).not.toContain('sesame')
  })

  test('tries the next address when the first is away', async () => {
    const { result } = await run({ '192.0.2.2': GOOD })
    expect(result.ok).toBe(true)
  })

  test.each(['192.0.2.1', '[192.0.2.1]', 'relay.example.org.'])('the address may be written %s', async (address) => {
    expect((await run({ '192.0.2.1': GOOD }, { address })).result.ok).toBe(true)
  })

  test('an invalid certificate may be allowed', async () => {
    const { result } = await run({ '192.0.2.1': { ...GOOD, tls: 'bad-cert' } }, { allowInvalidCertificates: true })
    expect(result.ok).toBe(true)
    expect(result.transcript.map(({ text }) => text).join('\n')).toContain('certificate not verified (DEPTH_ZERO_SELF_SIGNED_CERT)')
  })
})
