import type { Status } from '../../../main/contract/channels.ts'
import type { ListenerSettings } from '../../../main/contract/settings.ts'
import { isLegacy } from './listener-form.ts'

/** What one types into a device to reach a listener. */
export interface ToType {
  readonly id: string
  readonly server: string
  readonly port: number
  readonly tls: ListenerSettings['tls']
  readonly auth: ListenerSettings['auth']
  readonly legacy: boolean
  /** From where one may sign in without encryption. */
  readonly cleartext: ListenerSettings['authCleartext']
}

const EVERY_ADDRESS = ['0.0.0.0', '::', '']
const LOOPBACK = /^(127\.|::1$)/

/** The open ports that a device can reach, each once, in the order of the settings; those that only this computer reaches come last. */
export function toType(status: Status | null, listeners: readonly ListenerSettings[]): readonly ToType[] {
  if (status === null) return []
  const seen = new Set<string>()
  const found = status.listeners.flatMap((state): readonly ToType[] => {
    const server = EVERY_ADDRESS.includes(state.address) ? (status.addresses[0] ?? state.address) : state.address
    const key = `${state.id} ${state.port}`
    if (state.problem !== null || seen.has(key)) return []
    seen.add(key)
    const settings = listeners.find((listener) => listener.id === state.id)
    const legacy = settings !== undefined && isLegacy(settings)
    const cleartext = settings?.authCleartext ?? 'never'
    return [{ id: state.id, server, port: state.port, tls: state.tls, auth: state.auth, legacy, cleartext }]
  })
  return [...found.filter((one) => !LOOPBACK.test(one.server)), ...found.filter((one) => LOOPBACK.test(one.server))]
}

/** What a device must choose: where a password would be readable on the way, a port that may do without encryption wants STARTTLS. */
export const securityFor = (to: ToType, signIn: boolean): ToType['tls'] =>
  signIn && to.tls === 'optional' && to.cleartext !== 'private' ? 'required' : to.tls

/** The port for a login: one where encryption is sure, else one that takes logins at all; null when there is none. */
export function placeForLogins(places: readonly ToType[]): ToType | null {
  const taking = places.filter((place) => place.auth !== 'none' && (place.tls !== 'none' || place.cleartext === 'private'))
  return taking.find((place) => place.tls === 'implicit' || place.tls === 'required') ?? taking[0] ?? null
}
