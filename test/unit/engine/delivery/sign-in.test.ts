import { describe, expect, test } from 'vitest'
import type { RelayRoute } from '../../../../main/contract/index.ts'
import type { SimulatedHost } from '../../../support/simulated-network.ts'
import { failureOf, relay, states, world } from './attempt.ts'

const SECRET = 'correct horse'
const b64 = (text: string): string => Buffer.from(text).toString('base64')

function route(changes: Partial<RelayRoute> = {}, allowCleartext = false): RelayRoute {
  return relay({ auth: { username: 'user', secret: SECRET, allowCleartext }, ...changes })
}

function encrypted(offered: string, auth: SimulatedHost['auth']): SimulatedHost {
  return { ehlo: ['250', 'STARTTLS', `AUTH ${offered}`], ...(auth === undefined ? {} : { auth }) }
}

async function authCommands(
  host: SimulatedHost,
  options: { readonly route?: RelayRoute; readonly address?: string } = {},
): Promise<string[]> {
  const { address = '192.0.2.1' } = options
  const { attempt, network } = world({ [address]: host })
  await attempt({ route: options.route ?? route(), hosts: [['r', [address]]] })
  return network
    .record(address)
    .commands.filter((line) => line.startsWith('AUTH'))
    .map((line) => line.split(' ').slice(0, 2).join(' '))
}

describe('which mechanism is used', () => {
  test.each([
    ['PLAIN first over TLS', encrypted('CRAM-MD5 LOGIN PLAIN', undefined), ['AUTH PLAIN']],
    ['the old spelling AUTH=', { ehlo: ['250', 'STARTTLS', 'AUTH=LOGIN'] }, ['AUTH LOGIN']],
    ['the next after 504', encrypted('PLAIN LOGIN', { PLAIN: '504 5.5.4 no', LOGIN: '235' }), ['AUTH PLAIN', 'AUTH LOGIN']],
    ['the next after 454', encrypted('PLAIN LOGIN', { PLAIN: '454 4.7.0 no', LOGIN: '235' }), ['AUTH PLAIN', 'AUTH LOGIN']],
    ['none after 535', encrypted('PLAIN LOGIN CRAM-MD5', { PLAIN: '535 5.7.8 no' }), ['AUTH PLAIN']],
    ['none after 421', encrypted('PLAIN LOGIN', { PLAIN: '421 bye +close' }), ['AUTH PLAIN']],
    ['all, until the list ends', encrypted('PLAIN LOGIN CRAM-MD5', '504'), ['AUTH PLAIN', 'AUTH LOGIN', 'AUTH CRAM-MD5']],
  ])('%s', async (_name, host, expected) => {
    expect(await authCommands(host)).toEqual(expected)
  })

  test('without TLS to this computer the password is not shown if it can be avoided', async () => {
    expect(await authCommands({ ehlo: ['250', 'AUTH PLAIN LOGIN CRAM-MD5'] }, { address: '127.0.0.1' })).toEqual(['AUTH CRAM-MD5'])
  })

  test('no EHLO follows AUTH, and MX routes never sign in', async () => {
    const { attempt, network } = world({ '1': encrypted('PLAIN', '235') })
    await attempt({ route: route() })
    const { commands } = network.record('1')
    expect(commands.slice(commands.findIndex((line) => line.startsWith('AUTH')) + 1).join()).not.toContain('EHLO')
    const direct = world({ '1': encrypted('PLAIN', '235') })
    await direct.attempt()
    expect(direct.network.record('1').commands.join()).not.toContain('AUTH')
  })
})

describe('what a refusal means', () => {
  test.each([
    ['535', encrypted('PLAIN', '535 5.7.8 bad password'), 'temp:connection', 'auth-rejected', '4.7.8'],
    ['535 without enhanced status', encrypted('PLAIN', '535 no'), 'temp:connection', 'auth-rejected', '4.7.8'],
    ['530', encrypted('PLAIN', '530 5.7.0 no'), 'temp:connection', 'auth-rejected', '4.7.0'],
    ['454', encrypted('PLAIN', '454 4.7.0 busy'), 'temp:connection', 'reply', '4.7.0'],
    ['250 is no success', encrypted('PLAIN', '250 2.0.0 fine'), 'temp:connection', 'reply', '4.0.0'],
    ['no AUTH offered', { ehlo: ['250', 'STARTTLS'] }, 'temp:connection', 'auth-unavailable', '4.7.0'],
    ['no mechanism in common', encrypted('GSSAPI XOAUTH2', '235'), 'temp:connection', 'auth-unavailable', '4.7.0'],
  ])('%s: temporary, and no mail is handed over', async (_name, host, state, cause, status) => {
    const { attempt, network } = world({ '1': host })
    const report = await attempt({ route: route() })
    expect(states(report)).toEqual([state])
    expect(failureOf(report)).toMatchObject({ cause, status })
    expect(network.record('1').commands.join()).not.toContain('MAIL')
  })

  test('no other host is asked after a refused password', async () => {
    const { attempt, network } = world({ '1': encrypted('PLAIN', '535 5.7.8 no'), '2': encrypted('PLAIN', '235') })
    const report = await attempt({ route: route(), hosts: [['r', ['1', '2']]] })
    expect(failureOf(report).cause).toBe('auth-rejected')
    expect(network.dialled).toHaveLength(1)
  })
})

describe('the password in clear text', () => {
  const clear: SimulatedHost = { ehlo: ['250', 'AUTH PLAIN'] }

  test.each([
    ['a host elsewhere', '192.0.2.1', false, 'temp:tls'],
    ['a host elsewhere, by consent', '192.0.2.1', true, 'ok'],
    ['this computer', '127.0.0.1', false, 'ok'],
    ['this computer, another address', '127.8.9.10', false, 'ok'],
    ['this computer by IPv6', '::1', false, 'ok'],
    ['this computer as IPv4 in IPv6', '::ffff:127.0.0.1', false, 'ok'],
    ['a name that only looks like it', '128.0.0.1', false, 'temp:tls'],
  ])('%s', async (_name, address, consent, expected) => {
    const { attempt, network } = world({ [address]: clear })
    const report = await attempt({ route: route({}, consent), hosts: [['r', [address]]] })
    expect(states(report)).toEqual([expected])
    const said = network.record(address).commands.join('\n')
    if (expected !== 'ok') {
      expect(failureOf(report).cause).toBe('auth-needs-tls')
      expect(said).not.toContain('AUTH')
    }
  })

  test('a refused STARTTLS does not bring it out', async () => {
    const { attempt, network } = world({ '1': { ehlo: ['250', 'STARTTLS', 'AUTH PLAIN'], starttls: '454' } })
    expect(failureOf(await attempt({ route: route() })).cause).toBe('auth-needs-tls')
    expect(network.record('1').commands.join()).not.toContain('AUTH')
  })
})

describe('secrets stay secret', () => {
  test.each([
    ['PLAIN', '235'],
    ['LOGIN', '235'],
    ['CRAM-MD5', '235'],
    ['PLAIN', `535 5.7.8 "${SECRET}" is wrong for ${b64(`\0user\0${SECRET}`)}`],
    ['LOGIN', `535 5.7.8 ${b64(SECRET)} is wrong`],
  ])('%s, %s', async (mechanism, answer) => {
    const { attempt } = world({ '1': encrypted(mechanism, answer) })
    const report = await attempt({ route: route() })
    const everything = JSON.stringify(report)
    for (const form of [SECRET, b64(SECRET), b64(`\0user\0${SECRET}`)]) expect(everything).not.toContain(form)
    expect(report.transcript.filter(({ by }) => by === 'us').map(({ text }) => text)).toContain(
      mechanism === 'PLAIN' ? 'AUTH PLAIN hidden' : 'hidden',
    )
  })
})

test('the transcript tells both sides, the encryption and the size, and not the message', async () => {
  const { attempt } = world({ '1': encrypted('PLAIN', '235') })
  const report = await attempt({ route: route(), message: `Subject: hello\r\n\r\n${'the text of it\r\n'.repeat(600)}` })
  expect(report.transcript.map(({ by, text }) => `${{ us: '>', them: '<', note: '.' }[by]} ${text}`)).toEqual([
    '. Connecting to a [1]:25',
    '< 220 scripted',
    '> EHLO mailroom.example',
    '< 250-scripted',
    '< 250-STARTTLS',
    '< 250 AUTH PLAIN',
    '> STARTTLS',
    '< 220 2.0.0 go ahead',
    '. TLSv1.3 TLS_AES_256_GCM_SHA384, certificate verified',
    '> EHLO mailroom.example',
    '< 250-scripted',
    '< 250 AUTH PLAIN',
    '> AUTH PLAIN hidden',
    '< 235 as scripted',
    '> MAIL FROM:<ann@example.net>',
    '< 250 2.1.0 sender ok',
    '> RCPT TO:<x@d.test>',
    '< 250 2.1.5 recipient ok',
    '> DATA',
    '< 354 go on',
    '. 9.6 kB of message',
    '< 250 2.0.0 taken',
  ])
})
