import { afterEach, describe, expect, test } from 'vitest'
import type { Certificate, KnownDevice } from '../../../../main/contract/devices.ts'
import { oddity, refusalReason } from '../../../../main/contract/index.ts'
import { en } from '../../../../renderer/lib/words/en.ts'
import { say, words } from '../../../../renderer/lib/words/words.svelte.ts'
import { base64Of, certificateState, fileName } from '../../../../renderer/screens/devices/certificate.ts'
import { comesInBy, nameOf, oddLine } from '../../../../renderer/screens/devices/device-words.ts'
import { loginChanges, oddPattern, patternsOf, userProblem } from '../../../../renderer/screens/devices/login-form.ts'
import { cardLines } from '../../../../renderer/screens/devices/setup-card.ts'
import { deviceMenus } from '../../../../renderer/screens/devices/setup-table.ts'
import { placeForLogins, toType } from '../../../../renderer/screens/devices/to-type.ts'
import type { ToType } from '../../../../renderer/screens/devices/to-type.ts'
import { NOW, status } from '../builders.ts'

afterEach(() => {
  words.language = 'en'
})

const DAY = 86_400_000
const device: KnownDevice = {
  key: '192.168.1.41',
  id: null,
  name: 'KMBT8A31C0',
  address: '192.168.1.41',
  account: null,
  helo: 'KMBT8A31C0',
  listener: 'lan',
  tls: null,
  firstAt: NOW,
  lastAt: NOW,
  messages: 1,
  messagesToday: 1,
  lastSubject: '',
  lastEntryId: null,
  oddities: [],
  blocked: false,
  messagesPerHour: 0,
  messagesPerDay: 0,
}

describe('what is said about a device', () => {
  test('how it comes in', () => {
    expect(comesInBy(device, status())).toBe('Port 2525, plain')
    expect(comesInBy({ ...device, tls: 'TLSv1.3', account: 'nas' }, status())).toBe('Port 2525, TLS 1.3, login nas')
    expect(comesInBy({ ...device, listener: 'gone' }, status())).toBe('Listener gone')
  })
  test('the latest oddity, and how many more', () => {
    expect(oddLine(device)).toBe('')
    const first = { kind: 'no-quit', count: 3, lastAt: NOW - 1000 } as const
    expect(oddLine({ oddities: [first] })).toBe('Hangs up without a goodbye')
    expect(oddLine({ oddities: [first, { kind: 'slow', count: 1, lastAt: NOW }] })).toBe('Is very slow, and 1 more')
  })
  test('a name that turns writing round is harmless; without one it is its address', () => {
    expect(nameOf({ ...device, name: '\u202Egnp' })).toBe('\ufffdgnp')
    expect(nameOf({ ...device, name: '' })).toBe('192.168.1.41')
  })
  test('every oddity and every reason for a refusal has its words', () => {
    const wanted = [...oddity.options.flatMap((kind) => [`oddity.${kind}`, `oddity.${kind}.text`]), ...refusalReason.options.map((one) => `refusal.${one}`)] // prettier-ignore
    expect(wanted.filter((key) => !Object.hasOwn(en, key))).toEqual([])
  })
})

describe('logins', () => {
  test.each([
    ['scanner', null],
    ['', 'login.user.problem'],
    ['two words', 'login.user.problem'],
    ['x'.repeat(65), 'login.user.problem'],
    ['NAS', 'login.user.taken'],
  ])('the user name %j: %s', (name, problem) => expect(userProblem(name, ['nas'])).toBe(problem))
  test('patterns stand one a line or between commas', () => {
    expect(patternsOf(' a@b.example,\n*@c.example ;\n\n')).toEqual(['a@b.example', '*@c.example'])
    expect(oddPattern(['*', '*@c.example', 'a@b.example'])).toBeNull()
    expect(oddPattern(['a@b.example', 'c.example'])).toBe('c.example')
  })
  test('only what differs is written, and an empty list is no key', () => {
    const before = { senders: ['*@a.example'], recipients: [] }
    expect(loginChanges('nas', before, before)).toEqual([])
    expect(loginChanges('nas', before, { senders: [], recipients: ['b@b.example'] })).toEqual([
      { path: ['access', 'account', 'nas', 'senders'], value: null },
      { path: ['access', 'account', 'nas', 'recipients'], value: ['b@b.example'] },
    ])
  })
})

describe('the certificate', () => {
  const certificate: Certificate = {
    source: 'own',
    names: ['mail.example.org'],
    issuer: 'CA',
    notBefore: NOW - DAY,
    notAfter: NOW + 300 * DAY,
    fingerprint: 'AB',
    fingerprintSha1: 'CD',
    pem: '',
    problem: null,
  }
  test('its end is news only when somebody has to do something', () => {
    expect(certificateState(certificate, NOW).tone).toBe('none')
    expect(certificateState({ ...certificate, notAfter: NOW + 10 * DAY }, NOW).tone).toBe('waiting')
    expect(certificateState({ ...certificate, notAfter: NOW + 10 * DAY, source: 'made' }, NOW).tone).toBe('none')
    expect(certificateState({ ...certificate, notAfter: NOW - DAY }, NOW).tone).toBe('failed')
    expect(say(certificateState({ ...certificate, notAfter: NOW - DAY }, NOW).said)).toContain('22 November 2026')
  })
  test('is saved under its name, as every file system takes it', () => {
    expect(fileName(certificate)).toBe('mail.example.org.crt')
    expect(fileName({ ...certificate, names: ['*.example.org'] })).toBe('example.org.crt')
    expect(fileName({ ...certificate, names: [] })).toBe('mailroom.crt')
  })
  test('a file is handed over byte by byte', () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256)
    expect(Uint8Array.from(atob(base64Of(bytes)), (sign) => sign.charCodeAt(0))).toEqual(bytes)
  })
})

describe('what to type into a device', () => {
  const lan: ToType = {
    id: 'lan',
    server: '192.168.1.20',
    port: 2525,
    tls: 'optional',
    auth: 'optional',
    legacy: false,
    cleartext: 'never',
  }
  const valueOf = (id: string, to: ToType, account = ''): Record<string, string> => {
    const menu = deviceMenus.find((one) => one.id === id)
    return menu === undefined ? {} : Object.fromEntries(cardLines(menu, to, account).map((line) => [line.menu || line.word, line.value]))
  }
  test('only open ports, each once, those of this computer alone last', () => {
    const open = (id: string, address: string, port: number, problem: string | null = null) =>
      ({ id, address, port, tls: 'optional', auth: 'optional', problem }) as const
    const listeners = [
      open('here', '127.0.0.1', 25),
      open('lan', '0.0.0.0', 2525),
      open('lan', '::', 2525),
      open('shut', '0.0.0.0', 465, 'in use'),
    ]
    expect(toType(status({ listeners }), []).map(({ server, port }) => `${server}:${port}`)).toEqual(['192.168.1.20:2525', '127.0.0.1:25'])
  })
  test('every menu has an id of its own', () => expect(new Set(deviceMenus.map((menu) => menu.id)).size).toBe(deviceMenus.length))
  test('the fields are called as that menu calls them', () => {
    expect(valueOf('kyocera', lan)).toMatchObject({ 'SMTP Server Name': '192.168.1.20', 'SMTP Port Number': '2525', 'Authentication Protocol': 'Off' }) // prettier-ignore
    expect(valueOf('epson', { ...lan, tls: 'implicit' })).toMatchObject({ 'Secure Connection': 'SSL/TLS' })
    expect(valueOf('synology', { ...lan, tls: 'none' })).toMatchObject({ 'Secure connection (SSL/TLS) is required': 'not ticked' })
  })
  test('where their word is not known ours stands', () => {
    expect(valueOf('ups', lan)).toMatchObject({ Server: '192.168.1.20', Security: 'None; to encrypt: STARTTLS' })
  })
  test('a password goes over an encrypted line unless the port allows otherwise', () => {
    expect(valueOf('apc', lan, 'ups')).toMatchObject({ 'Use SSL/TLS': 'Always', 'User Name': 'ups' })
    expect(valueOf('apc', { ...lan, cleartext: 'private' }, 'ups')).toMatchObject({ 'Use SSL/TLS': 'Never; to encrypt: Always' })
  })
  test('a login is shown with a port that takes it', () => {
    const tls: ToType = { ...lan, id: 'tls', port: 465, tls: 'implicit' }
    expect(placeForLogins([lan, tls])).toBe(tls)
    expect(placeForLogins([{ ...lan, auth: 'none' }])).toBeNull()
    expect(placeForLogins([{ ...lan, tls: 'none' }])).toBeNull()
  })
  test('says the box to tick in German, and their words as they are', () => {
    words.language = 'de'
    expect(valueOf('synology', { ...lan, tls: 'required' })).toMatchObject({ 'Secure connection (SSL/TLS) is required': 'angehakt' })
  })
})
