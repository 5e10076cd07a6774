import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  farthest,
  isPartOf,
  networkRows,
  reachOf,
  readNetwork,
  withNetwork,
  withoutNetwork,
} from '../../../../renderer/screens/devices/networks.ts'

const own = [{ cidr: '192.168.1.0/24', address: '192.168.1.20', allowed: true }]

describe('how far an entry reaches', () => {
  test.each([
    ['loopback', 'here'],
    ['127.0.0.1', 'here'],
    ['::1', 'here'],
    ['private', 'private'],
    ['192.168.20.15', 'private'],
    ['172.16.0.0/12', 'private'],
    ['172.0.0.0/8', 'everybody'],
    ['fd12:3456::/32', 'private'],
    ['203.0.113.7', 'internet'],
    ['203.0.113.0/24', 'internet'],
    ['203.0.0.0/8', 'everybody'],
    ['0.0.0.0/0', 'everybody'],
    ['::/0', 'everybody'],
    ['2001:db8::/48', 'internet'],
    ['%{env:NETWORK}%', null],
  ] as const)('%s: %s', (entry, reach) => expect(reachOf(entry)).toBe(reach))

  test('the farthest of a list is what the screen warns of', () => {
    expect(farthest([])).toBeNull()
    expect(farthest(['loopback'])).toBe('here')
    expect(farthest(['private', '203.0.113.7'])).toBe('internet')
    expect(farthest(['203.0.113.7', '0.0.0.0/0'])).toBe('everybody')
  })
})

describe('what a person types', () => {
  test.each([
    ['192.168.20.15', '192.168.20.15'],
    [' 192.168.20.15 / 24 ', '192.168.20.0/24'],
    ['fd12::15/64', 'fd12::/64'],
    ['private', 'private'],
  ])('%s is read as %s', (typed, entry) => expect(readNetwork(typed)).toEqual({ entry }))
  test.each([
    ['', 'network.problem.empty'],
    ['192.168.20.0/33', 'network.problem.bits'],
    ['192.168.20.0/', 'network.problem.bits'],
    ['192.168.20.0/x', 'network.problem.bits'],
    ['scanner.office.lan', 'network.problem.name'],
    ['192.168.20', 'network.problem.form'],
    ['192.168.20.300', 'network.problem.form'],
    ['0x7f000001', 'network.problem.name'],
    ['10.1', 'network.problem.form'],
  ])('%j is told apart: %s', (typed, problem) => expect(readNetwork(typed)).toEqual({ problem }))

  test('never more than one network comes of it, and it holds the address that was typed', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, bits) => {
        const read = readNetwork(`${address}/${bits}`)
        expect('entry' in read && isPartOf(address, read.entry)).toBe(true)
      }),
    )
  })
})

describe('the switches', () => {
  test('what is part of a wider entry is on and cannot be switched by itself', () => {
    expect(networkRows(['private'], own).map(({ kind, on, within }) => [kind, on, within])).toEqual([
      ['loopback', true, 'private'],
      ['own', true, 'private'],
      ['private', true, null],
    ])
  })
  test('narrowing "all private networks" keeps this computer and its own networks', () => {
    expect(withoutNetwork(['private', '203.0.113.7'], 'private', own)).toEqual(['203.0.113.7', 'loopback', '192.168.1.0/24'])
  })
  test('an own network that is on the internet is not let in by that', () => {
    const internet = [{ cidr: '203.0.113.0/24', address: '203.0.113.20', allowed: false }]
    expect(withoutNetwork(['private'], 'private', internet)).toEqual(['loopback'])
  })
  test('widening says once what it covers', () => {
    expect(withNetwork(['loopback', '192.168.1.0/24', '203.0.113.7'], 'private')).toEqual(['203.0.113.7', 'private'])
    expect(withNetwork(['private'], '192.168.20.15')).toEqual(['private'])
  })
  test('what somebody added has a row of its own, a macro too', () => {
    const added = networkRows(['loopback', '192.168.20.0/24', '%{env:X}%'], own).filter((row) => row.kind === 'added')
    expect(added.map(({ entry, reach }) => [entry, reach])).toEqual([
      ['192.168.20.0/24', 'private'],
      ['%{env:X}%', null],
    ])
  })
  test('switching off and on again allows the same as before', () => {
    const list = ['loopback', '192.168.1.0/24']
    expect(withNetwork(withoutNetwork(list, '192.168.1.0/24', own), '192.168.1.0/24')).toEqual(list)
  })
})
