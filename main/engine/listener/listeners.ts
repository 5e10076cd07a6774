import type { ListenerSettings, ListenerState } from '../../contract/index.ts'
import { openListener } from './one-listener.ts'
import type { OpenListener } from './one-listener.ts'
import { createMessageRate } from './rate.ts'
import type { ListenerDependencies, Listeners } from './types.ts'

/** All listeners of the settings. Changing one never touches sessions on another. */
export function createListeners(dependencies: ListenerDependencies): Listeners {
  const rate = createMessageRate(dependencies.clock)
  let open = new Map<string, OpenListener>()
  let states: ListenerState[] = []

  return {
    get states() {
      return states
    },
    async apply() {
      const wanted = wantedBinds(dependencies.settings().server.listeners, fingerprintOf(dependencies))
      for (const [key, listener] of open) if (!wanted.has(key)) await closeQuickly(listener)
      const kept = new Map<string, OpenListener>()
      states = []
      for (const [key, { listener, bind }] of wanted) {
        try {
          const one = open.get(key) ?? (await openListener(listener, bind, dependencies, rate))
          kept.set(key, one)
          states.push(one.state)
        } catch (thrown) {
          const problem = thrown instanceof Error ? thrown.message : String(thrown)
          states.push({ id: listener.id, ...bind, tls: listener.tls, auth: listener.auth, problem })
        }
      }
      open = kept
      return states
    },
    async close(graceMs) {
      await Promise.all([...open.values()].map((listener) => listener.close(graceMs)))
      open = new Map()
      states = []
    },
  }
}

/** A listener that is no longer wanted lets running transactions end in the background. */
async function closeQuickly(listener: OpenListener): Promise<void> {
  const closing = listener.close(60_000)
  // The port itself is free as soon as the server stopped listening, which is before the next turn of the event loop.
  await Promise.race([closing, Promise.resolve()])
}

/** Everything a listener is built from: when it changes, the listener is opened anew. */
function wantedBinds(
  listeners: readonly ListenerSettings[],
  shared: string,
): Map<string, { listener: ListenerSettings; bind: { address: string; port: number } }> {
  return new Map(
    listeners.flatMap((listener) =>
      listener.bind.map((bind) => [JSON.stringify([listener.id, listener.tls, listener.auth, bind, shared]), { listener, bind }] as const),
    ),
  )
}

function fingerprintOf(dependencies: ListenerDependencies): string {
  const { limits, server } = dependencies.settings()
  return JSON.stringify([server.hostname, limits.maxMessageBytes, limits.maxConnections])
}
