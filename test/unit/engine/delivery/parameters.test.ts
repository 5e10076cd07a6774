import { describe, expect, test } from 'vitest'
import { failureOf, relay, states, world } from './attempt.ts'
import type { Ask } from './attempt.ts'

const ALL = ['250', 'PIPELINING', 'SIZE 1000000', '8BITMIME', 'SMTPUTF8', 'DSN', 'REQUIRETLS', 'ENHANCEDSTATUSCODES']

async function envelopeCommands(offered: readonly string[], ask: Ask): Promise<string[]> {
  const { attempt, network } = world({ '1': { ehlo: offered } })
  await attempt(ask)
  return network.record('1').commands.filter((command) => /^(MAIL|RCPT)/.test(command))
}

describe('parameters go out only when the peer offers them', () => {
  test('nothing offered: nothing but the addresses', async () => {
    const parameters = { ret: 'FULL', envid: 'QQ+2B1', smtputf8: true, body: '8BITMIME' } as const
    const recipients = [{ address: 'x@d.test', notify: 'SUCCESS', orcpt: 'rfc822;x+40y' }]
    expect(await envelopeCommands(['250'], { parameters, recipients, has8Bit: true })).toEqual([
      'MAIL FROM:<ann@example.net>',
      'RCPT TO:<x@d.test>',
    ])
  })

  test('DSN parameters go on exactly as received', async () => {
    const recipients = [
      { address: 'x@d.test', notify: 'success,Failure', orcpt: 'rfc822;X+2Byz@d.test' },
      { address: 'y@d.test', notify: 'NEVER' },
      { address: 'z@d.test' },
    ]
    expect(await envelopeCommands(['250', 'DSN'], { parameters: { ret: 'HDRS', envid: 'QQ+2B314159' }, recipients })).toEqual([
      'MAIL FROM:<ann@example.net> RET=HDRS ENVID=QQ+2B314159',
      'RCPT TO:<x@d.test> NOTIFY=success,Failure ORCPT=rfc822;X+2Byz@d.test',
      'RCPT TO:<y@d.test> NOTIFY=NEVER',
      'RCPT TO:<z@d.test>',
    ])
  })

  test('what was absent stays absent, whatever is offered', async () => {
    expect(await envelopeCommands(ALL, { message: 'Subject: a\r\n\r\n' })).toEqual([
      'MAIL FROM:<ann@example.net> SIZE=14',
      'RCPT TO:<x@d.test>',
    ])
  })

  test('the null reverse-path', async () => {
    expect((await envelopeCommands(['250'], { sender: null }))[0]).toBe('MAIL FROM:<>')
  })

  test.each([
    ['8-bit content', { has8Bit: true }, ' BODY=8BITMIME'],
    ['declared 8-bit', { parameters: { body: '8BITMIME' } }, ' BODY=8BITMIME'],
    ['7-bit content', {}, ''],
    ['SMTPUTF8 as flagged', { parameters: { smtputf8: true } }, ' SMTPUTF8'],
    ['SMTPUTF8 for the address', { recipients: ['jörg@d.test'] }, ' SMTPUTF8'],
  ] as const)('%s', async (_name, ask, expected) => {
    expect((await envelopeCommands(['250', '8BITMIME', 'SMTPUTF8'], ask))[0]).toBe(`MAIL FROM:<ann@example.net>${expected}`)
  })

  test('8-bit content goes out even where 8BITMIME is missing', async () => {
    const { attempt } = world({ '1': { ehlo: ['250'] } })
    expect(states(await attempt({ has8Bit: true }))).toEqual(['ok'])
  })
})

describe('who reports a success', () => {
  test.each([
    ['the next hop, when it took the parameters over', ['250', 'DSN'], 'SUCCESS', true],
    ['we, when it knows no DSN', ['250'], 'SUCCESS', false],
    ['nobody was asked', ['250', 'DSN'], undefined, false],
  ])('%s', async (_name, ehlo, notify, passedOn) => {
    const { attempt } = world({ '1': { ehlo } })
    const recipient = { address: 'x@d.test', ...(notify === undefined ? {} : { notify }) }
    const [outcome] = (await attempt({ recipients: [recipient] })).outcomes
    expect(outcome).toMatchObject({ kind: 'completed', dsnPassedOn: passedOn, via: 'relayed' })
  })
})

describe('SMTPUTF8 that the peer does not know', () => {
  test('fails the recipients that need it for good, the others get the message', async () => {
    const { attempt, network } = world({ '1': { ehlo: ['250'] } })
    const report = await attempt({ recipients: ['x@d.test', 'jörg@d.test'] })
    expect(states(report)).toEqual(['ok', 'perm:unexpected-reply'])
    expect(report.outcomes[1]).toMatchObject({ failure: { status: '5.6.7', cause: 'feature-missing', reply: null } })
    expect(network.record('1').commands.join()).not.toContain('jörg')
  })

  test('a reverse-path that needs it fails everybody without MAIL', async () => {
    const { attempt, network, delivery } = world({ '1': { ehlo: ['250'] } })
    const report = await attempt({ sender: 'ännchen@example.net', recipients: ['x@d.test', 'y@d.test'] })
    await delivery.closeIdle()
    expect(states(report)).toEqual(['perm:unexpected-reply', 'perm:unexpected-reply'])
    expect(network.record('1').commands).toEqual(['EHLO mailroom.example', 'QUIT'])
  })
})

describe('REQUIRETLS', () => {
  const parameters = { requireTls: true }

  test('is passed on over TLS', async () => {
    const { attempt, network } = world({ '1': { ehlo: ['250', 'STARTTLS', 'REQUIRETLS'] } })
    expect(states(await attempt({ parameters }))).toEqual(['ok'])
    expect(network.record('1').commands).toContain('MAIL FROM:<ann@example.net> REQUIRETLS')
  })

  test('a host without it is skipped', async () => {
    const { attempt } = world({ '1': { ehlo: ['250', 'STARTTLS'] }, '2': { ehlo: ['250', 'STARTTLS', 'REQUIRETLS'] } })
    const report = await attempt({
      parameters,
      hosts: [
        ['a', ['1']],
        ['b', ['2']],
      ],
    })
    expect(report.outcomes[0]).toMatchObject({ kind: 'completed', host: 'b' })
  })

  test('no host with it: permanent, 5.7.30', async () => {
    const { attempt } = world({ '1': { ehlo: ['250', 'STARTTLS'] } })
    expect(failureOf(await attempt({ parameters }))).toMatchObject({ status: '5.7.30', cause: 'feature-missing' })
  })

  test('without TLS nothing is sent', async () => {
    const { attempt, network } = world({ '1': { ehlo: ['250', 'REQUIRETLS'] } })
    expect(states(await attempt({ parameters }))).toEqual(['perm:tls'])
    expect(network.record('1').messages).toEqual([])
  })

  test('settings that switch encryption off: permanent, 5.7.10', async () => {
    const { attempt } = world({ '1': { ehlo: ['250', 'STARTTLS', 'REQUIRETLS'] } })
    expect(failureOf(await attempt({ parameters, tls: { starttls: 'disable' } }))).toMatchObject({ status: '5.7.10', class: 'tls' })
  })

  test('a certificate that is only tolerated does not do', async () => {
    const { attempt } = world({ '1': { ehlo: ['250', 'STARTTLS', 'REQUIRETLS'], tls: 'bad-cert' } })
    const route = relay({ tls: { implicit: false, allowInvalidCertificates: true } })
    expect(failureOf(await attempt({ parameters, route }))).toMatchObject({ cause: 'tls-certificate' })
  })
})

test.each(['x@d.test>\r\nRCPT TO:<spy@evil.test', 'x\u0000@d.test'])(
  'an address with a control character never reaches the wire: %j',
  async (address) => {
    const { attempt, network } = world({ '1': {} })
    const report = await attempt({ recipients: [address] })
    expect(failureOf(report)).toMatchObject({ cause: 'internal', class: 'io' })
    expect(network.record('1').commands.join('\n')).not.toMatch(/RCPT/)
  },
)
