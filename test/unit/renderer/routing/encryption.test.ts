import { describe, expect, test } from 'vitest'
import type { RelayRouteView, SettingsView, TlsPolicy } from '../../../../main/contract/settings.ts'
import { encryptionChanges, encryptionOf, relayName } from '../../../../renderer/screens/routing/encryption.ts'
import type { Encryption } from '../../../../renderer/screens/routing/encryption.ts'

type Queue = Pick<SettingsView['queue'], 'routes' | 'tls' | 'strategy'>
const BUILT_IN = { if: "retry_num > 0 && last_error == 'tls'", then: "'invalid-tls'" }
const own = { if: "mx == 'smtp.example.org'", then: "'required'" }
const hand = { if: "ends_with(mx, '.lan')", then: "'office'" }

const relay = (id: string, address: string, implicit = false): RelayRouteView => ({
  type: 'relay',
  id,
  description: '',
  address,
  port: 587,
  protocol: 'smtp',
  tls: { implicit, allowInvalidCertificates: false },
  auth: null,
  batchDomains: false,
})
const policy = (id: string, starttls: TlsPolicy): SettingsView['queue']['tls'][string] => ({
  id,
  dane: 'optional',
  mtaSts: 'optional',
  starttls,
  allowInvalidCertificates: false,
  timeoutMs: { tls: 1, mtaSts: 1 },
})
function queue(
  branches: { if: string; then: string }[] = [BUILT_IN],
  policies: Record<string, TlsPolicy> = {},
  routes: RelayRouteView[] = [],
): Queue {
  const plain = { branches: [], else: "'default'" }
  return {
    routes: Object.fromEntries(routes.map((route) => [route.id, route])),
    tls: Object.fromEntries(Object.entries(policies).map(([id, starttls]) => [id, policy(id, starttls)])),
    strategy: { route: plain, schedule: plain, connection: plain, tls: { branches, else: "'default'" } },
  }
}
const wanted = (encryption: Encryption, address = 'smtp.example.org') => ({ address, encryption })
const strategyOf = (changes: ReturnType<typeof encryptionChanges>) =>
  changes.find((change) => change.path.join('.') === 'queue.strategy.tls')?.value

describe('reading how a relay is encrypted', () => {
  test('TLS from the start is told by the route alone', () => {
    expect(encryptionOf(relay('a', 'smtp.example.org', true), queue([own], { required: 'require' }))).toBe('implicit')
  })

  test.each<[TlsPolicy, Encryption]>([
    ['require', 'starttls'],
    ['optional', 'optional'],
    ['disable', 'none'],
  ])('a policy of %s for it is %s', (starttls, encryption) => {
    expect(encryptionOf(relay('a', 'SMTP.Example.org.'), queue([own], { required: starttls }))).toBe(encryption)
  })

  test('without a branch of its own the policy for everybody counts', () => {
    expect(encryptionOf(relay('a', 'other.example'), queue([own], { required: 'require' }))).toBe('optional')
    expect(encryptionOf(relay('a', 'other.example'), queue([own], { default: 'require' }))).toBe('starttls')
  })
})

describe('writing how a relay is encrypted', () => {
  test('STARTTLS required: a policy and a branch, before all others; the built-in branch without effect is not written', () => {
    expect(encryptionChanges('a', null, wanted('starttls'), queue())).toEqual([
      { path: ['queue', 'tls', 'required', 'starttls'], value: 'require' },
      { path: ['queue', 'strategy', 'tls'], value: [own, { else: "'default'" }] },
    ])
  })

  test('a branch written by hand stays, and so does the built-in one when its policy is defined', () => {
    const changes = encryptionChanges('a', null, wanted('none'), queue([hand, BUILT_IN], { 'invalid-tls': 'optional' }))
    expect(strategyOf(changes)).toEqual([{ if: own.if, then: "'clear'" }, hand, BUILT_IN, { else: "'default'" }])
  })

  test('the policy is not written again when it is there', () => {
    const changes = encryptionChanges('a', null, wanted('starttls'), queue([hand], { required: 'require' }))
    expect(changes.map((change) => change.path.join('.'))).toEqual(['queue.strategy.tls'])
  })

  test('a policy of our name that says something else is left alone', () => {
    const changes = encryptionChanges('a', null, wanted('starttls'), queue([], { required: 'optional' }))
    expect(changes[0]).toEqual({ path: ['queue', 'tls', 'required-2', 'starttls'], value: 'require' })
  })

  test('nothing is written when it already is so', () => {
    expect(encryptionChanges('a', 'smtp.example.org', wanted('starttls'), queue([own], { required: 'require' }))).toEqual([])
    expect(encryptionChanges('a', null, wanted('optional'), queue())).toEqual([])
    expect(encryptionChanges('a', null, wanted('implicit'), queue())).toEqual([])
  })

  test('back to "if offered" takes the branch away, and with the last branch the strategy', () => {
    const changes = encryptionChanges('a', 'smtp.example.org', wanted('optional'), queue([own], { required: 'require' }))
    expect(changes).toEqual([{ path: ['queue', 'strategy', 'tls'], value: null }])
  })

  test('a new address takes its branch along', () => {
    const changes = encryptionChanges(
      'a',
      'smtp.example.org',
      wanted('starttls', 'new.example'),
      queue([own, hand], { required: 'require' }),
    )
    expect(strategyOf(changes)).toEqual([{ if: "mx == 'new.example'", then: "'required'" }, hand, { else: "'default'" }])
  })

  test('another relay at the old address keeps the branch', () => {
    const both = [relay('a', 'smtp.example.org'), relay('b', 'smtp.example.org')]
    const changes = encryptionChanges('a', 'smtp.example.org', null, queue([own], { required: 'require' }, both))
    expect(changes).toEqual([])
  })

  test('taking the relay away takes its branch away', () => {
    const changes = encryptionChanges(
      'a',
      'smtp.example.org',
      null,
      queue([own, hand], { required: 'require' }, [relay('a', 'smtp.example.org')]),
    )
    expect(strategyOf(changes)).toEqual([hand, { else: "'default'" }])
  })

  test.each<Encryption>(['starttls', 'optional', 'none'])('%s is read back as it was written', (encryption) => {
    const before = queue([own, hand], { required: 'require', office: 'disable' })
    const changes = encryptionChanges('a', 'smtp.example.org', wanted(encryption), before)
    const after: Queue = { ...before, tls: { ...before.tls }, strategy: { ...before.strategy } }
    for (const { path, value } of changes) {
      if (path[1] === 'tls') after.tls[path[2] ?? ''] = policy(path[2] ?? '', value as TlsPolicy)
      else {
        const list = (value ?? [{ else: "'default'" }]) as { if: string; then: string; else: string }[]
        after.strategy.tls = { branches: list.slice(0, -1), else: list.at(-1)?.else ?? '' }
      }
    }
    expect(encryptionOf(relay('a', 'smtp.example.org'), after)).toBe(encryption)
    expect(after.strategy.tls.branches).toContainEqual(hand)
  })
})

test.each([
  ['SMTP.Example.Org.', 'smtp.example.org'],
  ['[192.0.2.1]', '192.0.2.1'],
  ['[IPv6:2001:db8::1]', '2001:db8::1'],
  ['post.bücher.example', 'post.xn--bcher-kva.example'],
  ['', ''],
])('rules know the relay %s as %s', (address, name) => {
  expect(relayName(address)).toBe(name)
})
