import type { ListenerState } from '../../../main/contract/channels.ts'
import type { ListenerSettings } from '../../../main/contract/settings.ts'
import { t } from '../../lib/words/words.svelte.ts'

/** "Port 2525": what people call a listener. Where any free port was asked for, it is the one that was found. */
export function portsName(listener: ListenerSettings, states: readonly ListenerState[]): string {
  const asked = listener.bind.map((bind) => bind.port)
  const open = states.filter((state) => state.problem === null).map((state) => state.port)
  const ports = [...new Set(asked.includes(0) && open.length > 0 ? open : asked)].map(String)
  return ports.length === 1 ? t('listener.port.name', { port: ports[0] ?? '' }) : t('listener.ports.name', { ports: ports.join(', ') })
}
