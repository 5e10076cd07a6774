import type { ListenerSettings, ListenerState } from '../../contract/index.ts'
import { errorCode } from '../system/index.ts'
import type { Clock } from '../system/index.ts'
import { Conversation } from './session/connection.ts'
import type { ListenerDependencies } from './types.ts'

/** What everybody could do a thousand times a minute is told once in this time for each address. */
const SELDOM_MS = 60_000
/** More addresses than knock in that time anywhere but in an attack; then everybody is forgotten and told once more. */
const MAX_SELDOM = 1_000

/** One address and port of one listener, open. */
export interface OpenListener {
  readonly state: ListenerState
  /**
   * Takes no more clients: the port is free when it resolves. Clients without a message under way are told and let go; the others get `graceMs`.
   * `over` resolves when all have gone. Called again, the shorter grace counts.
   */
  close(graceMs: number): Promise<{ readonly over: Promise<void> }>
}

/** @throws Error with words for people when the port cannot be opened */
export async function openListener(
  listener: ListenerSettings,
  bind: { readonly address: string; readonly port: number },
  dependencies: ListenerDependencies,
): Promise<OpenListener> {
  const conversations = new Map<Conversation, Promise<void>>()
  const seldom = createSeldom(dependencies.clock)
  // Asked for now, so that trouble with it shows before the first device comes.
  if (listener.tls !== 'none') await dependencies.certificate()
  const port = await dependencies.network
    .listen(
      bind,
      (connection) => {
        const conversation = new Conversation(connection, { listener, port: port.port, seldom }, dependencies)
        conversations.set(
          conversation,
          conversation.run().finally(() => conversations.delete(conversation)),
        )
      },
      (error) => dependencies.problem(error.message, `listener ${listener.id}`),
    )
    .catch((thrown: unknown) => {
      throw new Error(openingProblem(thrown, bind), { cause: thrown })
    })
  let closing: Promise<void> | null = null
  return {
    state: { id: listener.id, address: port.address, port: port.port, tls: listener.tls, auth: listener.auth, problem: null },
    async close(graceMs) {
      closing ??= port.close()
      await closing
      const left = Promise.all(conversations.values())
      for (const conversation of conversations.keys()) conversation.stop()
      const timer = dependencies.clock.after(graceMs, () => {
        for (const conversation of conversations.keys()) conversation.cut()
      })
      return { over: left.then(() => timer.cancel()) }
    },
  }
}

/** Whether to tell something again. Bounded, whoever comes. */
function createSeldom(clock: Clock): (key: string) => boolean {
  const toldAt = new Map<string, number>()
  return (key) => {
    const now = clock.monotonic()
    const last = toldAt.get(key)
    if (last !== undefined && now - last < SELDOM_MS) return false
    if (toldAt.size >= MAX_SELDOM) toldAt.clear()
    toldAt.set(key, now)
    return true
  }
}

/** Why a port cannot be opened, and what to do about it. */
function openingProblem(thrown: unknown, bind: { readonly address: string; readonly port: number }): string {
  const where = `${bind.address} port ${bind.port}`
  switch (errorCode(thrown)) {
    case 'EADDRINUSE':
      return `Another program already listens on ${where}. End that program, or choose another port.`
    case 'EACCES':
      return `This system does not let Mailroom open ${where}. Ports below 1024 need special permission; choose 2525 or another high port.`
    case 'EADDRNOTAVAIL':
      return `This computer has no address ${bind.address}. Correct "bind", or use 0.0.0.0 for all addresses.`
    default:
      return `${where} cannot be opened: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
}
