import { duplexPair } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SmtpFailure } from '../../../../../main/engine/mail/index.ts'
import { accountOf } from '../gate/support.ts'
import { inPieces } from './pieces.ts'
import { meet } from './support.ts'
import type { Given, Met } from './support.ts'

const MINUTE = 60_000
const STRANGER = '203.0.113.9'
const ENVELOPE = 'MAIL FROM:<a@office.test>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n'
const MESSAGE = 'From: a@office.test\r\nDate: Mon, 23 Nov 2026 14:00:00 +0000\r\nMessage-ID: <1@a>\r\n\r\nhello\r\n'

function codes(text: string): string {
  return text
    .split('\r\n')
    .filter((line) => /^\d{3}(?: |$)/.test(line))
    .map((line) => line.slice(0, 3))
    .join(' ')
}

async function inDialogue(given: Given = {}): Promise<Met> {
  const met = meet(given)
  await met.say('')
  await met.say('EHLO scanner\r\n')
  return met
}

describe('the greeting', () => {
  test('who may send is greeted at once', async () => {
    const met = meet()
    expect(await met.say('')).toBe('220 mailroom.office.test ESMTP Mailroom\r\n')
  })

  test('a stranger waits half a second', async () => {
    const met = meet({ address: STRANGER })
    expect(await met.say('')).toBe('')
    await met.clock.advance(499)
    expect(await met.say('')).toBe('')
    await met.clock.advance(1)
    expect(await met.say('')).toMatch(/^220 /)
  })

  test('a stranger that talks first is sent away, and nothing it said counts', async () => {
    const met = meet({ address: STRANGER })
    expect(await met.say(`EHLO x\r\n${ENVELOPE}${MESSAGE}.\r\n`)).toMatch(/^554 5\.5\.1 [^\n]*\n$/)
    met.client.end()
    await met.over
    expect(met.stored).toEqual([])
    expect(met.refused).toMatchObject([{ reason: 'syntax', code: 554 }])
  })

  test('who is refused at once hears why, and is not counted as connected', async () => {
    let left = 0
    const failure = new SmtpFailure(421, '3.2', 'Too many connections, try again in a moment')
    const gate: Given['gate'] = {
      connect: () => ({ known: true, refusal: { failure, reason: 'too-many-connections', close: true } }),
      disconnect() {
        left++
      },
    }
    const met = meet({ gate })
    expect(await met.say('EHLO x\r\n')).toBe('421 4.3.2 Too many connections, try again in a moment\r\n')
    met.client.end()
    await met.over
    expect(left).toBe(0)
    expect(met.refused).toMatchObject([{ reason: 'too-many-connections' }])
  })

  test('every connection that was counted is given back once', async () => {
    let left = 0
    const met = await inDialogue({ gate: { disconnect: () => (left += 1) } })
    met.hangsUp()
    await met.over
    expect(left).toBe(1)
  })
})

describe('a message', () => {
  test('is stored with our trace, and told as stored', async () => {
    const met = await inDialogue()
    expect(codes(await met.say(ENVELOPE))).toBe('250 250 354')
    expect(await met.say(`${MESSAGE}..dot\r\n.\r\n`)).toBe('250 2.0.0 Stored as m1\r\n')
    expect(met.stored).toMatchObject([{ entry: { head: { id: 'm1', source: 'unauthenticated', messageId: '<1@a>' } }, oddities: [] }])
    expect(met.stored[0]?.text).toMatch(/^Received: from scanner \(\[192\.168\.1\.20\]\)\r\n/)
    expect(met.stored[0]?.text.endsWith(`${MESSAGE}.dot\r\n`)).toBe(true)
    expect(codes(await met.say(ENVELOPE))).toBe('250 250 354')
  })

  test('all in one packet, and the answers in one', async () => {
    const met = await inDialogue()
    const answers: string[] = []
    met.client.on('data', (chunk: Buffer) => answers.push(codes(chunk.toString())))
    await met.say(`${ENVELOPE}${MESSAGE}.\r\n${ENVELOPE}${MESSAGE}.\r\nQUIT\r\n`)
    expect(answers).toEqual(['250 250 354 250 250 250 354 250 221'])
    expect(met.stored).toHaveLength(2)
  })

  test('that is too large is read to its end, refused, and costs the spool nothing more', async () => {
    const met = await inDialogue({ settings: { limits: { maxMessageBytes: 1_000 } } })
    await met.say(ENVELOPE)
    for (let i = 0; i < 50; i++) expect(await met.say(`${'x'.repeat(78)}\r\n`)).toBe('')
    expect(met.openMessages()).toBe(0)
    expect(await met.say('.\r\n')).toBe('552 5.3.4 Message is larger than the 1000 bytes taken here\r\n')
    expect(met.refused).toMatchObject([{ reason: 'too-large', sender: 'a@office.test' }])
    expect(codes(await met.say(ENVELOPE))).toBe('250 250 354')
    expect(await met.say(`${MESSAGE}.\r\n`)).toMatch(/^250 /)
  })

  test.each([
    ['writing', 'write', 'ENOSPC', '452 4.3.1', 'disk-low'],
    ['keeping', 'commit', 'EDQUOT', '452 4.3.1', 'disk-low'],
    ['keeping', 'commit', 'EIO', '451 4.3.0', 'storage'],
  ] as const)('that fails in %s (%s, %s) is put off, and nothing of it is left', async (_what, where, code, reply, reason) => {
    const met = await inDialogue({ [where]: () => Promise.reject(Object.assign(new Error('/secret/path'), { code })) })
    const said = await met.say(`${ENVELOPE}${MESSAGE}.\r\n`)
    expect(said.split('\r\n').at(-2)).toMatch(new RegExp(`^${reply.replaceAll('.', '\\.')} `))
    expect(said).not.toContain('/secret/path')
    expect(met.refused).toMatchObject([{ reason }])
    expect([met.stored.length, met.openMessages()]).toEqual([0, 0])
    expect(await met.say('NOOP\r\n')).toMatch(/^250 /)
  })

  test('whose client goes away in the middle is given up', async () => {
    const met = await inDialogue()
    await met.say(`${ENVELOPE}half`)
    expect(met.openMessages()).toBe(1)
    met.hangsUp()
    await met.over
    expect([met.stored.length, met.openMessages()]).toEqual([0, 0])
  })

  test('of a client that has ended its side is stored, and the answer still goes out', async () => {
    const met = await inDialogue()
    met.client.end(`${ENVELOPE}${MESSAGE}.\r\n`)
    await met.over
    expect(met.heard()).toMatch(/250 2\.0\.0 Stored as m1\r\n$/)
    expect(met.odd).toMatchObject([{ kinds: ['no-quit'] }])
  })

  test('that has passed through here too often is a loop', async () => {
    const met = await inDialogue()
    const trace = 'Received: from x\r\n\tby mailroom.office.test (Mailroom) with ESMTP id 1; Mon\r\n'
    expect(await met.say(`${ENVELOPE}${trace.repeat(5)}${MESSAGE}.\r\n`)).toContain('554 5.4.6 ')
    expect(met.refused).toMatchObject([{ reason: 'loop' }])
  })
})

describe('time', () => {
  test('a client from which nothing comes is let go after the idle time, with a word', async () => {
    const met = await inDialogue({ settings: { limits: { idleMs: 10 * MINUTE, sessionMs: 120 * MINUTE } } })
    await met.clock.advance(9 * MINUTE)
    expect(await met.say('NOOP\r\n')).toMatch(/^250 /)
    await met.clock.advance(9 * MINUTE)
    expect(await met.say('')).toBe('')
    await met.clock.advance(2 * MINUTE)
    expect(met.heard()).toMatch(/421 4\.4\.2 Nothing came for too long\r\n$/)
    await met.clock.advance(2_000)
    await met.over
  })

  test('no connection lasts for ever, whatever comes', async () => {
    const met = await inDialogue({ settings: { limits: { idleMs: 10 * MINUTE, sessionMs: 60 * MINUTE } } })
    await met.say(ENVELOPE)
    for (let i = 0; i < 12; i++) {
      await met.clock.advance(5 * MINUTE)
      await met.say('x')
    }
    expect(met.heard()).toMatch(/421 4\.4\.2 This connection has lasted too long[^\n]*\n$/)
    await met.clock.advance(2_000)
    await met.over
    expect(met.openMessages()).toBe(0)
  })

  test('minutes between the packets of a scanner are fine, and told', async () => {
    const met = await inDialogue()
    await met.say(ENVELOPE)
    await met.say(MESSAGE)
    await met.clock.advance(8 * MINUTE)
    expect(await met.say('.\r\n')).toMatch(/^250 /)
    expect(met.stored[0]?.oddities).toEqual(['slow'])
  })

  test('a slow disk is not the client’s fault', async () => {
    let done: () => void = () => undefined
    const met = await inDialogue({
      commit: () => new Promise((resolve) => (done = resolve)),
      settings: { limits: { idleMs: 1_000, sessionMs: 60 * MINUTE } },
    })
    await met.say(`${ENVELOPE}${MESSAGE}.\r\n`)
    await met.clock.advance(30_000)
    done()
    expect(await met.say('')).toMatch(/250 2\.0\.0 Stored as m1\r\n$/)
  })

  test('a refusal that takes its time does so on the clock', async () => {
    const refusal = { failure: new SmtpFailure(535, '7.8', 'no'), reason: 'sign-in-failed', delayMs: 4_000 } as const
    const met = await inDialogue({ gate: { mayOfferAuth: () => true, signIn: () => Promise.resolve({ refusal }) } })
    expect(await met.say('AUTH PLAIN AGEAYg==\r\n')).toBe('')
    await met.clock.advance(3_999)
    expect(await met.say('')).toBe('')
    await met.clock.advance(1)
    expect(await met.say('')).toBe('535 5.7.8 no\r\n')
  })
})

describe('limits', () => {
  test('too many wrong commands end the connection', async () => {
    const met = await inDialogue({ settings: { limits: { maxErrors: 3 } } })
    expect(codes(await met.say('FOO\r\nDATA\r\n'))).toBe('500 503')
    expect(await met.say('\r\nNOOP\r\n')).toBe('421 4.7.0 Too many errors, closing the connection\r\n')
    expect(met.refused).toMatchObject([{ reason: 'too-many-errors' }])
  })

  test('a client that sends and never reads is stopped, and its replies do not pile up', async () => {
    const met = meet()
    await met.say('')
    met.client.removeAllListeners('data')
    met.client.pause()
    let taken = 0
    const chunk = Buffer.from('EHLO x\r\n'.repeat(2_000))
    const more = (): void => {
      taken++
      if (taken < 500) met.client.write(chunk, more)
    }
    met.client.write(chunk, more)
    for (let i = 0; i < 50; i++) await met.clock.advance(0)
    expect(taken).toBeLessThan(100)
    met.conversation.cut()
    await met.over
  })

  test('a secret that was typed is in nothing that is told', async () => {
    const access = { networks: ['private'], accounts: [accountOf('scanner')], devices: [] }
    const met = await inDialogue({ settings: { access } })
    const guess = Buffer.from('\0scanner\0hunter2').toString('base64')
    await met.say(`AUTH PLAIN ${guess}\r\n`)
    // Passwords are compared on another thread's time.
    while (!met.heard().includes('535')) await met.clock.advance(1_000)
    await met.say('QUIT\r\n')
    const told = JSON.stringify([met.refused, met.odd, met.problems, met.heard()])
    expect(told).not.toContain('hunter2')
    expect(told).not.toContain(guess)
    expect(met.refused).toMatchObject([{ reason: 'sign-in-failed', code: 535 }])
  })
})

describe('STARTTLS', () => {
  const SESSION = { version: 'TLSv1.3', cipher: 'X', authorized: false, authorizationError: null, fingerprint: null }

  test('what was said before the handshake does not count after it', async () => {
    const [inside, secured] = duplexPair()
    const met = meet({
      listener: { tls: 'optional' },
      acceptTls: (connection) => Promise.resolve({ ...connection, stream: secured, tls: SESSION }),
    })
    let safe = ''
    inside.on('data', (chunk: Buffer) => (safe += chunk.toString()))
    await met.say('')
    await met.say('EHLO plain\r\n')
    const before = await met.say(`STARTTLS\r\nEHLO injected\r\n${ENVELOPE}${MESSAGE}.\r\n`)
    expect(before).toMatch(/^220 2\.0\.0 [^\n]*\n$/)
    expect(safe).toBe('')
    inside.write('MAIL FROM:<a@office.test>\r\nEHLO safe\r\n')
    await met.say('')
    expect(codes(safe)).toBe('503 250')
    expect(safe).not.toContain('STARTTLS')
    expect(met.stored).toEqual([])
    inside.write(`${ENVELOPE}${MESSAGE}.\r\n`)
    await met.say('')
    expect(met.stored[0]?.text).toMatch(/with ESMTPS id m1/)
    expect(met.stored[0]?.entry.head.client).toMatchObject({ helo: 'safe', tls: 'TLSv1.3' })
    met.conversation.cut()
    await met.over
  })

  test('without a usable certificate it is put off, and the conversation goes on in the clear', async () => {
    const met = await inDialogue({ listener: { tls: 'optional' }, certificate: () => Promise.reject(new Error('key.pem is no key')) })
    expect(await met.say('STARTTLS\r\nNOOP\r\n')).toBe('454 4.7.0 Encryption is not available at the moment\r\n')
    expect(codes(await met.say('NOOP\r\n'))).toBe('250')
    expect(met.problems).toEqual(['No encryption with 192.168.1.20, since the certificate cannot be used: key.pem is no key'])
  })

  test('old versions of TLS are for private addresses, and told', async () => {
    const asked: boolean[] = []
    for (const address of ['192.168.1.20', STRANGER]) {
      const [inside, secured] = duplexPair()
      const met = meet({
        address,
        listener: { tls: 'implicit', tlsProfile: 'legacy' },
        // Whatever the gate lets in.
        gate: { connect: () => ({ known: true, refusal: null }) },
        acceptTls: (connection, options) => {
          asked.push(options.legacy)
          return Promise.resolve({ ...connection, stream: secured, tls: { ...SESSION, version: 'TLSv1' } })
        },
      })
      inside.resume()
      await met.clock.advance(500)
      inside.end('EHLO x\r\nQUIT\r\n')
      await met.over
      expect(met.odd[0]?.kinds).toContain('legacy-tls')
    }
    expect(asked).toEqual([true, false])
  })

  test('a handshake that fails ends the connection, and the log says so', async () => {
    const met = meet({ listener: { tls: 'implicit' } })
    await met.over
    expect(met.problems).toEqual(['No encryption with 192.168.1.20: nobody can be a server in this network'])
  })
})

describe('stopping', () => {
  test('a client that waits is told, one with a message under way may end it', async () => {
    const idle = await inDialogue()
    idle.conversation.stop()
    expect(await idle.say('')).toBe('421 4.3.2 Mailroom is stopping\r\n')

    const busy = await inDialogue()
    await busy.say(ENVELOPE)
    busy.conversation.stop()
    expect(await busy.say(MESSAGE)).toBe('')
    expect(codes(await busy.say('.\r\n'))).toBe('250 421')
    expect(busy.stored).toHaveLength(1)
  })

  test('and who takes too long is cut off', async () => {
    const met = await inDialogue()
    await met.say(ENVELOPE)
    met.conversation.stop()
    met.conversation.cut()
    await met.over
    expect(met.openMessages()).toBe(0)
  })
})

describe('what is odd is told once', () => {
  test.each<[string, string, string[]]>([
    ['HELO with nothing', 'HELO\r\n', ['helo-without-name']],
    ['lower case is not odd', 'helo scanner\r\n', []],
    ['brackets and blanks', 'EHLO x\r\nMAIL FROM: a@b.test\r\n', ['space-after-colon', 'address-without-brackets']],
    ['pipelining without EHLO', 'HELO x\r\nNOOP\r\nNOOP\r\n', ['pipelining-unasked']],
    ['AUTH before EHLO', 'AUTH FOO\r\n', ['auth-before-helo']],
    ['NUL in a command', 'EHLO x\r\nNO\0OP\r\n', ['nul-byte']],
    ['bare LF', 'EHLO x\nNOOP\n', ['bare-line-feed']],
    ['CR CR LF', 'EHLO x\r\r\n', ['bare-carriage-return']],
  ])('%s', async (_what, bytes, kinds) => {
    const met = meet()
    await met.say('')
    await met.say(bytes)
    await met.say('QUIT\r\n')
    met.client.end()
    await met.over
    expect(met.odd.flatMap((news) => news.kinds).filter((kind) => kind !== 'data-after-quit')).toEqual(kinds)
  })

  test('QUIT without waiting, and words after it', async () => {
    const met = await inDialogue()
    await met.say(`${ENVELOPE}${MESSAGE}.\r\nQUIT\r\nMAIL FROM:<x@y.test>\r\n`)
    met.client.end('more')
    await met.over
    expect(codes(met.heard()).endsWith('354 250 221')).toBe(true)
    expect(met.odd.flatMap((news) => news.kinds)).toEqual(['quit-without-waiting', 'data-after-quit'])
  })

  test('a device that has line feeds alone ends its message with LF . LF; one that does not, does not', async () => {
    const met = meet()
    await met.say('')
    await met.say('EHLO x\n')
    expect(await met.say(`${`${ENVELOPE}${MESSAGE}`.replaceAll('\r\n', '\n')}.\n`)).toContain('250 2.0.0 Stored')
    expect(met.stored[0]?.text.endsWith(MESSAGE)).toBe(true)
    expect(met.stored[0]?.oddities).toEqual(['bare-line-feed'])
    for (const given of [{ address: STRANGER, settings: { access: { networks: ['203.0.113.0/24'], accounts: [], devices: [] } } }, {}]) {
      const other = meet(given)
      await other.say('')
      await other.say(given.address === undefined ? 'EHLO x\r\n' : 'EHLO x\n')
      await other.say(ENVELOPE.replaceAll('\r\n', '\n'))
      expect(await other.say('hello\n.\n')).toBe('')
      expect(other.stored).toEqual([])
    }
  })
})

/** As many messages as a strict reader finds in a client's bytes, when every command is taken. */
function strictCount(text: string): number {
  let rest = text
  let count = 0
  for (;;) {
    const data = rest.indexOf('DATA\r\n')
    if (data < 0) return count
    const begin = data + 'DATA'.length
    const end = rest.indexOf('\r\n.\r\n', begin)
    if (end < 0) return count
    count++
    rest = rest.slice(end + 5)
  }
}

describe('whatever comes, in whatever pieces', () => {
  const part = fc.constantFrom(
    ...['\r\n.\r\n', '\n.\n', '\r.\r', '\n.\r\n', '\r\n.\n', '\r\n.\r', '.', 'a', '\r\n', '\n', '\r', '\0'],
    ...['MAIL FROM:<a@office.test>\r\n', 'RCPT TO:<b@example.net>\r\n', 'DATA\r\n', 'RSET\r\n', 'QUIT\r\n', ENVELOPE, 'AUTH LOGIN\r\n'],
  )
  const stream = fc.array(part, { maxLength: 25 }).map((parts) => parts.join(''))
  const limits = { maxErrors: 1_000 }

  async function outcome(bytes: Buffer, sizes: readonly number[]): Promise<Met> {
    const met = await inDialogue({ settings: { limits } })
    for (const piece of inPieces(bytes, sizes)) met.client.write(piece)
    met.client.end()
    while (await Promise.race([met.over.then(() => false), met.clock.advance(100).then(() => true)]));
    return met
  }

  test('no more messages are taken than a strict reader finds, and none has a bare CR or LF', async () => {
    await fc.assert(
      fc.asyncProperty(stream, async (text) => {
        const met = await outcome(Buffer.from(text), [text.length + 1])
        expect(met.stored.length).toBeLessThanOrEqual(strictCount(text))
        for (const { text: stored } of met.stored) expect(stored.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
        expect([met.problems, met.openMessages()]).toEqual([[], 0])
      }),
      { numRuns: 150 },
    )
  })

  test('pieces make no difference', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(stream, sizes, async (text, cut) => {
        const whole = await outcome(Buffer.from(text), [text.length + 1])
        const pieces = await outcome(Buffer.from(text), cut)
        const normal = (met: Met): unknown => [met.heard().replace(/PDI.*=|PD[A-Za-z0-9+/]{20,}=*/g, ''), met.stored.map((one) => one.text)]
        expect(normal(pieces)).toEqual(normal(whole))
      }),
      { numRuns: 60 },
    )
  })

  test('random bytes do no harm', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const met = await outcome(Buffer.from(bytes), [bytes.length + 1])
        expect([met.problems, met.stored]).toEqual([[], []])
      }),
      { numRuns: 100 },
    )
  })
})
