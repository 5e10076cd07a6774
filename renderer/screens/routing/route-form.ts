import type { ConfigChange, RelayTest } from '../../../main/contract/channels.ts'
import type { Issue } from '../../../main/contract/issue.ts'
import type { IpLookup, RouteView, SettingsView } from '../../../main/contract/settings.ts'
import { encryptionChanges, encryptionOf } from './encryption.ts'
import type { Encryption } from './encryption.ts'

type Queue = SettingsView['queue']

/** A route as it stands in its form: everything as typed. */
export interface RouteForm {
  readonly id: string
  name: string
  type: RouteView['type']
  address: string
  port: string
  protocol: 'smtp' | 'lmtp'
  encryption: Encryption
  username: string
  /** Only what is newly typed; what is stored never comes back into the window. */
  password: string
  allowInvalid: boolean
  allowCleartext: boolean
  maxHosts: string
  maxAddresses: string
  ipLookup: IpLookup
  ipFallback: boolean
}

export type RouteField =
  | 'name'
  | 'address'
  | 'port'
  | 'protocol'
  | 'encryption'
  | 'allowInvalid'
  | 'username'
  | 'password'
  | 'allowCleartext'
  | 'maxHosts'
  | 'maxAddresses'
  | 'ipLookup'
  | 'ipFallback'

const EMPTY: RouteForm = {
  id: '',
  name: '',
  type: 'relay',
  address: '',
  port: '587',
  protocol: 'smtp',
  encryption: 'starttls',
  username: '',
  password: '',
  allowInvalid: false,
  allowCleartext: false,
  maxHosts: '5',
  maxAddresses: '2',
  ipLookup: 'ipv4_then_ipv6',
  ipFallback: false,
}

export const emptyForm = (): RouteForm => ({ ...EMPTY })

/** The form of a route that is there. */
export function formOf(route: RouteView, queue: Queue): RouteForm {
  const common = { ...EMPTY, id: route.id, name: route.description, type: route.type }
  if (route.type === 'local') return common
  if (route.type === 'mx') {
    const { maxHosts, maxAddressesPerHost, ipLookup, ipFallback } = route
    return { ...common, maxHosts: String(maxHosts), maxAddresses: String(maxAddressesPerHost), ipLookup, ipFallback }
  }
  return {
    ...common,
    address: route.address,
    port: String(route.port),
    protocol: route.protocol,
    encryption: encryptionOf(route, queue),
    username: route.auth?.username ?? '',
    allowInvalid: route.tls.allowInvalidCertificates,
    allowCleartext: route.auth?.allowCleartext ?? false,
  }
}

/** A name for rules and the file, made from what people call it; one that is not taken. */
export function idFor(name: string, taken: readonly string[], type: RouteView['type']): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  const base = words === '' ? type : words
  const lower = taken.map((id) => id.toLowerCase())
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`
    if (!lower.includes(id)) return id
  }
}

/** The keys of a route as they stand in the file, in the order they are written. A password is not among them. */
function keysOf(form: RouteForm): readonly (readonly [string, string | number | boolean])[] {
  const common: [string, string][] = [
    ['type', form.type],
    ['description', form.name.trim()],
  ]
  if (form.type === 'local') return common
  if (form.type === 'mx') {
    return [
      ...common,
      ['limits.mx', typed(form.maxHosts)],
      ['limits.multihomed', typed(form.maxAddresses)],
      ['ip-lookup', form.ipLookup],
      ['ip-fallback', form.ipFallback],
    ]
  }
  return [
    ...common,
    ['address', form.address.trim()],
    ['port', typed(form.port)],
    ['protocol', form.protocol],
    ['tls.implicit', form.encryption === 'implicit'],
    ['tls.allow-invalid-certs', form.allowInvalid],
    ...signInKeys(form),
  ]
}
function signInKeys(form: RouteForm): [string, string | boolean][] {
  if (form.username.trim() === '') return []
  return [
    ['auth.username', form.username.trim()],
    ['auth.allow-cleartext', form.allowCleartext],
  ]
}
/** A number where one was typed; else the text itself, so that the engine says what is wrong with it. */
const typed = (text: string): number | string => (/^\d+$/.test(text.trim()) ? Number(text.trim()) : text.trim())
/** What stands in the file only when it is not the usual. */
const USUAL: Readonly<Record<string, string | number | boolean>> = {
  description: '',
  protocol: 'smtp',
  'tls.allow-invalid-certs': false,
  'auth.allow-cleartext': false,
  'limits.mx': 5,
  'limits.multihomed': 2,
  'ip-lookup': 'ipv4_then_ipv6',
  'ip-fallback': false,
}

export interface Saving {
  readonly changes: readonly ConfigChange[]
  readonly secrets: readonly { readonly name: string; readonly value: string }[]
}

/**
 * What to write for a form: the keys that differ from the route in the file, each by itself, so that comments beside the others stay.
 * @param before  the route in the file; null when it is new there
 */
export function formChanges(form: RouteForm, before: RouteView | null, queue: Queue): Saving {
  const base = ['queue', 'route', form.id]
  const change = (key: string, value: ConfigChange['value']): ConfigChange => ({ path: [...base, ...key.split('.')], value })
  const old = new Map(before === null ? [] : keysOf(formOf(before, queue)))
  const now = new Map(keysOf(form))
  const changes = [...now]
    .filter(([key, value]) => (old.has(key) ? old.get(key) !== value : USUAL[key] !== value))
    .map(([key, value]) => change(key, USUAL[key] === value && key !== 'tls.implicit' ? null : value))
  const hadAuth = before?.type === 'relay' && before.auth !== null
  if (hadAuth && !now.has('auth.username')) changes.push(change('auth', null))
  else for (const key of old.keys()) if (!now.has(key) && !key.startsWith('auth.')) changes.push(change(key, null))
  if (form.type !== 'relay') return { changes: [...changes, ...encryptionChanges(form.id, addressOf(before), null, queue)], secrets: [] }
  const password = now.has('auth.username') && form.password !== '' ? form.password : null
  const name = `route-${form.id}`
  if (password !== null) changes.push(change('auth.secret', `%{secret:${name}}%`))
  const policy = encryptionChanges(form.id, addressOf(before), { address: form.address, encryption: form.encryption }, queue)
  return { changes: [...changes, ...policy], secrets: password === null ? [] : [{ name, value: password }] }
}

const addressOf = (route: RouteView | null): string | null => (route?.type === 'relay' && !route.tls.implicit ? route.address : null)

/** Takes a route out of the file, with the TLS branch that was written for it. */
export function removalChanges(route: RouteView, queue: Queue): readonly ConfigChange[] {
  return [{ path: ['queue', 'route', route.id], value: null }, ...encryptionChanges(route.id, addressOf(route), null, queue)]
}

/** The connection test for what stands in the form now. `saved`: there is a password in the key store for it. */
export function testOf(form: RouteForm, saved: boolean): RelayTest {
  const port = Number(form.port)
  return {
    address: form.address.trim(),
    port: Number.isInteger(port) ? port : 0,
    protocol: form.protocol,
    encryption: form.encryption,
    allowInvalidCertificates: form.allowInvalid,
    username: form.username.trim(),
    password: form.password === '' && saved ? null : form.password,
    routeId: saved ? form.id : null,
    allowCleartext: form.allowCleartext,
  }
}

const FIELD_OF_KEY: Readonly<Record<string, RouteField>> = {
  description: 'name',
  address: 'address',
  port: 'port',
  protocol: 'protocol',
  'tls.implicit': 'encryption',
  'tls.allow-invalid-certs': 'allowInvalid',
  'auth.username': 'username',
  'auth.secret': 'password',
  'auth.allow-cleartext': 'allowCleartext',
  'limits.mx': 'maxHosts',
  'limits.multihomed': 'maxAddresses',
  'ip-lookup': 'ipLookup',
  'ip-fallback': 'ipFallback',
}

/** Sorts problems to the fields of a route's form; those of no field of it are the rest. */
export function sortIssues(
  issues: readonly Issue[],
  id: string,
): { readonly byField: Readonly<Partial<Record<RouteField, string>>>; readonly rest: readonly Issue[] } {
  const byField: Partial<Record<RouteField, string>> = {}
  const rest: Issue[] = []
  for (const issue of issues) {
    const prefix = `queue.route.${id}.`
    const field = issue.path.startsWith(prefix) ? FIELD_OF_KEY[issue.path.slice(prefix.length)] : undefined
    if (field === undefined) rest.push(issue)
    else byField[field] ??= issue.message
  }
  return { byField, rest }
}

/** Servers on these ports begin in clear text, so TLS from the start would only fail there; and the other way round on 465. */
export function portMismatch(form: Pick<RouteForm, 'type' | 'port' | 'encryption'>): 'implicit-on-clear' | 'starttls-on-465' | null {
  if (form.type !== 'relay') return null
  if (form.encryption === 'implicit') return ['24', '25', '587', '2525'].includes(form.port.trim()) ? 'implicit-on-clear' : null
  return form.port.trim() === '465' ? 'starttls-on-465' : null
}
