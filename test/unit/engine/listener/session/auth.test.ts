import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { beginAuth, continueAuth } from '../../../../../main/engine/listener/session/auth.ts'
import type { AuthStep } from '../../../../../main/engine/listener/session/auth.ts'
import { encodeAnswer } from '../../../../../main/engine/listener/session/replies.ts'

const CHALLENGE = '<1@mailroom.test>'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const digest = createHmac('md5', 'pa55').update(CHALLENGE).digest('hex')

/** What came of AUTH and the lines after it: the proof, or what was said last. */
function signIn(mechanism: string, initial: string | null, ...lines: readonly string[]): unknown {
  let next: AuthStep = beginAuth(mechanism, initial, CHALLENGE)
  for (const line of lines) {
    if (next.kind !== 'ask') throw new Error(`nothing was asked: ${next.kind}`)
    next = continueAuth(next.dialog, line)
  }
  return next.kind === 'proof' ? next.proof : encodeAnswer(next.answer).trimEnd()
}

describe('a sign-in ends with a proof', () => {
  const plain = { method: 'PLAIN', username: 'scanner', password: 'pa55 wörd"' }
  const login = { method: 'LOGIN', username: 'scanner', password: 'pa55' }
  test.each([
    ['PLAIN at once', 'PLAIN', base64('\0scanner\0pa55 wörd"'), [], plain],
    ['PLAIN when asked', 'PLAIN', null, [base64('\0scanner\0pa55 wörd"')], plain],
    ['PLAIN with an identity to act as', 'PLAIN', base64('boss\0scanner\0pa55 wörd"'), [], plain],
    ['LOGIN', 'LOGIN', null, [base64('scanner'), base64('pa55')], login],
    ['LOGIN with its name at once', 'LOGIN', base64('scanner'), [base64('pa55')], login],
    ['LOGIN without padding', 'LOGIN', null, ['c2Nhbm5lcg', 'cGE1NQ'], login],
    [
      'CRAM-MD5',
      'CRAM-MD5',
      null,
      [base64(`front scanner ${digest.toUpperCase()}`)],
      { method: 'CRAM-MD5', username: 'front scanner', challenge: CHALLENGE, digest },
    ],
  ])('%s', (_what, mechanism, initial, lines, proof) => {
    expect(signIn(mechanism, initial, ...lines)).toEqual(proof)
  })
})

describe('what is asked', () => {
  test.each([
    ['PLAIN', null, [], '334 '],
    ['LOGIN', null, [], `334 ${base64('Username:')}`],
    ['LOGIN', null, [base64('scanner')], `334 ${base64('Password:')}`],
    ['CRAM-MD5', null, [], `334 ${base64(CHALLENGE)}`],
  ])('%s %s %j', (mechanism, initial, lines, said) => {
    // The blank behind 334 is part of the grammar, whatever follows.
    expect(`${String(signIn(mechanism, initial, ...lines))} `.startsWith(said)).toBe(true)
  })
})

describe('what ends without a proof', () => {
  test.each([
    ['another mechanism', 'XOAUTH2', null, [], '504 5.5.4'],
    ['cancelled', 'PLAIN', null, ['*'], '501 5.7.0'],
    ['cancelled at the password', 'LOGIN', null, [base64('scanner'), '*'], '501 5.7.0'],
    ['no base64', 'PLAIN', 'not base64!', [], '501 5.5.2'],
    ['base64 cut off', 'LOGIN', null, ['c2Nhb'], '501 5.5.2'],
    ['an empty initial response', 'PLAIN', '=', [], '501 5.5.2'],
    ['no password', 'PLAIN', base64('\0scanner'), [], '501 5.5.2'],
    ['too many parts', 'PLAIN', base64('\0scanner\0pa\0ss'), [], '501 5.5.2'],
    ['no name', 'LOGIN', null, [''], '501 5.5.2'],
    ['CRAM-MD5 with an initial response', 'CRAM-MD5', base64('x'), [], '501 5.5.2'],
    ['CRAM-MD5 without digest', 'CRAM-MD5', null, [base64('scanner')], '501 5.5.2'],
  ])('%s', (_what, mechanism, initial, lines, said) => {
    expect(signIn(mechanism, initial, ...lines)).toMatch(new RegExp(`^${said.replaceAll('.', '\\.')} `))
  })

  test('nothing that is said holds what was typed', () => {
    fc.assert(
      fc.property(fc.constantFrom('PLAIN', 'LOGIN', 'CRAM-MD5'), fc.base64String({ minLength: 8 }), (mechanism, line) => {
        const begun = beginAuth(mechanism, null, CHALLENGE)
        if (begun.kind !== 'ask') throw new Error('nothing was asked')
        const next = continueAuth(begun.dialog, line)
        if (next.kind !== 'proof') expect(encodeAnswer(next.answer)).not.toContain(line)
      }),
    )
  })
})
