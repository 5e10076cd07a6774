import { createHmac, scryptSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signInDelayMs } from '../../../../../main/engine/listener/gate/sign-in-guard.ts'
import { createPasswordCheck } from '../../../../../main/engine/listener/gate/password-check.ts'
import type { Proof } from '../../../../../main/engine/listener/gate-types.ts'
import type { ListenerSettings } from '../../../../../main/contract/index.ts'
import { accountOf, callerFrom, chance, gateWith, listenerOf } from './support.ts'
import type { GateWorld } from './support.ts'

const HOUR = 3_600_000
const OFFICE = '192.168.1.20'
const accounts = [accountOf('scanner', { secret: 'right' }), accountOf('hashed', { secret: hashOf('right') })]

function hashOf(password: string): string {
  const salt = Buffer.from('some salt for it')
  const hash = scryptSync(password, salt, 32, { N: 1024, r: 8, p: 1 })
  return `$scrypt$ln=10,r=8,p=1$${salt.toString('base64').replace(/=+$/, '')}$${hash.toString('base64').replace(/=+$/, '')}`
}
const plain = (username: string, password: string): Proof => ({ method: 'PLAIN', username, password })
const cram = (username: string, secret: string): Proof => ({
  method: 'CRAM-MD5',
  username,
  challenge: '<1896.697170952@mailroom.test>',
  digest: createHmac('md5', secret).update('<1896.697170952@mailroom.test>').digest('hex'),
})

async function signIn(world: GateWorld, proof: Proof, address = OFFICE): Promise<string> {
  const answer = await world.gate.signIn(callerFrom(address, { secure: true }), proof)
  return 'account' in answer ? answer.account : `${answer.refusal.failure.code} ${answer.refusal.reason}`
}

describe('who it is', () => {
  test.each<[string, Proof, string]>([
    ['the right password', plain('scanner', 'right'), 'scanner'],
    ['a wrong one', plain('scanner', 'Right'), '535 sign-in-failed'],
    ['an empty one', plain('scanner', ''), '535 sign-in-failed'],
    ['an unknown name', plain('nobody', 'right'), '535 sign-in-failed'],
    ['a name that every object has', plain('constructor', 'right'), '535 sign-in-failed'],
    ['the right password of a hash', plain('hashed', 'right'), 'hashed'],
    ['a wrong one of a hash', plain('hashed', 'wrong'), '535 sign-in-failed'],
    ['the hash itself as password', plain('hashed', accounts[1]?.secret ?? ''), '535 sign-in-failed'],
    ['CRAM-MD5', cram('scanner', 'right'), 'scanner'],
    ['CRAM-MD5 in capitals', { ...cram('scanner', 'right'), digest: 'b913' } as Proof, '535 sign-in-failed'],
    ['CRAM-MD5 with the wrong password', cram('scanner', 'wrong'), '535 sign-in-failed'],
    ['CRAM-MD5 of a hash, which cannot be', cram('hashed', 'right'), '535 sign-in-failed'],
    ['CRAM-MD5 keyed with the hash itself', cram('hashed', accounts[1]?.secret ?? ''), '535 sign-in-failed'],
    ['CRAM-MD5 of nobody', cram('nobody', 'no such account'), '535 sign-in-failed'],
  ])('%s: %s', async (_says, proof, outcome) => {
    expect(await signIn(gateWith({ accounts }), proof)).toBe(outcome)
  })

  test('RFC 2195’s own example', async () => {
    const check = createPasswordCheck(chance)
    const proof: Proof = {
      method: 'CRAM-MD5',
      username: 'tim',
      challenge: '<1896.697170952@postoffice.reston.mci.net>',
      digest: 'B913A602C7EDA7A495B4E6E7334D3890',
    }
    expect(await check.verify([accountOf('tim', { secret: 'tanstaaftanstaaf' })], proof)).toBe('right')
  })

  test('a password that was right is known again, until the secret changes', async () => {
    const world = gateWith({ accounts })
    expect(await signIn(world, plain('hashed', 'right'))).toBe('hashed')
    expect(await signIn(world, plain('hashed', 'right'))).toBe('hashed')
    world.set({ accounts: [accountOf('hashed', { secret: hashOf('other') })] })
    expect(await signIn(world, plain('hashed', 'right'))).toBe('535 sign-in-failed')
    expect(await signIn(world, plain('hashed', 'other'))).toBe('hashed')
    world.set({ accounts: [] })
    expect(await signIn(world, plain('hashed', 'other'))).toBe('535 sign-in-failed')
  })

  test('fifty sessions with one hashed password, one computation', async () => {
    const check = createPasswordCheck(chance)
    expect(await check.verify(accounts, plain('hashed', 'right'))).toBe('right')
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => check.verify(accounts, plain('hashed', 'right'))))
    expect(new Set(verdicts)).toEqual(new Set(['right']))
  })

  test('strangers that guess at a hash wait in a short line; who finds it full comes again', async () => {
    const check = createPasswordCheck(chance)
    const verdicts = await Promise.all(Array.from({ length: 60 }, (_, n) => check.verify(accounts, plain('hashed', `guess ${n}`))))
    expect(verdicts.filter((verdict) => verdict === 'wrong')).toHaveLength(20)
    expect(verdicts.filter((verdict) => verdict === 'busy')).toHaveLength(40)
    expect(await check.verify(accounts, plain('hashed', 'right'))).toBe('right')
  })

  test('an account may sign in from its networks alone; the right password is needed to hear so', async () => {
    const world = gateWith({ accounts: [accountOf('a', { secret: 'right', networks: ['192.168.1.0/24'] })] })
    expect(await signIn(world, plain('a', 'right'))).toBe('a')
    expect(await signIn(world, plain('a', 'right'), '203.0.113.5')).toBe('535 outside-networks')
    expect(await signIn(world, plain('a', 'wrong'), '203.0.113.5')).toBe('535 sign-in-failed')
  })
})

describe('where a sign-in is offered', () => {
  test.each<[Partial<ListenerSettings>, string, boolean, boolean]>([
    [{}, OFFICE, true, true],
    [{}, OFFICE, false, false],
    [{}, '127.0.0.1', false, true],
    [{}, '::1', false, true],
    [{ authCleartext: 'never' }, '127.0.0.1', false, false],
    [{ authCleartext: 'private' }, OFFICE, false, true],
    [{ authCleartext: 'private', tls: 'none' }, OFFICE, false, true],
    [{ authCleartext: 'private' }, '203.0.113.5', false, false],
    [{ authCleartext: 'private', tls: 'required' }, OFFICE, false, false],
    [{ tls: 'required' }, '127.0.0.1', false, false],
    [{ auth: 'none' }, OFFICE, true, false],
    [{}, '203.0.113.5', true, true],
    [{ authFrom: 'networks' }, '203.0.113.5', true, false],
    [{ authFrom: 'networks' }, OFFICE, true, true],
  ])('%j from %s, encrypted %s: %s', async (settings, address, secure, offered) => {
    const { gate } = gateWith({ accounts })
    const caller = callerFrom(address, { listener: listenerOf(settings), secure })
    expect(gate.mayOfferAuth(caller)).toBe(offered)
    const answer = await gate.signIn(caller, plain('scanner', 'right'))
    expect('account' in answer).toBe(offered)
  })
})

describe('who guesses', () => {
  const limits = { maxSignInFailures: 3, banMs: HOUR }
  const wrong = plain('scanner', 'wrong')

  test('waits longer each time, up to some seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 1000].map(signInDelayMs)).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000])
  })

  test('is not heard after some failures, until the ban ends', async () => {
    const world = gateWith({ accounts, limits })
    await signIn(world, wrong)
    await signIn(world, wrong)
    const last = await world.gate.signIn(callerFrom(OFFICE, { secure: true }), wrong)
    expect(last).toMatchObject({ refusal: { delayMs: 2000, close: true, failure: { code: 535 } } })
    const since = world.clock.now()
    expect(world.gate.bans()).toEqual([{ address: OFFICE, since, until: since + HOUR, failures: 3 }])
    expect(world.banChanges()).toBe(1)

    expect(world.gate.connect(OFFICE, listenerOf()).refusal).toMatchObject({ reason: 'banned', close: true, failure: { code: 421 } })
    expect(await signIn(world, plain('scanner', 'right'))).toBe('421 banned')
    expect(await world.gate.sender(callerFrom(OFFICE), 'a@b.test', 0)).toMatchObject({ reason: 'banned', close: true })
    expect(world.gate.connect('192.168.1.21', listenerOf()).refusal).toBeNull()

    await world.clock.advance(HOUR - 1)
    expect(world.gate.bans()).toHaveLength(1)
    await world.clock.advance(1)
    expect(world.gate.bans()).toEqual([])
    expect(world.banChanges()).toBe(2)
    expect(await signIn(world, plain('scanner', 'right'))).toBe('scanner')
  })

  test('a ban is lifted by a person', async () => {
    const world = gateWith({ accounts, limits })
    for (let n = 0; n < 3; n++) await signIn(world, wrong)
    world.gate.lift(OFFICE)
    expect(world.gate.bans()).toEqual([])
    expect(await signIn(world, wrong)).toBe('535 sign-in-failed')
    expect(await signIn(world, plain('scanner', 'right'))).toBe('scanner')
    expect(world.clock.nextIn).toBeNull()
  })

  test('what was typed wrong before the right password is forgotten, and so is what was long ago', async () => {
    const world = gateWith({ accounts, limits })
    for (let round = 0; round < 3; round++) {
      await signIn(world, wrong)
      await signIn(world, wrong)
      await signIn(world, plain('scanner', 'right'))
    }
    await signIn(world, wrong)
    await signIn(world, wrong)
    await world.clock.advance(HOUR)
    await signIn(world, wrong)
    expect(world.gate.bans()).toEqual([])
  })

  test('a right guess on another connection comes too late', async () => {
    const world = gateWith({ accounts, limits })
    const all = ['1', '2', '3', '4', 'right'].map((password) => signIn(world, plain('hashed', password)))
    expect((await Promise.all(all)).at(-1)).toBe('421 banned')
  })

  test('a stranger with a whole /64 is one stranger, a neighbour with a private address is itself', async () => {
    const world = gateWith({ accounts, limits })
    for (const n of [1, 2, 3]) await signIn(world, wrong, `2001:db8:1:2::${n}`)
    expect(world.gate.connect('2001:db8:1:2:ffff::9', listenerOf()).refusal?.reason).toBe('banned')
    expect(world.gate.connect('2001:db8:1:3::9', listenerOf()).refusal).toBeNull()
    expect(world.gate.bans()).toMatchObject([{ address: '2001:db8:1:2::/64' }])
    world.gate.lift('2001:db8:1:2::/64')
    for (const n of [1, 2, 3]) await signIn(world, wrong, `fd00::${n}`)
    expect(world.gate.bans()).toEqual([])
  })

  test('nobody is banned where the limit is 0', async () => {
    const world = gateWith({ accounts, limits: { maxSignInFailures: 0 } })
    for (let n = 0; n < 30; n++) await signIn(world, wrong)
    expect(world.gate.bans()).toEqual([])
  })

  test('a ban longer than timers go holds all the same', async () => {
    const world = gateWith({ accounts, limits: { maxSignInFailures: 1, banMs: 60 * 24 * HOUR } })
    await signIn(world, wrong)
    await world.clock.advance(59 * 24 * HOUR)
    expect(world.gate.bans()).toHaveLength(1)
    await world.clock.advance(24 * HOUR)
    expect(world.gate.bans()).toEqual([])
  })

  test('strangers from everywhere cost bounded memory', async () => {
    const world = gateWith({ accounts: accounts.slice(0, 1), limits: { maxSignInFailures: 1 } })
    for (let n = 0; n < 1100; n++) await signIn(world, wrong, `203.0.${n >> 8}.${n & 255}`)
    expect(world.gate.bans()).toHaveLength(1000)
  })
})
