import { describe, expect, test } from 'vitest'
import { compileNetworks } from '../../../../main/engine/listener/index.ts'
import { maySendAs } from '../../../../main/engine/listener/access.ts'

describe('networks', () => {
  test.each([
    ['private', '10.1.2.3', true],
    ['private', '172.16.0.1', true],
    ['private', '172.32.0.1', false],
    ['private', '192.168.255.255', true],
    ['private', '169.254.1.1', true],
    ['private', '127.0.0.1', true],
    ['private', '8.8.8.8', false],
    ['private', '203.0.113.9', false],
    ['private', '::1', true],
    ['private', 'fd00::1', true],
    ['private', 'fe80::1%eth0', true],
    ['private', '2001:db8::1', false],
    ['private', '::ffff:192.168.1.5', true],
    ['private', '::ffff:203.0.113.9', false],
    ['loopback', '127.8.8.8', true],
    ['loopback', '192.168.1.1', false],
    ['LOOPBACK', '::1', true],
    ['203.0.113.0/24', '203.0.113.77', true],
    ['203.0.113.0/24', '203.0.114.77', false],
    ['203.0.113.9', '203.0.113.9', true],
    ['203.0.113.9', '203.0.113.10', false],
    ['2001:db8::/32', '2001:db8:1::5', true],
    ['2001:db8::/32', '203.0.113.9', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['nonsense', '127.0.0.1', false],
    ['private', 'not an address', false],
    ['private', '', false],
  ])('%s and %s: %s', (network, address, inside) => {
    expect(compileNetworks([network]).includes(address)).toBe(inside)
  })

  test('no network lets nobody in', () => {
    expect(compileNetworks([]).includes('127.0.0.1')).toBe(false)
  })
})

describe('senders of an account', () => {
  test.each([
    [[], 'anyone@example.net', true],
    [['scan@example.org'], 'Scan@Example.org', true],
    [['scan@example.org'], 'boss@example.org', false],
    [['*@example.org'], 'boss@example.org', true],
    [['*@example.org'], 'boss@sub.example.org', false],
    [['*@example.org'], 'boss@badexample.org', false],
    [['*'], '', true],
    [['*@example.org'], '', false],
  ])('%j lets %s: %s', (patterns, address, allowed) => {
    expect(maySendAs(patterns, address)).toBe(allowed)
  })
})
