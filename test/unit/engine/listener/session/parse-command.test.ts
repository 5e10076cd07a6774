import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../../../../main/engine/listener/session/parse-command.ts'
import type { ReadCommand } from '../../../../../main/engine/listener/session/parse-command.ts'

function parse(text: string): ReadCommand {
  return parseCommand({ text, end: 'crlf', flaw: null, doubled: false })
}

/** The code and status of the objection, or ''. */
function objection(text: string): string {
  const { command } = parse(text)
  return command.verb === 'BAD' ? `${command.answer.code} ${command.answer.status}` : ''
}

function addressOf(text: string): string | null {
  const { command } = parse(text)
  return command.verb === 'MAIL' || command.verb === 'RCPT' ? command.address : null
}

describe('HELO and EHLO', () => {
  test.each([
    ['EHLO scanner.office.test', 'EHLO', 'scanner.office.test', []],
    ['ehlo SCANNER', 'EHLO', 'scanner', []],
    ['HELO [192.0.2.1]', 'HELO', '[192.0.2.1]', []],
    ['EHLO [IPv6:2001:db8::1]', 'EHLO', '[ipv6:2001:db8::1]', []],
    ['HELO', 'HELO', '', ['helo-without-name']],
    ['HELO ', 'HELO', '', ['helo-without-name']],
    ['EHLO my_scanner', 'EHLO', 'my_scanner', ['helo-name-odd']],
    ['EHLO 192.168.1.20', 'EHLO', '192.168.1.20', ['helo-name-odd']],
    ['EHLO Front Office', 'EHLO', 'front office', ['helo-name-odd']],
    ['HELO drücker', 'HELO', 'drücker', ['helo-name-odd']],
  ])('%j', (text, verb, name, odd) => {
    expect(parse(text)).toEqual({ command: { verb, name }, odd })
  })
})

describe('paths', () => {
  test.each([
    ['MAIL FROM:<ann@office.test>', 'ann@office.test', []],
    ['mail from:<ann@office.test>', 'ann@office.test', []],
    ['MAIL FROM:<>', '', []],
    ['MAIL FROM: <ann@office.test>', 'ann@office.test', ['space-after-colon']],
    ['MAIL FROM :<ann@office.test>', 'ann@office.test', ['space-after-colon']],
    ['MAIL FROM:ann@office.test', 'ann@office.test', ['address-without-brackets']],
    ['MAIL FROM: ann@office.test SIZE=10', 'ann@office.test', ['space-after-colon', 'address-without-brackets']],
    ['RCPT TO:<@relay.test,@other.test:ann@office.test>', 'ann@office.test', []],
    ['RCPT TO:<ann%elsewhere.test@office.test>', 'ann%elsewhere.test@office.test', []],
    ['RCPT TO:<elsewhere.test!ann@office.test>', 'elsewhere.test!ann@office.test', []],
    ['RCPT TO:<"ann b>c"@office.test>', '"ann b>c"@office.test', []],
    ['RCPT TO:<"ann@elsewhere.test"@office.test>', '"ann@elsewhere.test"@office.test', []],
    ['RCPT TO:<"ann"@office.test>', 'ann@office.test', []],
    ['RCPT TO:<"a\\nn"@office.test>', 'ann@office.test', []],
    ['RCPT TO:<ann@[192.0.2.1]>', 'ann@[192.0.2.1]', []],
    ['RCPT TO:<ann@[IPv6:2001:db8::1]>', 'ann@[IPv6:2001:db8::1]', []],
    ['RCPT TO:<a..b.@docomo.example>', 'a..b.@docomo.example', []],
    ['RCPT TO:<scanner@my_host>', 'scanner@my_host', []],
    ['RCPT TO:<jürgen@büro.example>', 'jürgen@büro.example', []],
    ['RCPT TO:<Postmaster>', 'Postmaster', []],
  ])('%j', (text, address, odd) => {
    expect(addressOf(text)).toBe(address)
    expect(parse(text).odd).toEqual(odd)
  })

  test.each([
    ['MAIL', '501 5.5.4'],
    ['MAIL <ann@office.test>', '501 5.5.4'],
    ['MAIL TO:<ann@office.test>', '501 5.5.4'],
    ['MAIL FROMAGE:<ann@office.test>', '501 5.5.4'],
    ['MAIL FROM:', '501 5.1.7'],
    ['MAIL FROM:<ann>', '501 5.1.7'],
    ['MAIL FROM:<ann@office.test', '501 5.1.7'],
    ['MAIL FROM:<ann@office.test>SIZE=1', '501 5.1.7'],
    ['MAIL FROM:<ann@@office.test>', '501 5.1.7'],
    ['MAIL FROM:<ann b@office.test>', '501 5.1.7'],
    ['MAIL FROM:<@office.test>', '501 5.1.7'],
    ['MAIL FROM:<ann@>', '501 5.1.7'],
    ['MAIL FROM:<ann@-x.test>', '501 5.1.7'],
    ['MAIL FROM:<ann@office..test>', '501 5.1.7'],
    ['MAIL FROM:<ann@[192.0.2.300]>', '501 5.1.7'],
    [`MAIL FROM:<${'a'.repeat(400)}@office.test>`, '501 5.1.7'],
    ['MAIL FROM:<a<b@office.test>', '501 5.1.7'],
    ['MAIL FROM:<a\u0007b@office.test>', '501 5.1.7'],
    ['MAIL FROM:<"a\u0007b"@office.test>', '501 5.1.7'],
    ['RCPT TO:<>', '501 5.1.3'],
    ['RCPT TO:<ann>', '501 5.1.3'],
    ['RCPT TO:<|/bin/sh>', '501 5.1.3'],
    ['RCPT FROM:<ann@office.test>', '501 5.5.4'],
  ])('%j is objected to with %s', (text, answer) => {
    expect(objection(text)).toBe(answer)
  })
})

describe('parameters', () => {
  test.each([
    ['MAIL FROM:<a@b.test> SIZE=1000 BODY=8BITMIME', { declaredBytes: 1000, parameters: { body: '8BITMIME' } }],
    ['MAIL FROM:<a@b.test> body=7bit', { declaredBytes: 0, parameters: { body: '7BIT' } }],
    ['MAIL FROM:<a@b.test> SMTPUTF8 REQUIRETLS', { parameters: { smtputf8: true, requireTls: true } }],
    ['MAIL FROM:<a@b.test> RET=hdrs ENVID=QQ+2B1', { parameters: { ret: 'HDRS', envid: 'QQ+2B1' } }],
    ['MAIL FROM:<a@b.test> envid=a+20NOTIFY+3DNEVER', { parameters: { envid: 'a+20NOTIFY+3DNEVER' } }],
    ['MAIL FROM:<a@b.test> AUTH=<>', { parameters: {} }],
    ['MAIL FROM:<a@b.test>   SIZE=5 ', { declaredBytes: 5 }],
    ['RCPT TO:<a@b.test> ORCPT=rfc822;x+3Dy@b.test  NOTIFY=NEVER', { orcpt: 'rfc822;x+3Dy@b.test', notify: 'NEVER' }],
    ['RCPT TO:<a@b.test> NOTIFY=SUCCESS,failure', { notify: 'SUCCESS,failure' }],
  ])('%s', (text, found) => {
    expect(parse(text).command).toMatchObject(found)
  })

  test.each([
    ['MAIL FROM:<a@b.test> COLOUR=blue', '555 5.5.4'],
    ['MAIL FROM:<a@b.test> NOTIFY=NEVER', '555 5.5.4'],
    ['MAIL FROM:<a@b.test> __proto__=1', '555 5.5.4'],
    ['MAIL FROM:<a@b.test> constructor', '555 5.5.4'],
    ['RCPT TO:<a@b.test> SIZE=10', '555 5.5.4'],
    ['MAIL FROM:<a@b.test> SIZE=ten', '501 5.5.4'],
    ['MAIL FROM:<a@b.test> SIZE=-1', '501 5.5.4'],
    ['MAIL FROM:<a@b.test> SIZE', '501 5.5.4'],
    ['MAIL FROM:<a@b.test> SIZE=1 size=2', '501 5.5.4'],
    ['MAIL FROM:<a@b.test> BODY=BINARYMIME', '501 5.5.4'],
    ['MAIL FROM:<a@b.test> SMTPUTF8=yes', '501 5.5.4'],
    ['MAIL FROM:<a@b.test> RET=ALL', '501 5.5.4'],
    ['MAIL FROM:<a@b.test> ENVID=a=b', '501 5.5.4'],
    ['MAIL FROM:<a@b.test> ENVID=a+2', '501 5.5.4'],
    [`MAIL FROM:<a@b.test> ENVID=${'x'.repeat(101)}`, '501 5.5.4'],
    ['RCPT TO:<a@b.test> NOTIFY=NEVER,SUCCESS', '501 5.5.4'],
    ['RCPT TO:<a@b.test> NOTIFY=', '501 5.5.4'],
    ['RCPT TO:<a@b.test> ORCPT=ann@b.test', '501 5.5.4'],
  ])('%s: %s', (text, answer) => {
    expect(objection(text)).toBe(answer)
  })
})

describe('everything else', () => {
  test.each([
    ['DATA', 'DATA', ''],
    ['data  ', 'DATA', ''],
    ['DATA now', 'BAD', '501 5.5.4'],
    ['RSET', 'RSET', ''],
    ['RSET all', 'BAD', '501 5.5.4'],
    ['STARTTLS', 'STARTTLS', ''],
    ['STARTTLS x', 'BAD', '501 5.5.4'],
    ['NOOP whatever', 'NOOP', ''],
    ['QUIT now', 'QUIT', ''],
    ['HELP DATA', 'HELP', ''],
    ['VRFY ann', 'VRFY', ''],
    ['VRFY', 'BAD', '501 5.5.4'],
    ['EXPN all', 'BAD', '502 5.5.1'],
    ['ETRN office.test', 'BAD', '502 5.5.1'],
    ['TURN', 'BAD', '502 5.5.1'],
    ['BDAT 10 LAST', 'BAD', '502 5.5.1'],
    ['XCLIENT ADDR=127.0.0.1', 'BAD', '502 5.5.1'],
    ['AUTH', 'BAD', '501 5.5.4'],
    ['AUTH PLAIN a b', 'BAD', '501 5.5.2'],
    ['FOO', 'BAD', '500 5.5.1'],
    ['DATA: x', 'BAD', '500 5.5.1'],
    ['constructor', 'BAD', '500 5.5.1'],
    ['\u0016\u0003\u0001', 'BAD', '500 5.5.1'],
    ['.', 'BAD', '500 5.5.1'],
    ['', 'EMPTY', ''],
    ['   ', 'EMPTY', ''],
    ['GET / HTTP/1.1', 'FOREIGN', ''],
    ['POST / HTTP/1.1', 'FOREIGN', ''],
    [`NOOP ${'x'.repeat(2100)}`, 'BAD', '500 5.5.6'],
  ])('%j is %s %s', (text, verb, answer) => {
    expect(parse(text).command.verb).toBe(verb)
    expect(objection(text)).toBe(answer)
  })

  test('AUTH keeps its initial response, however long', () => {
    const initial = 'A'.repeat(9_000)
    expect(parse(`auth plain ${initial}`).command).toEqual({ verb: 'AUTH', mechanism: 'PLAIN', initial })
    expect(parse('AUTH LOGIN').command).toEqual({ verb: 'AUTH', mechanism: 'LOGIN', initial: null })
  })

  test.each([
    ['too-long', '500 5.5.6', ['long-line']],
    ['nul-byte', '500 5.5.2', ['nul-byte']],
    ['bare-carriage-return', '500 5.5.2', ['bare-carriage-return']],
    ['not-utf8', '500 5.5.2', []],
  ] as const)('a line with the flaw %s is answered with %s', (flaw, answer, odd) => {
    const read = parseCommand({ text: '', end: 'crlf', flaw, doubled: false })
    expect(read.command.verb === 'BAD' && `${read.command.answer.code} ${read.command.answer.status}`).toBe(answer)
    expect(read.odd).toEqual(odd)
  })

  test('an address that is taken can be written between brackets in the next command', () => {
    const word = fc.string({ unit: fc.constantFrom('a', '"', '\\', '@', '<', '>', ' ', '.', ':', ',', '[', ']', '1', '\u0000', 'ü') })
    fc.assert(
      fc.property(word, word, (local, domain) => {
        const address = addressOf(`RCPT TO:<${local}@${domain}>`)
        if (address === null) return
        // eslint-disable-next-line no-control-regex -- they must not be there
        expect(address).not.toMatch(/[\u0000-\u001f\u007f]/)
        expect(addressOf(`RCPT TO:<${address}>`)).toBe(address)
        expect(addressOf(`RCPT TO:<${address}> NOTIFY=NEVER`)).toBe(address)
      }),
      { numRuns: 5_000 },
    )
  })

  test('no line makes it throw', () => {
    const verb = fc.constantFrom('MAIL FROM:', 'RCPT TO:<', 'AUTH ', 'EHLO ', 'VRFY ', 'DATA', '')
    fc.assert(
      fc.property(verb, fc.string({ unit: 'binary', maxLength: 60 }), (first, rest) => {
        parse(first + rest)
      }),
      { numRuns: 5_000 },
    )
  })
})
