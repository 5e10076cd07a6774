import type { Args, ConfigChange, ConfigState, Notice, Result } from '../../main/contract/channels.ts'
import type { Certificate, DevicesView, KnownDevice, Knock } from '../../main/contract/devices.ts'
import type { ListenerSettings, SettingsView } from '../../main/contract/settings.ts'
import { readNetwork } from '../screens/devices/networks.ts'
import type { FakeOptions } from './options.ts'

/** Who sends to the office that does not exist, who knocks there, and its certificate. What the Devices screen does to it is remembered. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface World {
  changed(view: Notice<'devices.changed'>): void
  /** Writes the settings of the made-up office. */
  change(changes: readonly ConfigChange[]): void
}

export function madeUpDevices({ mail, now }: FakeOptions, world: World) {
  let view = viewOf(mail, now)
  const put = (next: Partial<DevicesView>): { saved: boolean; issues: [] } => {
    view = { ...view, ...next }
    world.changed(view)
    return { saved: true, issues: [] }
  }
  const named = (address: string, name: string, more: Partial<KnownDevice>): { saved: boolean; issues: [] } => {
    const old = view.devices.find((one) => one.address === address)
    const device = { ...(old ?? blank(address, view.knocks)), name: name || address, id: old?.id ?? `device-${address}`, ...more }
    const devices = [device, ...view.devices.filter((one) => one.address !== address)]
    return put({ devices: old === undefined ? devices : view.devices.map((one) => (one === old ? device : one)), knocks: without(address) })
  }
  const without = (address: string): Knock[] => view.knocks.filter((one) => one.client.address !== address)
  const account = (name: string, keys: Readonly<Record<string, string[] | string>>): void =>
    world.change(Object.entries(keys).map(([key, value]) => ({ path: ['access', 'account', name, key], value })))
  return {
    'devices.get': () => view,
    'devices.admit': ({ address, name }: Args<'devices.admit'>) => named(address, name, { blocked: false }),
    'devices.block': ({ address, name }: Args<'devices.block'>) => named(address, name, { blocked: true }),
    'devices.forget': ({ id }: Args<'devices.forget'>) =>
      put({
        devices: view.devices
          .filter((one) => one.id !== id || one.lastAt !== null)
          .map((one) => (one.id === id ? { ...one, id: null, blocked: false, name: one.helo || one.address } : one)),
      }),
    'devices.limit': ({ address, name, ...limits }: Args<'devices.limit'>) => named(address, name, limits),
    'devices.dismissKnock': ({ key }: Args<'devices.dismissKnock'>) => void put({ knocks: view.knocks.filter((one) => one.key !== key) }),
    'devices.liftBan': ({ address }: Args<'devices.liftBan'>) => void put({ bans: view.bans.filter((one) => one.address !== address) }),
    'devices.addAccount': ({ name, senders, recipients }: Args<'devices.addAccount'>): Result<'devices.addAccount'> => {
      account(name, { secret: '%{secret:x}%', senders, recipients })
      return { saved: true, issues: [], password: 'kq7v-m2xt-9fhd-w4zr' }
    },
    'devices.newPassword': (): Result<'devices.newPassword'> => ({ saved: true, issues: [], password: 'p3rn-8wbc-t6ya-h2ks' }),
    'devices.removeAccount': ({ name }: Args<'devices.removeAccount'>) => {
      world.change([{ path: ['access', 'account', name], value: null }])
      return { saved: true, issues: [] }
    },
    'devices.ownCertificate': (): Certificate => {
      const own: Certificate = { ...certificate(now), source: 'own', issuer: 'Alder & Finch CA', notAfter: now + 20 * DAY }
      put({ certificate: own })
      return own
    },
    'devices.newCertificate': (): Certificate => {
      const made = { ...certificate(now), fingerprint: fingerprint(32, 7), fingerprintSha1: fingerprint(20, 7) }
      put({ certificate: made })
      return made
    },
    'file.save': ({ suggestedName }: Args<'file.save'>): Result<'file.save'> => ({ saved: true, name: suggestedName }),
  }
}

function viewOf(mail: FakeOptions['mail'], now: number): DevicesView {
  const networks = [{ cidr: '192.168.1.0/24', address: '192.168.1.20', allowed: true }]
  if (mail === 'none' || mail === 'first') return { devices: [], knocks: [], bans: [], networks, certificate: null }
  const devices = known(now)
  const more = mail === 'many' ? Array.from({ length: 300 }, (_, index) => crowd(index, now)) : []
  const hostile = mail === 'hostile' ? [strange(now)] : []
  const bans = mail === 'usual' ? [] : [{ address: '192.168.1.77', since: now - 4 * MINUTE, until: now + 11 * MINUTE, failures: 12 }]
  return { devices: [...hostile, ...devices, ...more], knocks: knocks(mail, now), bans, networks, certificate: certificate(now) }
}

function device(address: string, name: string, more: Partial<KnownDevice> = {}): KnownDevice {
  return {
    key: address,
    id: null,
    name,
    address,
    account: null,
    helo: name,
    listener: 'lan',
    tls: null,
    firstAt: null,
    lastAt: null,
    messages: 0,
    messagesToday: 0,
    lastSubject: '',
    lastEntryId: null,
    oddities: [],
    blocked: false,
    messagesPerHour: 0,
    messagesPerDay: 0,
    ...more,
  }
}
const blank = (address: string, knocking: readonly Knock[]): KnownDevice =>
  device(address, address, { helo: knocking.find((one) => one.client.address === address)?.client.helo ?? '' })
const odd = (kind: KnownDevice['oddities'][number]['kind'], count: number, lastAt: number): KnownDevice['oddities'][number] => ({
  kind,
  count,
  lastAt,
})

function known(now: number): KnownDevice[] {
  const sent = (minutes: number, messages: number, today: number, lastSubject: string): Partial<KnownDevice> => ({
    firstAt: now - 90 * DAY,
    lastAt: now - minutes * MINUTE,
    messages,
    messagesToday: today,
    lastSubject,
    lastEntryId: 'E1',
  })
  return [
    device('192.168.1.40', 'Scanner, reception', {
      ...sent(1, 5210, 65, 'Scan from reception, 12 pages'),
      id: 'scanner-reception',
      helo: 'scanner-reception',
    }),
    device('127.0.0.1', 'Invoices program', {
      ...sent(1, 2840, 28, 'Invoice 2026-1184'),
      id: 'invoices',
      helo: 'invoices',
      account: 'invoices',
      key: 'invoices',
    }),
    device('192.168.1.10', 'nas', { ...sent(6, 1730, 14, 'Backup finished'), account: 'nas', key: 'nas', tls: 'TLSv1.3' }),
    device('192.168.1.41', 'Scanner, drawing office', {
      ...sent(6, 3904, 45, 'Plan 14-B'),
      id: 'drawing',
      helo: 'KMBT8A31C0',
      tls: 'TLSv1.0',
      oddities: [odd('legacy-tls', 3904, now - 6 * MINUTE), odd('long-line', 12, now - 2 * DAY)],
    }),
    device('192.168.1.61', 'alarm-panel', {
      ...sent(160, 218, 9, 'Zone 4: door open'),
      oddities: [odd('no-quit', 218, now - 160 * MINUTE), odd('bare-line-feed', 218, now - 160 * MINUTE)],
    }),
    device('192.168.1.62', 'UPS in the server cupboard', {
      ...sent(520, 96, 2, 'Self test passed'),
      id: 'ups',
      helo: '',
      oddities: [odd('helo-without-name', 96, now - 520 * MINUTE)],
    }),
    device('192.168.1.75', 'Camera, yard', { ...sent(6 * 24 * 60, 41, 0, 'Motion detected'), id: 'yard', helo: 'IPCAM' }),
    device('192.168.1.99', '192.168.1.99', {
      ...sent(3 * 24 * 60, 312, 0, 'Alert'),
      id: 'loud',
      helo: 'ESP_3A11F0',
      blocked: true,
      oddities: [odd('helo-name-odd', 312, now - 3 * DAY)],
      messagesPerHour: 60,
    }),
  ]
}
const crowd = (index: number, now: number): KnownDevice =>
  device(`10.0.${Math.floor(index / 250)}.${(index % 250) + 2}`, `till-${index + 1}`, { lastAt: now - index * HOUR, messages: index })
const strange = (now: number): KnownDevice =>
  device('2001:db8:85a3:8d3:1319:8a2e:370:7348', '<img src=x onerror=alert(1)>\u202Egnp.exe', {
    helo: 'a'.repeat(255),
    account: 'accounts-receivable.north-and-baltic.nordlicht-immobilienverwaltung',
    lastAt: now,
    lastSubject: '<b>\u202Ehostile</b>'.repeat(30),
    lastEntryId: 'E1',
    messages: 123_456_789,
    messagesToday: 1_234_567,
    tls: 'TLSv1.3',
    oddities: [odd('nul-byte', 1_234_567, now)],
  })

function knocks(mail: FakeOptions['mail'], now: number): Knock[] {
  const first: Knock = {
    key: '192.168.20.15',
    client: { address: '192.168.20.15', port: 2525, listener: 'lan', helo: 'DOORSTATION-02', account: null, tls: null },
    firstAt: now - 20 * MINUTE,
    lastAt: now - MINUTE,
    count: 3,
    reason: 'outside-networks',
    text: '550 5.7.1 192.168.20.15 may not send here; let it in on the screen Devices of Mailroom',
    sender: 'door@localhost',
    recipient: 'reception@alderfinch.example',
  }
  const another = (index: number): Knock => ({
    ...first,
    key: `knock-${index}`,
    client: { ...first.client, address: `203.0.113.${index}`, helo: mail === 'hostile' ? '<i>x</i>\u202E'.repeat(40) : '' },
    reason: index % 2 === 0 ? 'sign-in-required' : 'too-many-errors',
    sender: mail === 'hostile' ? `${'a'.repeat(300)}@example.org` : '',
    recipient: '',
    count: 1,
  })
  if (mail === 'usual') return [first]
  return mail === 'many' || mail === 'hostile'
    ? [first, ...Array.from({ length: 8 }, (_, index) => another(index + 2))]
    : [first, another(9)]
}

const fingerprint = (bytes: number, seed: number): string =>
  Array.from({ length: bytes }, (_, index) => (((index + seed) * 73 + 41) % 256).toString(16).padStart(2, '0').toUpperCase()).join(':')

const certificate = (now: number): Certificate => ({
  source: 'made',
  names: ['mailroom.office.lan', 'localhost', '192.168.1.20', '127.0.0.1'],
  issuer: 'mailroom.office.lan',
  notBefore: now - 100 * DAY,
  notAfter: now + 830 * DAY,
  fingerprint: fingerprint(32, 1),
  fingerprintSha1: fingerprint(20, 1),
  pem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  problem: null,
})

/** What a change of `access` or `server` does to the made-up settings; null for a change of something else. */
export function changedAccess(state: ConfigState, { path, value }: ConfigChange): ConfigState | null {
  const [top, kind, id = '', key] = path
  const { access, server } = state.settings
  const list = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  const withAccess = (next: Partial<typeof access>): ConfigState => ({
    ...state,
    settings: { ...state.settings, access: { ...access, ...next } },
  })
  if (top === 'access' && kind === 'networks') return withAccess({ networks: list })
  if (top === 'access' && kind === 'account') {
    const others = access.accounts.filter((one) => one.name !== id)
    if (key === undefined) return withAccess({ accounts: others })
    const old = access.accounts.find((one) => one.name === id) ?? newAccount(id)
    const next = key === 'senders' ? { senders: list } : key === 'recipients' ? { recipients: list } : {}
    return withAccess({ accounts: [...others, { ...old, ...next }] })
  }
  if (top !== 'server' || kind !== 'listener') return null
  const old = server.listeners.find((one) => one.id === id) ?? newListener(id)
  const listeners = server.listeners.filter((one) => one.id !== id)
  const next = key === undefined ? listeners : [...listeners, withKey(old, key, value)]
  return { ...state, settings: { ...state.settings, server: { ...server, listeners: next } } }
}

const newAccount = (name: string): SettingsView['access']['accounts'][number] => ({
  name,
  secret: 'stored',
  senders: [],
  recipients: [],
  networks: [],
  maxMessagesPerHour: 0,
  maxMessagesPerDay: 0,
})
const newListener = (id: string): ListenerSettings => ({
  id,
  bind: [],
  tls: 'optional',
  auth: 'optional',
  authFrom: 'anywhere',
  authCleartext: 'never',
  tlsProfile: 'modern',
  networks: null,
})
function withKey(listener: ListenerSettings, key: string, value: ConfigChange['value']): ListenerSettings {
  if (key === 'bind') return { ...listener, bind: Array.isArray(value) ? value.filter((one) => typeof one === 'string').map(readBind) : [] }
  const name = { tls: 'tls', auth: 'auth', 'auth-from': 'authFrom', 'auth-cleartext': 'authCleartext', 'tls-profile': 'tlsProfile' }[key]
  return name === undefined ? listener : { ...listener, [name]: value ?? newListener('')[name as 'authFrom'] }
}
const readBind = (text: string): ListenerSettings['bind'][number] => {
  const at = text.lastIndexOf(':')
  const address = text.slice(0, at).replace(/^\[|\]$/g, '')
  return { address: 'entry' in readNetwork(address) ? address : '0.0.0.0', port: Number(text.slice(at + 1)) }
}
