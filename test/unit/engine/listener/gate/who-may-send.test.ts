import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ListenerSettings } from '../../../../../main/contract/index.ts'
import { accountOf, callerFrom, deviceOf, gateWith, listenerOf } from './support.ts'
import type { Given } from './support.ts'

const OFFICE = '192.168.1.20'
const STRANGER = '203.0.113.9'
const FROM = 'scan@office.test'

interface Case {
  readonly says: string
  readonly given?: Given
  readonly listener?: Partial<ListenerSettings>
  readonly from: string
  readonly account?: string
  readonly secure?: boolean
  /** Reason of the refusal at MAIL FROM; null: welcome. */
  readonly refused: string | null
}

const laptop = { accounts: [accountOf('laptop')] }

describe('who may send', () => {
  test.each<Case>([
    { says: 'the private network', from: OFFICE, refused: null },
    { says: 'the private network as a socket for both families tells it', from: `::ffff:${OFFICE}`, refused: null },
    { says: 'a link-local neighbour with its zone', from: 'fe80::1%eth0', refused: null },
    { says: 'not a stranger', from: STRANGER, refused: 'outside-networks' },
    { says: 'not a stranger behind ::ffff', from: `::ffff:${STRANGER}`, refused: 'outside-networks' },
    { says: 'not what is no address', from: '', refused: 'outside-networks' },
    { says: 'nobody without networks', given: { networks: [] }, from: '127.0.0.1', refused: 'outside-networks' },
    { says: 'who signed in, from anywhere', given: laptop, from: STRANGER, account: 'laptop', refused: null },
    { says: 'not an account that is gone meanwhile', from: STRANGER, account: 'laptop', refused: 'outside-networks' },
    { says: 'the own networks of a listener', listener: { networks: ['203.0.113.0/24'] }, from: STRANGER, refused: null },
    {
      says: 'own networks instead of the general ones',
      listener: { networks: ['203.0.113.0/24'] },
      from: OFFICE,
      refused: 'outside-networks',
    },
    { says: 'nobody without a sign-in where one is needed', listener: { auth: 'required' }, from: OFFICE, refused: 'sign-in-required' },
    { says: 'who signed in there', given: laptop, listener: { auth: 'required' }, from: OFFICE, account: 'laptop', refused: null },
    {
      says: 'not an account from outside where both are needed',
      given: laptop,
      listener: { auth: 'required', authFrom: 'networks' },
      from: STRANGER,
      account: 'laptop',
      refused: 'outside-networks',
    },
    { says: 'nobody in clear text where TLS is needed', listener: { tls: 'required' }, from: OFFICE, refused: 'tls-required' },
    { says: 'who has TLS on there', listener: { tls: 'required' }, from: OFFICE, secure: true, refused: null },
    { says: 'a named device from outside', given: { devices: [deviceOf('fax', STRANGER)] }, from: STRANGER, refused: null },
    { says: 'not its neighbour', given: { devices: [deviceOf('fax', STRANGER)] }, from: '203.0.113.10', refused: 'outside-networks' },
    {
      says: 'not a blocked one inside',
      given: { devices: [deviceOf('fax', OFFICE, { blocked: true })] },
      from: OFFICE,
      refused: 'blocked',
    },
    {
      says: 'one out of a range that is blocked',
      given: { devices: [deviceOf('guests', '192.168.1.0/24', { blocked: true }), deviceOf('fax', OFFICE)] },
      from: OFFICE,
      refused: null,
    },
    {
      says: 'a device even where an account is needed: not without one',
      given: { devices: [deviceOf('fax', OFFICE)] },
      listener: { auth: 'required' },
      from: OFFICE,
      refused: 'sign-in-required',
    },
  ])('$says', async ({ given, listener, from, account, secure, refused }) => {
    const { gate } = gateWith(given)
    const caller = callerFrom(from, { listener: listenerOf(listener), account: account ?? null, secure: secure ?? false })
    const answer = await gate.sender(caller, FROM, 0)
    expect(answer?.reason ?? null).toBe(refused)
    if (answer !== null) expect(answer.failure.code).toBeGreaterThanOrEqual(500)
  })

  test('no address of the internet ever gets in by default, whatever it looks like', async () => {
    const { gate } = gateWith()
    const isPrivate = (a: number, b: number): boolean =>
      a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)
    const octet = fc.integer({ min: 0, max: 255 })
    await fc.assert(
      fc.asyncProperty(octet, octet, octet, octet, fc.constantFrom('', '::ffff:'), async (a, b, c, d, prefix) => {
        const answer = await gate.sender(callerFrom(`${prefix}${a}.${b}.${c}.${d}`), FROM, 0)
        expect(answer === null).toBe(isPrivate(a, b))
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.string(), async (anything) => {
        fc.pre(!/^[\d.]+$|:/.test(anything))
        expect(await gate.sender(callerFrom(anything), FROM, 0)).not.toBeNull()
      }),
    )
  })
})

describe('at connect', () => {
  test('who may send is greeted at once, others are watched', () => {
    const { gate } = gateWith({ devices: [deviceOf('fax', '203.0.113.7')] })
    expect(gate.connect(OFFICE, listenerOf())).toEqual({ known: true, refusal: null })
    expect(gate.connect(STRANGER, listenerOf())).toEqual({ known: false, refusal: null })
    expect(gate.connect('203.0.113.7', listenerOf())).toEqual({ known: true, refusal: null })
  })

  test('who is blocked hears 554 and no more', () => {
    const { gate } = gateWith({ devices: [deviceOf('fax', OFFICE, { blocked: true })] })
    expect(gate.connect(OFFICE, listenerOf()).refusal).toMatchObject({ reason: 'blocked', close: true, failure: { code: 554 } })
  })

  test('only private networks reach a port with the TLS of old, whatever else the settings say', () => {
    const { gate } = gateWith({ networks: ['0.0.0.0/0'], devices: [deviceOf('fax', '203.0.113.7')] })
    const legacy = listenerOf({ tlsProfile: 'legacy' })
    for (const address of [STRANGER, '203.0.113.7', '2001:db8::1'])
      expect(gate.connect(address, legacy).refusal).toMatchObject({ reason: 'outside-networks', close: true })
    for (const address of [OFFICE, '127.0.0.1', '::1', 'fe80::2%en0']) expect(gate.connect(address, legacy).refusal).toBeNull()
  })

  test('one client gets so many connections, and gets them back', () => {
    const { gate } = gateWith({ limits: { maxConnectionsPerClient: 2, maxConnections: 100 } })
    const connect = (): string | null => gate.connect(OFFICE, listenerOf()).refusal?.reason ?? null
    expect([connect(), connect(), connect()]).toEqual([null, null, 'too-many-connections'])
    gate.disconnect(OFFICE, listenerOf())
    expect([connect(), connect()]).toEqual([null, 'too-many-connections'])
    expect(gate.connect('192.168.1.21', listenerOf()).refusal).toBeNull()
  })

  test('strangers leave half of all connections to those who may send', () => {
    const { gate } = gateWith({ limits: { maxConnections: 10, maxConnectionsPerClient: 10 } })
    const strangers = Array.from({ length: 9 }, (_, n) => gate.connect(`203.0.113.${n}`, listenerOf()).refusal)
    expect(strangers.filter((refusal) => refusal === null)).toHaveLength(5)
    const office = Array.from({ length: 9 }, (_, n) => gate.connect(`192.168.1.${n}`, listenerOf()).refusal)
    expect(office.filter((refusal) => refusal === null)).toHaveLength(5)
  })

  test('refused connections are never counted, given back ones never below none', () => {
    const { gate } = gateWith({ limits: { maxConnections: 1, maxConnectionsPerClient: 1 } })
    gate.disconnect(OFFICE, listenerOf())
    expect(gate.connect(OFFICE, listenerOf()).refusal).toBeNull()
    expect(gate.connect(OFFICE, listenerOf()).refusal).not.toBeNull()
    gate.disconnect(OFFICE, listenerOf())
    expect(gate.connect(OFFICE, listenerOf()).refusal).toBeNull()
  })
})

describe('what an account or a device may do', () => {
  const given: Given = {
    accounts: [accountOf('scanner', { senders: ['*@office.test'], recipients: ['*@office.test', 'tax@example.net'] })],
    devices: [deviceOf('panel', '192.168.1.30', { recipients: ['*@office.test'] })],
  }

  test.each([
    ['scan@office.test', null],
    ['SCAN@OFFICE.TEST', null],
    ['boss@elsewhere.test', 'sender-not-allowed'],
    ['', 'sender-not-allowed'],
  ])('the account sends as %j: %s', async (sender, refused) => {
    const answer = await gateWith(given).gate.sender(callerFrom(OFFICE, { account: 'scanner' }), sender, 0)
    expect(answer?.reason ?? null).toBe(refused)
  })

  test.each([
    [OFFICE, 'scanner', 'tax@example.net', null],
    [OFFICE, 'scanner', 'press@example.net', 'recipient-not-allowed'],
    [OFFICE, null, 'press@example.net', null],
    ['192.168.1.30', null, 'ann@office.test', null],
    ['192.168.1.30', null, 'tax@example.net', 'recipient-not-allowed'],
    ['192.168.1.30', 'scanner', 'tax@example.net', 'recipient-not-allowed'],
    ['192.168.1.30', 'scanner', 'ann@office.test', null],
  ])('%s signed in as %s, to %s: %s', (address, account, recipient, refused) => {
    const answer = gateWith(given).gate.recipient(callerFrom(address, { account }), recipient, 0)
    expect(answer?.reason ?? null).toBe(refused)
    if (answer !== null) expect(answer.failure.code).toBe(550)
  })

  test('so many recipients in one message, the rest is put off', () => {
    const { gate } = gateWith({ limits: { maxRecipients: 2 } })
    expect(gate.recipient(callerFrom(OFFICE), 'a@b.test', 1)).toBeNull()
    expect(gate.recipient(callerFrom(OFFICE), 'a@b.test', 2)).toMatchObject({ reason: 'too-many-recipients', failure: { code: 452 } })
  })

  test('so many errors, and the connection ends', () => {
    const { gate } = gateWith({ limits: { maxErrors: 3 } })
    expect(gate.error(callerFrom(OFFICE), 2)).toBeNull()
    expect(gate.error(callerFrom(OFFICE), 3)).toMatchObject({ reason: 'too-many-errors', close: true, failure: { code: 421 } })
  })
})

describe('space', () => {
  test.each([
    ['a message that is too large', {}, 2e6, 'too-large', 552],
    ['a disk that is nearly full', { freeBytes: 100, limits: { minFreeDiskBytes: 101 } }, 0, 'disk-low', 452],
    ['a disk that the message would fill', { freeBytes: 1000, limits: { minFreeDiskBytes: 100 } }, 901, 'disk-low', 452],
    ['a queue that is full', { queuedBytes: 900, limits: { maxQueueBytes: 1000 } }, 101, 'queue-full', 452],
  ] satisfies [string, Given, number, string, number][])('%s', async (_says, given, bytes, reason, code) => {
    expect(await gateWith(given).gate.sender(callerFrom(OFFICE), FROM, bytes)).toMatchObject({ reason, failure: { code } })
  })
})
