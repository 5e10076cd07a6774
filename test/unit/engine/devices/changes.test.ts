import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NamedDevice } from '../../../../main/contract/index.ts'
import {
  accountChanges,
  admitChanges,
  blockChanges,
  findDevice,
  limitChanges,
  makePassword,
  plainAddress,
  secretNameOf,
} from '../../../../main/engine/devices/index.ts'

const device = (id: string, address: string, name = id): NamedDevice => ({
  id,
  name,
  address,
  blocked: false,
  recipients: [],
  maxMessagesPerHour: 0,
  maxMessagesPerDay: 0,
})
const access = (...devices: NamedDevice[]): { networks: string[]; accounts: never[]; devices: NamedDevice[] } => ({
  networks: [],
  accounts: [],
  devices,
})

describe('letting in, blocking, limiting', () => {
  test('a new device gets a table with an id made from its name', () => {
    expect(admitChanges(access(), '192.168.1.20', ' Scanner, 2nd floor ')).toEqual([
      { path: ['access', 'device', 'scanner-2nd-floor'], value: { name: 'Scanner, 2nd floor', address: '192.168.1.20' } },
    ])
    expect(blockChanges(access(), '::ffff:192.168.1.20', 'Büro')).toEqual([
      { path: ['access', 'device', 'buero'], value: { name: 'Büro', address: '192.168.1.20', blocked: true } },
    ])
    expect(limitChanges(access(), 'fd00::5', '', 10, 0)).toEqual([
      { path: ['access', 'device', 'fd00-5'], value: { address: 'fd00::5', 'messages-per-hour': 10 } },
    ])
  })

  test('ids never meet, whatever the names', () => {
    const devices: NamedDevice[] = []
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 30 }), (names) => {
        devices.length = 0
        names.forEach((name, n) => {
          const [change] = admitChanges(access(...devices), `10.0.0.${n}`, name)
          const id = change?.path[2] ?? ''
          expect(id).toMatch(/^[a-z0-9-]{1,64}$/)
          expect(devices.map((one) => one.id)).not.toContain(id)
          devices.push(device(id, `10.0.0.${n}`))
        })
      }),
    )
  })

  test('a device that has a table keeps it', () => {
    const known = access(device('fax', '192.168.1.20/32', 'Fax'))
    expect(admitChanges(known, '192.168.1.20', 'Fax')).toEqual([{ path: ['access', 'device', 'fax', 'blocked'], value: null }])
    expect(blockChanges(known, '192.168.1.20', 'Fax machine')).toEqual([
      { path: ['access', 'device', 'fax', 'name'], value: 'Fax machine' },
      { path: ['access', 'device', 'fax', 'blocked'], value: true },
    ])
    expect(limitChanges(known, '192.168.1.20', '', 0, 100)).toEqual([
      { path: ['access', 'device', 'fax', 'messages-per-hour'], value: null },
      { path: ['access', 'device', 'fax', 'messages-per-day'], value: 100 },
    ])
  })

  test('one out of a range gets a table of its own', () => {
    const known = access(device('floor', '192.168.1.0/24'))
    expect(blockChanges(known, '192.168.1.20', 'floor')).toEqual([
      { path: ['access', 'device', 'floor-2'], value: { name: 'floor', address: '192.168.1.20', blocked: true } },
    ])
  })
})

test('of several ranges the narrowest counts', () => {
  const devices = [device('all', '0.0.0.0/0'), device('net', '10.1.0.0/16'), device('one', '10.1.2.3'), device('six', '2001:db8::/32')]
  expect(
    ['10.1.2.3', '10.1.2.4', '10.2.0.1', '::ffff:10.1.2.3', '2001:db8::7', '2001:db9::7', 'fe80::1%eth0', 'x'].map(
      (one) => findDevice(devices, one)?.id,
    ),
  ).toEqual(['one', 'net', 'all', 'one', 'six', undefined, undefined, undefined])
  expect(findDevice([device('link', 'fe80::/10')], 'fe80::1%eth0')?.id).toBe('link')
})

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['nonsense', 'nonsense'],
])('%s is %s', (written, plain) => {
  expect(plainAddress(written)).toBe(plain)
})

describe('logins', () => {
  test('name their password as it is kept', () => {
    expect(accountChanges('scanner', ['*@a.test'], [])).toEqual([
      { path: ['access', 'account', 'scanner'], value: { secret: '%{secret:account-scanner}%', senders: ['*@a.test'] } },
    ])
    expect(secretNameOf('a}%b')).toBe('account-617d2562')
  })

  test('get a password that can be typed on any keypad', () => {
    const random = { bytes: (count: number) => Buffer.alloc(count), below: (below: number) => randomInt(below) }
    const passwords = Array.from({ length: 200 }, () => makePassword(random))
    for (const password of passwords) expect(password).toMatch(/^[a-hjkmnp-z2-9]{16}$/)
    expect(new Set(passwords).size).toBe(200)
  })
})
