import { createTransport } from 'nodemailer'
import { messageIdOf, trickyMessage } from './messages.ts'

export interface Load {
  /** What was answered 250, by Message-ID. */
  readonly accepted: ReadonlyMap<string, string>
  /** What was handed over, whatever came of it. */
  readonly sent: ReadonlyMap<string, string>
  /** What the engine said when it refused one. A connection that ended says nothing. */
  readonly refusals: readonly string[]
  /** Ends when that many more have been accepted, or all clients have given up. */
  until(more: number): Promise<void>
  /** No client begins another message; ends when all have ended. */
  stop(): Promise<void>
}

export interface LoadOptions {
  /** Bytes beyond a few hundred of the next message. Unless given most are small, and every seventh is one of those that get a file of their own. */
  readonly sizeOf?: (index: number) => number
}

const PADDING = 'pages and pages\r\n'

/** Clients that hand in one message after another, each on a connection of its own, until they are stopped or nobody answers. */
export function startLoad(port: number, clients: number, to: string[], options: LoadOptions = {}): Load {
  const { sizeOf = (index) => (index % 7 === 6 ? 100_000 * PADDING.length : 0) } = options
  const accepted = new Map<string, string>()
  const sent = new Map<string, string>()
  const refusals: string[] = []
  let stopped = false
  let woken: (() => void) | null = null

  async function client(): Promise<void> {
    const transport = createTransport({ host: '127.0.0.1', port, pool: true, maxConnections: 1, maxMessages: Infinity, ignoreTLS: true })
    try {
      while (!stopped) {
        const message = `${trickyMessage('load')}${PADDING.repeat(Math.floor(sizeOf(sent.size) / PADDING.length))}`
        const id = messageIdOf(message)
        sent.set(id, message)
        await transport.sendMail({ envelope: { from: 'scanner@device.test', to }, raw: Buffer.from(message, 'latin1') })
        accepted.set(id, message)
        woken?.()
      }
    } catch (thrown) {
      // Nobody answers any more: what was not accepted is the sender's.
      if (thrown instanceof Error && 'response' in thrown && typeof thrown.response === 'string') refusals.push(thrown.response)
    } finally {
      transport.close()
    }
  }

  const all = Promise.all(Array.from({ length: clients }, client)).then(() => woken?.())
  return {
    accepted,
    sent,
    refusals,
    async until(more) {
      const enough = accepted.size + more
      const ended = all.then(() => true)
      for (;;) {
        if (accepted.size >= enough) return
        const next = new Promise<false>((resolve) => (woken = () => resolve(false)))
        if (await Promise.race([next, ended])) return
      }
    },
    async stop() {
      stopped = true
      await all
    },
  }
}
