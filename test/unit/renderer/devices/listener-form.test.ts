import { describe, expect, test } from 'vitest'
import type { ListenerSettings } from '../../../../main/contract/settings.ts'
import {
  bindsOf,
  listenerChanges,
  listenerFormOf,
  listenerProblems,
  newListener,
  portHint,
  whoMay,
} from '../../../../renderer/screens/devices/listener-form.ts'

const lan: ListenerSettings = {
  id: 'lan',
  bind: [
    { address: '0.0.0.0', port: 2525 },
    { address: '::', port: 2525 },
  ],
  tls: 'optional',
  auth: 'optional',
  authFrom: 'anywhere',
  authCleartext: 'never',
  tlsProfile: 'modern',
  networks: null,
}
const written = (changes: ReturnType<typeof listenerChanges>): Record<string, unknown> =>
  Object.fromEntries(changes.map(({ path, value }) => [path.slice(2).join('.'), value]))

describe('a listener and its form', () => {
  test('a port of all addresses, of this computer, or of chosen ones', () => {
    expect(listenerFormOf(lan).reachable).toBe('all')
    expect(listenerFormOf({ ...lan, bind: [{ address: '127.0.0.1', port: 25 }] }).reachable).toBe('here')
    const two = { ...lan, bind: [{ address: '0.0.0.0', port: 25 }, { address: '0.0.0.0', port: 2525 }] } // prettier-ignore
    expect(listenerFormOf(two)).toMatchObject({ reachable: 'own', binds: '0.0.0.0:25\n0.0.0.0:2525' })
  })
  test('another port keeps the addresses as they were', () => {
    const four = { ...lan, bind: [{ address: '0.0.0.0', port: 2525 }] }
    expect(bindsOf({ ...listenerFormOf(four), port: '25' }, four)).toEqual([{ address: '0.0.0.0', port: 25 }])
  })
  test('chosen addresses are read with their brackets', () => {
    const form = { ...newListener(), reachable: 'own' as const, binds: '192.168.1.20:2525\n[fd12::20]:2525' }
    expect(bindsOf(form, null)).toEqual([
      { address: '192.168.1.20', port: 2525 },
      { address: 'fd12::20', port: 2525 },
    ])
  })
  test.each([['0.0.0.0:70000'], ['2525'], ['fd12::20:2525'], ['']])('%j is no address with a port', (binds) => {
    expect(listenerProblems({ ...newListener(), reachable: 'own', binds }, null, [])).toEqual({ binds: 'listener.problem.binds' })
  })
  test('which of network and login is needed', () => {
    expect(whoMay({ ...lan, auth: 'none' })).toBe('networks')
    expect(whoMay(lan)).toBe('either')
    expect(whoMay({ ...lan, auth: 'required' })).toBe('login')
    expect(whoMay({ ...lan, auth: 'required', authFrom: 'networks' })).toBe('both')
  })
})

describe('what is written', () => {
  test('a new one gets a name by its port, and the usual one is written beside it, so that it stays', () => {
    const changes = listenerChanges(newListener(), null, [lan])
    expect(changes.map(({ path }) => path.slice(2).join('.'))).toEqual(
      expect.arrayContaining(['lan.bind', 'lan.tls', 'lan.auth', 'port-465.bind', 'port-465.tls', 'port-465.auth']),
    )
    expect(written(changes)).toMatchObject({ 'lan.bind': ['0.0.0.0:2525', '[::]:2525'], 'port-465.bind': ['0.0.0.0:465', '[::]:465'] })
  })
  test('beside several others nothing else is touched', () => {
    const changes = listenerChanges(newListener(), null, [lan, { ...lan, id: 'port-465' }])
    expect(new Set(changes.map(({ path }) => path[2]))).toEqual(new Set(['port-465-2']))
  })
  test('old encryption is a key only where it is wanted, and goes when it is not', () => {
    expect(written(listenerChanges({ ...listenerFormOf(lan), legacy: true }, lan, [lan]))).toMatchObject({ 'lan.tls-profile': 'legacy' })
    const legacy: ListenerSettings = { ...lan, tlsProfile: 'legacy' }
    expect(written(listenerChanges({ ...listenerFormOf(legacy), tls: 'none' }, legacy, [legacy]))).toMatchObject({
      'lan.tls-profile': null,
    })
    expect(written(listenerChanges(listenerFormOf(lan), lan, [lan]))).not.toHaveProperty('lan.tls-profile')
  })
  test('both a network and a login', () => {
    const changes = written(listenerChanges({ ...listenerFormOf(lan), who: 'both' }, lan, [lan]))
    expect(changes).toMatchObject({ 'lan.auth': 'required', 'lan.auth-from': 'networks' })
  })
})

describe('before it is sent', () => {
  test('a port that another listener here has is refused', () => {
    expect(listenerProblems({ ...newListener(), port: '2525' }, null, [lan])).toEqual({ port: 'listener.problem.taken' })
    expect(listenerProblems({ ...newListener(), port: '2525', reachable: 'here' }, null, [lan])).toEqual({ port: 'listener.problem.taken' })
  })
  test('any free port never meets another', () => {
    expect(listenerProblems({ ...newListener(), port: '0' }, null, [{ ...lan, bind: [{ address: '0.0.0.0', port: 0 }] }])).toEqual({})
  })
  test.each([
    ['465', 'optional', 'listener.hint.implicit'],
    ['587', 'implicit', 'listener.hint.starttls'],
    ['25', 'optional', 'listener.hint.low'],
    ['2525', 'optional', null],
    ['x', 'optional', null],
  ] as const)('port %s with %s: %s', (port, tls, hint) => expect(portHint({ ...newListener(), port, tls })).toBe(hint))
})
