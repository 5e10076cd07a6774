import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AuthExchange, hideSecrets, mechanismsToTry, secretForms } from '../../../../main/engine/delivery/auth.ts'
import { makeReply } from '../../../../main/engine/mail/index.ts'

const KIM = { username: 'kim@example.org', secret: 'töp secret' }
const b64 = (text: string): string => Buffer.from(text).toString('base64')
const challenge = (text: string): ReturnType<typeof makeReply> => makeReply(334, [b64(text)])

describe('which mechanisms are tried', () => {
  test.each([
    [['PLAIN', 'LOGIN', 'CRAM-MD5'], true, ['PLAIN', 'LOGIN', 'CRAM-MD5']],
    [['CRAM-MD5', 'LOGIN', 'PLAIN'], true, ['PLAIN', 'LOGIN', 'CRAM-MD5']],
    [['PLAIN', 'LOGIN', 'CRAM-MD5'], false, ['CRAM-MD5', 'PLAIN', 'LOGIN']],
    [['login', 'XOAUTH2'], true, ['LOGIN']],
    [['GSSAPI', 'XOAUTH2'], true, []],
    [[], false, []],
  ])('%j, encrypted %s', (offered, encrypted, expected) => {
    expect(mechanismsToTry(offered, encrypted)).toEqual(expected)
  })
})

describe('exchanges', () => {
  test('PLAIN sends all at once (RFC 4616)', () => {
    const exchange = new AuthExchange('PLAIN', KIM)
    expect(exchange.first).toBe(`AUTH PLAIN ${b64('\0kim@example.org\0töp secret')}`)
    expect(exchange.next(makeReply(235, ['ok']))).toEqual({ kind: 'accepted' })
  })

  test('PLAIN to a server that ignored the initial response sends it again, once', () => {
    const exchange = new AuthExchange('PLAIN', KIM)
    expect(exchange.next(makeReply(334, ['']))).toEqual({ kind: 'send', line: b64('\0kim@example.org\0töp secret') })
    expect(exchange.next(makeReply(334, [''])).kind).toBe('bad-challenge')
  })

  test.each([
    ['by text', 'Username:', 'Password:', KIM.username, KIM.secret],
    ['by text in the other order', 'Password', 'User Name', KIM.secret, KIM.username],
    ['by text in capitals', 'USERNAME', 'PASSWORD', KIM.username, KIM.secret],
    ['by position when the text says nothing', 'Wer?', 'Was?', KIM.username, KIM.secret],
    ['by position when the prompts are empty', '', '', KIM.username, KIM.secret],
  ])('LOGIN prompts are known %s', (_how, first, second, answer1, answer2) => {
    const exchange = new AuthExchange('LOGIN', KIM)
    expect(exchange.first).toBe('AUTH LOGIN')
    expect(exchange.next(challenge(first))).toEqual({ kind: 'send', line: b64(answer1) })
    expect(exchange.next(challenge(second))).toEqual({ kind: 'send', line: b64(answer2) })
    expect(exchange.next(challenge('And your pet?')).kind).toBe('bad-challenge')
  })

  test('LOGIN answers a prompt that is not base64 by position', () => {
    const exchange = new AuthExchange('LOGIN', KIM)
    expect(exchange.next(makeReply(334, ['Username: please!']))).toEqual({ kind: 'send', line: b64(KIM.username) })
  })

  test('CRAM-MD5 answers the example of RFC 2195', () => {
    const exchange = new AuthExchange('CRAM-MD5', { username: 'tim', secret: 'tanstaaftanstaaf' })
    expect(exchange.next(makeReply(334, ['PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+']))).toEqual({
      kind: 'send',
      line: 'dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw',
    })
    expect(createHmac('md5', 'tanstaaftanstaaf').update('<1896.697170952@postoffice.reston.mci.net>').digest('hex')).toBe(
      'b913a602c7eda7a495b4e6e7334d3890',
    )
  })

  test.each([['not base64 !'], ['']])('CRAM-MD5 cannot answer the challenge %j', (text) => {
    expect(new AuthExchange('CRAM-MD5', KIM).next(makeReply(334, [text])).kind).toBe('bad-challenge')
  })

  test.each([250, 454, 504, 535])('%i is a rejection', (code) => {
    expect(new AuthExchange('PLAIN', KIM).next(makeReply(code, ['x'])).kind).toBe('rejected')
  })
})

test('every form of the secret is hidden', () => {
  const forms = secretForms(KIM)
  const text = `a ${KIM.secret} b ${b64(KIM.secret)} c ${b64(`\0${KIM.username}\0${KIM.secret}`)}`
  expect(hideSecrets(text, forms)).toBe('a hidden b hidden c hidden')
  expect(hideSecrets('nothing', secretForms({ username: 'u', secret: '' }))).toBe('nothing')
})
