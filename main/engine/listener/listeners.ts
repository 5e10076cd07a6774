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
  let applying: Promise<unknown> = Promise.resolve()

  async function apply(): Promise<readonly ListenerState[]> {
    const wanted = wantedBinds(dependencies.settings().server.listeners, fingerprintOf(dependencies))
    for (const [key, listener] of open) if (!wanted.has(key)) await closeQuickly(listener)
    const kept = new Map<string, OpenListener>()
    const told: ListenerState[] = []
    for (const [key, { listener, bind }] of wanted) {
      try {
        const one = open.get(key) ?? (await openListener(listener, bind, dependencies, rate))
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
