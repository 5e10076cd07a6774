import { describe, expect, test } from 'vitest'
import type { TlsSettings } from '../../../../main/contract/index.ts'
import type { SimulatedHost } from '../../../support/simulated-network.ts'
import { failureOf, relay, states, world } from './attempt.ts'
import type { Ask } from './attempt.ts'

const OFFERED = ['250', 'STARTTLS']

describe('STARTTLS by policy', () => {
  const table: readonly (readonly [name: string, host: SimulatedHost, tls: Partial<TlsSettings>, expected: string])[] = [
    ['not offered, optional', { ehlo: ['250'] }, {}, 'clear'],
    ['not offered, required', { ehlo: ['250'] }, { starttls: 'require' }, 'perm:tls tls-required 5.7.10'],
    ['not offered, DANE required', { ehlo: ['250'] }, { dane: 'require' }, 'perm:tls tls-required 5.7.10'],
    ['not offered, MTA-STS required', { ehlo: ['250'] }, { mtaSts: 'require' }, 'perm:tls tls-required 5.7.10'],
    ['refused 454, optional', { ehlo: OFFERED, starttls: '454' }, {}, 'clear'],
    ['refused 554, optional', { ehlo: OFFERED, starttls: '554' }, {}, 'clear'],
    ['refused 454, required', { ehlo: OFFERED, starttls: '454 4.7.0 no' }, { starttls: 'require' }, 'temp:unexpected-reply reply 4.7.0'],
    ['refused 554, required', { ehlo: OFFERED, starttls: '554' }, { starttls: 'require' }, 'perm:unexpected-reply reply 5.0.0'],
    ['421, optional', { ehlo: OFFERED, starttls: '421 bye +close' }, {}, 'temp:unexpected-reply reply 4.0.0'],
    ['good, optional', { ehlo: OFFERED }, {}, 'encrypted'],
    ['good, required', { ehlo: OFFERED }, { starttls: 'require' }, 'encrypted'],
    ['offered, switched off', { ehlo: OFFERED }, { starttls: 'disable' }, 'clear'],
    ['switched off, DANE required', { ehlo: OFFERED }, { starttls: 'disable', dane: 'require' }, 'perm:tls tls-required 5.7.10'],
    ['bad certificate, optional', { ehlo: OFFERED, tls: 'bad-cert' }, {}, 'temp:tls tls-certificate 4.7.0'],
    ['bad certificate, required', { ehlo: OFFERED, tls: 'bad-cert' }, { starttls: 'require' }, 'temp:tls tls-certificate 4.7.0'],
    ['bad certificate, allowed', { ehlo: OFFERED, tls: 'bad-cert' }, { allowInvalidCertificates: true }, 'encrypted'],
    ['handshake fails, optional', { ehlo: OFFERED, tls: 'fail' }, {}, 'temp:tls tls-handshake 4.7.0'],
    ['handshake fails, required', { ehlo: OFFERED, tls: 'fail' }, { starttls: 'require' }, 'temp:tls tls-handshake 4.7.0'],
    [
      'handshake fails, invalid allowed',
      { ehlo: OFFERED, tls: 'fail' },
      { allowInvalidCertificates: true },
      'temp:tls tls-handshake 4.7.0',
    ],
    ['hung up, optional', { ehlo: OFFERED, tls: 'eof' }, {}, 'temp:tls tls-handshake 4.7.0'],
    ['silence, optional', { ehlo: OFFERED, tls: 'timeout' }, {}, 'temp:tls tls-handshake 4.7.0'],
  ]
  test.each(table)('%s', async (_name, host, tls, expected) => {
    const { attempt, network } = world({ '1': host })
    const report = await attempt({ tls })
    const [outcome] = report.outcomes
    if (outcome?.kind === 'completed') expect(network.record('1').encrypted).toEqual([expected === 'encrypted'])
    else expect(`${states(report).join()} ${failureOf(report).cause} ${failureOf(report).status}`).toBe(expected)
    // Never in clear text after encryption was tried.
    if (outcome?.kind !== 'completed') expect(network.record('1').messages).toEqual([])
  })

  test('EHLO is said again after STARTTLS and only then', async () => {
    for (const [ehlo, count] of [
      [OFFERED, 2],
      [['250'], 1],
    ] as const) {
      const { attempt, network } = world({ '1': { ehlo } })
      await attempt()
      expect(network.record('1').commands.filter((line) => line.startsWith('EHLO'))).toHaveLength(count)
    }
  })

  test('what was offered before TLS is forgotten', async () => {
    const { attempt, network } = world({ '1': { ehlo: [...OFFERED, 'DSN', 'SIZE', 'CHUNKING'], ehloTls: ['250'] } })
    await attempt({ parameters: { envid: 'x' } })
    expect(network.record('1').commands).toContain('MAIL FROM:<ann@example.net>')
    expect(network.record('1').commands).toContain('DATA')
  })

  test('replies that somebody put in before TLS make the attempt fail instead of being believed', async () => {
    for (const injected of ['250 2.1.0 injected', '250-injected\r\n250 AUTH PLAIN', '250-half of one']) {
      const { attempt, network } = world({ '1': { ehlo: OFFERED, starttls: `220 go\r\n${injected}` } })
      const report = await attempt()
      expect(states(report)).toEqual(['temp:tls'])
      expect(failureOf(report).cause).toBe('tls-handshake')
      expect(network.handshakes).toEqual([])
      expect(network.record('1').messages).toEqual([])
    }
  })

  test('the time for STARTTLS and handshake is one', async () => {
    const { attempt, clock } = world({ '1': { ehlo: OFFERED, tls: 'timeout' } })
    await attempt({ tls: { timeoutMs: { tls: 20_000, mtaSts: 1 } } })
    expect(clock.monotonic()).toBeLessThanOrEqual(20_001)
  })
})

describe('implicit TLS', () => {
  const implicit = (changes: Ask = {}): Ask => ({ route: relay({ tls: { implicit: true, allowInvalidCertificates: false } }), ...changes })

  test.each([
    ['good', 'ok', {}, 'ok'],
    ['good, whatever STARTTLS policy', 'ok', { tls: { starttls: 'disable' } }, 'ok'],
    ['bad certificate', 'bad-cert', {}, 'temp:tls'],
    ['bad certificate, allowed by the strategy', 'bad-cert', { tls: { allowInvalidCertificates: true } }, 'ok'],
    [
      'bad certificate, allowed by the route',
      'bad-cert',
      { route: relay({ tls: { implicit: true, allowInvalidCertificates: true } }) },
      'ok',
    ],
    ['clear-text server', 'fail', {}, 'temp:tls'],
    ['hung up', 'eof', {}, 'temp:tls'],
    ['silence', 'timeout', {}, 'temp:tls'],
  ] as const)('%s', async (_name, tls, changes, expected) => {
    const { attempt, network } = world({ '1': { implicitTls: true, tls, ehlo: ['250', 'STARTTLS'] } })
    expect(states(await attempt(implicit(changes)))).toEqual([expected])
    expect(network.record('1').commands).not.toContain('STARTTLS')
  })
})

describe('the name to be found in the certificate', () => {
  test('is the name of the host', async () => {
    const { attempt, network } = world({ '1': { ehlo: OFFERED } })
    await attempt({ hosts: [['mx1.d.test', ['1']]] })
    expect(network.handshakes).toMatchObject([{ serverName: 'mx1.d.test', allowInvalidCertificates: false }])
  })

  test.each([
    ['optional', {}, 'temp:tls'],
    ['required', { starttls: 'require' }, 'perm:tls'],
  ] as const)('a name that no certificate can carry, %s', async (_name, tls, expected) => {
    const { attempt, network } = world({ '1': { ehlo: OFFERED } })
    expect(states(await attempt({ tls, hosts: [['not a name', ['1']]] }))).toEqual([expected])
    expect(network.handshakes).toEqual([])
  })
})
