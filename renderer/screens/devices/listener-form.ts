import type { ConfigChange } from '../../../main/contract/channels.ts'
import type { ListenerSettings } from '../../../main/contract/settings.ts'

/** A listener as it stands in its dialog, and the keys it becomes. */

export type Reachable = 'all' | 'here' | 'own'
/** Which of the two is needed: to stand in an allowed network, to sign in, one of them or both. */
export type WhoMay = 'networks' | 'either' | 'login' | 'both'

export interface ListenerForm {
  reachable: Reachable
  port: string
  /** One `address:port` a line, when `reachable` is `own`. */
  binds: string
  tls: ListenerSettings['tls']
  who: WhoMay
  cleartext: ListenerSettings['authCleartext']
  legacy: boolean
}
export type ListenerProblem = 'listener.problem.port' | 'listener.problem.binds' | 'listener.problem.taken'
export type ListenerProblems = Readonly<Partial<Record<'port' | 'binds', ListenerProblem>>>

type Bind = ListenerSettings['bind'][number]
const ALL = ['0.0.0.0', '::']
const HERE = ['127.0.0.1', '::1']

export const newListener = (): ListenerForm => ({
  reachable: 'all',
  port: '465',
  binds: '',
  tls: 'implicit',
  who: 'either',
  cleartext: 'never',
  legacy: false,
})

export function listenerFormOf(listener: ListenerSettings): ListenerForm {
  const ports = new Set(listener.bind.map((bind) => bind.port))
  const within = (addresses: readonly string[]): boolean =>
    ports.size === 1 && listener.bind.every((bind) => addresses.includes(bind.address))
  return {
    reachable: within(ALL) ? 'all' : within(HERE) ? 'here' : 'own',
    port: String(listener.bind[0]?.port ?? ''),
    binds: listener.bind.map(bindText).join('\n'),
    tls: listener.tls,
    who: whoMay(listener),
    cleartext: listener.authCleartext,
    legacy: isLegacy(listener),
  }
}

export function whoMay({ auth, authFrom }: ListenerSettings): WhoMay {
  if (auth === 'required') return authFrom === 'networks' ? 'both' : 'login'
  return auth === 'none' ? 'networks' : 'either'
}
const authOf = { networks: 'none', either: 'optional', login: 'required', both: 'required' } as const

/** Takes TLS 1.0 as well: weak, and said wherever the listener is shown. */
export const isLegacy = (listener: ListenerSettings): boolean => listener.tlsProfile === 'legacy'

/** `192.168.1.20:2525`, `[::1]:2525` */
export const bindText = ({ address, port }: Bind): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)

function readBind(text: string): Bind | null {
  const found = /^(?:\[([0-9a-f:.%]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(text.trim())
  const port = Number(found?.[3])
  return found === null || port > 65_535 ? null : { address: found[1] ?? found[2] ?? '', port }
}
const readPort = (text: string): number | null => {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN
  return port >= 0 && port <= 65_535 ? port : null
}

/** The addresses and ports of a form; null when they cannot be read. What was bound before keeps its addresses when only the port changes. */
export function bindsOf(form: ListenerForm, before: ListenerSettings | null): readonly Bind[] | null {
  if (form.reachable === 'own') {
    const lines = form.binds.split(/[\n,]/).filter((line) => line.trim() !== '')
    const binds = lines.map(readBind).filter((bind) => bind !== null)
    return binds.length === lines.length && binds.length > 0 ? binds : null
  }
  const port = readPort(form.port)
  if (port === null) return null
  const kept = before !== null && listenerFormOf(before).reachable === form.reachable ? before.bind.map((bind) => bind.address) : null
  return (kept ?? (form.reachable === 'all' ? ALL : HERE)).map((address) => ({ address, port }))
}

/** What is wrong with a form before it is sent; the engine says the rest. */
export function listenerProblems(
  form: ListenerForm,
  before: ListenerSettings | null,
  others: readonly ListenerSettings[],
): ListenerProblems {
  const binds = bindsOf(form, before)
  const field = form.reachable === 'own' ? 'binds' : 'port'
  if (binds === null) return form.reachable === 'own' ? { binds: 'listener.problem.binds' } : { port: 'listener.problem.port' }
  const meets = (a: Bind, b: Bind): boolean =>
    a.port !== 0 && a.port === b.port && (a.address === b.address || ALL.includes(a.address) || ALL.includes(b.address))
  const taken = others.some((other) => other.bind.some((bind) => binds.some((mine) => meets(bind, mine))))
  return taken ? { [field]: 'listener.problem.taken' } : {}
}

/**
 * The keys to write. Without a table in the file there is the listener `lan` all the same, until a first one is written: it is written beside a
 * new one, so that it does not go away by that.
 */
export function listenerChanges(
  form: ListenerForm,
  before: ListenerSettings | null,
  all: readonly ListenerSettings[],
): readonly ConfigChange[] {
  const binds = bindsOf(form, before)
  if (binds === null) return []
  const id = before?.id ?? freeId(binds[0]?.port ?? 0, all)
  const was = before === null ? null : listenerFormOf(before)
  const changes = [key(id, 'bind', binds.map(bindText)), key(id, 'tls', form.tls)]
  if (form.who !== was?.who) changes.push(key(id, 'auth', authOf[form.who]), ...fromOf(id, form.who, was?.who))
  if (form.cleartext !== (was?.cleartext ?? 'never')) changes.push(key(id, 'auth-cleartext', form.cleartext))
  const legacy = form.legacy && form.tls !== 'none'
  if (legacy !== (was?.legacy ?? false)) changes.push(key(id, 'tls-profile', legacy ? 'legacy' : null))
  return before === null && all.length === 1 ? [...all.flatMap(written), ...changes] : changes
}
const fromOf = (id: string, who: WhoMay, was: WhoMay | undefined): readonly ConfigChange[] =>
  who === 'both' ? [key(id, 'auth-from', 'networks')] : was === 'both' ? [key(id, 'auth-from', null)] : []
const written = (listener: ListenerSettings): readonly ConfigChange[] => [
  key(listener.id, 'bind', listener.bind.map(bindText)),
  key(listener.id, 'tls', listener.tls),
  key(listener.id, 'auth', listener.auth),
]
const key = (id: string, name: string, value: ConfigChange['value']): ConfigChange => ({ path: ['server', 'listener', id, name], value })

/** A name for the file that nobody has to think of: `port-465`. */
function freeId(port: number, all: readonly ListenerSettings[]): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? `port-${port}` : `port-${port}-${number}`
    if (!all.some((listener) => listener.id === id)) return id
  }
}

/** A port that devices expect to speak another way: a mistake nine times out of ten. */
export function portHint(form: ListenerForm): 'listener.hint.implicit' | 'listener.hint.starttls' | 'listener.hint.low' | null {
  const port = form.reachable === 'own' ? null : readPort(form.port)
  if (port === null) return null
  if (port === 465 && form.tls !== 'implicit') return 'listener.hint.implicit'
  if ((port === 25 || port === 587 || port === 2525) && form.tls === 'implicit') return 'listener.hint.starttls'
  return port > 0 && port < 1024 ? 'listener.hint.low' : null
}
