import type { ListenerSettings, ListenerState } from '../../contract/index.ts'
import { openListener } from './one-listener.ts'
import type { OpenListener } from './one-listener.ts'
import type { ListenerDependencies, Listeners } from './types.ts'

/** What a running transaction gets when its listener is changed or taken away. */
const CHANGE_GRACE_MS = 60_000

/** All listeners of the settings. Changing one never touches sessions on another. */
export function createListeners(dependencies: ListenerDependencies): Listeners {
  let open = new Map<string, OpenListener>()
  let states: ListenerState[] = []
  const ending = new Set<OpenListener>()
  let applying: Promise<unknown> = Promise.resolve()

  /** The port is free when it resolves, for whoever wants it next; running transactions end in the background. */
  async function letEnd(listener: OpenListener): Promise<void> {
    const { over } = await listener.close(CHANGE_GRACE_MS)
    ending.add(listener)
    void over.then(() => ending.delete(listener))
  }

  async function apply(): Promise<readonly ListenerState[]> {
    const wanted = wantedBinds(dependencies.settings().server.listeners)
    for (const [key, listener] of open) if (!wanted.has(key)) await letEnd(listener)
    const kept = new Map<string, OpenListener>()
    const told: ListenerState[] = []
    for (const [key, { listener, bind }] of wanted) {
      try {
        const one = open.get(key) ?? (await openListener(listener, bind, dependencies))
        kept.set(key, one)
        told.push(one.state)
      } catch (thrown) {
        const problem = thrown instanceof Error ? thrown.message : String(thrown)
        told.push({ id: listener.id, ...bind, tls: listener.tls, auth: listener.auth, problem })
      }
    }
    open = kept
    states = told
    return told
  }

  return {
    get states() {
      return states
    },
    // One after the other: two changes in quick succession must not both open the same port.
    apply() {
      const next = applying.then(apply)
      applying = next
      return next
    },
    async close(graceMs) {
      await applying
      const closed = await Promise.all([...open.values(), ...ending].map((listener) => listener.close(graceMs)))
      await Promise.all(closed.map(({ over }) => over))
      open = new Map()
      states = []
    },
  }
}

/** Everything a port is built from: when it changes, it is opened anew. Names and limits are asked for as they are needed. */
function wantedBinds(
  listeners: readonly ListenerSettings[],
): Map<string, { listener: ListenerSettings; bind: { address: string; port: number } }> {
  return new Map(
    listeners.flatMap((listener) => listener.bind.map((bind) => [JSON.stringify({ ...listener, bind }), { listener, bind }] as const)),
  )
}
