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
    return [{ id: state.id, server, port: state.port, tls: state.tls, auth: state.auth, legacy }]
  })
  return [...found.filter((one) => !LOOPBACK.test(one.server)), ...found.filter((one) => LOOPBACK.test(one.server))]
}
