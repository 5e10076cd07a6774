import { describe, expect, test } from 'vitest'
import type { RelayRouteView, RouteView, SettingsView } from '../../../../main/contract/settings.ts'
import {
  emptyForm,
  formChanges,
  formOf,
  idFor,
  portMismatch,
  removalChanges,
  sortIssues,
  testOf,
} from '../../../../renderer/screens/routing/route-form.ts'

const plain = { branches: [], else: "'default'" }
const queue: SettingsView['queue'] = {
  routes: {},
  schedules: {},
  connections: {},
  tls: {},
  sourceIps: {},
  strategy: { route: plain, schedule: plain, connection: plain, tls: plain },
  routeFallback: 'none',
  flat: {},
}
const relay: RelayRouteView = {
  type: 'relay',
  id: 'm365',
  description: 'Microsoft 365',
  address: 'smtp.office365.com',
  port: 587,
  protocol: 'smtp',
  tls: { implicit: false, allowInvalidCertificates: false },
  auth: { username: 'scans@example.org', secret: 'stored', allowCleartext: false },
  batchDomains: false,
}
const written = (saving: ReturnType<typeof formChanges>) =>
  Object.fromEntries(saving.changes.map(({ path, value }) => [path.join('.'), value]))

describe('saving a route', () => {
  test('a new relay writes its keys, keeps the password out of the file, and leaves out what is usual', () => {
    const form = {
      ...emptyForm(),
      id: 'relay',
      name: 'Provider',
      address: ' smtp.example.org ',
      port: '587',
      encryption: 'optional' as const,
      username: 'ann',
      password: 's3cret',
    }
    const saving = formChanges(form, null, queue)
    expect(written(saving)).toEqual({
      'queue.route.relay.type': 'relay',
      'queue.route.relay.description': 'Provider',
      'queue.route.relay.address': 'smtp.example.org',
      'queue.route.relay.port': 587,
      'queue.route.relay.tls.implicit': false,
      'queue.route.relay.auth.username': 'ann',
      'queue.route.relay.auth.secret': '%{secret:route-relay}%',
    })
    expect(saving.secrets).toEqual([{ name: 'route-relay', value: 's3cret' }])
    expect(JSON.stringify(saving.changes)).not.toContain('s3cret')
  })

  test('an untouched form writes nothing', () => {
    expect(formChanges(formOf(relay, queue), relay, queue)).toEqual({ changes: [], secrets: [] })
  })

  test('only what was changed is written', () => {
    expect(written(formChanges({ ...formOf(relay, queue), port: '25' }, relay, queue))).toEqual({ 'queue.route.m365.port': 25 })
  })

  test('a new password alone is a change', () => {
    const saving = formChanges({ ...formOf(relay, queue), password: 'new' }, relay, queue)
    expect(written(saving)).toEqual({ 'queue.route.m365.auth.secret': '%{secret:route-m365}%' })
    expect(saving.secrets).toEqual([{ name: 'route-m365', value: 'new' }])
  })

  test('an empty user name ends the sign-in', () => {
    const saving = formChanges({ ...formOf(relay, queue), username: ' ', password: 'left over' }, relay, queue)
    expect(written(saving)).toEqual({ 'queue.route.m365.auth': null })
    expect(saving.secrets).toEqual([])
  })

  test('what becomes usual again is taken out of the file', () => {
    const lax: RelayRouteView = { ...relay, tls: { implicit: false, allowInvalidCertificates: true } }
    expect(written(formChanges({ ...formOf(lax, queue), allowInvalid: false }, lax, queue))).toEqual({
      'queue.route.m365.tls.allow-invalid-certs': null,
    })
  })

  test('a port that is none is handed on as typed, so that the engine says what is wrong', () => {
    expect(written(formChanges({ ...formOf(relay, queue), port: 'smtp' }, relay, queue))).toEqual({ 'queue.route.m365.port': 'smtp' })
  })

  test('an MX route writes its limits', () => {
    const mx: RouteView = {
      type: 'mx',
      id: 'mx',
      description: '',
      maxHosts: 5,
      maxAddressesPerHost: 2,
      ipLookup: 'ipv4_then_ipv6',
      ipFallback: false,
      allowLoopback: false,
    }
    const form = { ...formOf(mx, queue), maxHosts: '3', ipFallback: true }
    expect(written(formChanges(form, mx, queue))).toEqual({ 'queue.route.mx.limits.mx': 3, 'queue.route.mx.ip-fallback': true })
    expect(written(formChanges(form, null, queue))).toEqual({
      'queue.route.mx.type': 'mx',
      'queue.route.mx.limits.mx': 3,
      'queue.route.mx.ip-fallback': true,
    })
  })

  test('removing takes the whole table', () => {
    expect(removalChanges(relay, queue)).toEqual([{ path: ['queue', 'route', 'm365'], value: null }])
  })
})

test.each([
  ['Microsoft 365', [], 'microsoft-365'],
  ['Büro & Lager', [], 'buro-lager'],
  ['Relay', ['relay', 'relay-2'], 'relay-3'],
  ['RELAY', ['Relay'], 'relay-2'],
  ['→→', [], 'relay'],
  ['', ['relay'], 'relay-2'],
])('the name %s, with %o taken, becomes %s', (name, taken, id) => {
  expect(idFor(name, taken, 'relay')).toBe(id)
})

test('problems go to the fields they are about, others stay together', () => {
  const issue = (path: string) => ({ severity: 'error' as const, kind: 'build' as const, code: 'x', path, message: path })
  const { byField, rest } = sortIssues(
    ['queue.route.a.port', 'queue.route.a.auth.secret', 'queue.route.b.port', 'queue.strategy.route.0000.then'].map(issue),
    'a',
  )
  expect(byField).toEqual({ port: 'queue.route.a.port', password: 'queue.route.a.auth.secret' })
  expect(rest.map((one) => one.path)).toEqual(['queue.route.b.port', 'queue.strategy.route.0000.then'])
})

describe('testing the connection', () => {
  test('a stored password is named, not sent', () => {
    expect(testOf(formOf(relay, queue), true)).toMatchObject({ password: null, routeId: 'm365', encryption: 'optional' })
  })
  test('a typed password is what is tested', () => {
    expect(testOf({ ...formOf(relay, queue), password: 'typed' }, true)).toMatchObject({ password: 'typed' })
  })
  test('a new route has no stored password', () => {
    expect(testOf(formOf(relay, queue), false)).toMatchObject({ password: '', routeId: null })
  })
})

test.each([
  ['587', 'implicit', 'implicit-on-clear'],
  ['25', 'implicit', 'implicit-on-clear'],
  ['465', 'implicit', null],
  ['465', 'starttls', 'starttls-on-465'],
  ['587', 'starttls', null],
] as const)('port %s with %s: %s', (port, encryption, mismatch) => {
  expect(portMismatch({ type: 'relay', port, encryption })).toBe(mismatch)
})
