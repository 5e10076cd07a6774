import { createTransport } from 'nodemailer'
import { messageIdOf, trickyMessage } from './messages.ts'

export interface Load {
  /** What was answered 250, by Message-ID. */
  readonly accepted: ReadonlyMap<string, string>
  /** What was handed over, whatever came of it. */
  readonly sent: ReadonlyMap<string, string>
  /** Ends when that many more have been accepted, or all clients have given up. */
  until(more: number): Promise<void>
  /** No client begins another message; ends when all have ended. */
  stop(): Promise<void>
}

/** Clients that hand in one message after another, each on a connection of its own, until they are stopped or nobody answers. */
export function startLoad(port: number, clients: number, to: string[]): Load {
  const accepted = new Map<string, string>()
  const sent = new Map<string, string>()
  let stopped = false
  let woken: (() => void) | null = null

  async function client(): Promise<void> {
    const transport = createTransport({ host: '127.0.0.1', port, pool: true, maxConnections: 1, maxMessages: Infinity, ignoreTLS: true })
    try {
      while (!stopped) {
        // Most messages are small; every seventh is one of those that get a file of their own.
        const message = `${trickyMessage('load')}${sent.size % 7 === 6 ? 'pages and pages\r\n'.repeat(20_000) : ''}`
        const id = messageIdOf(message)
        sent.set(id, message)
        await transport.sendMail({ envelope: { from: 'scanner@device.test', to }, raw: Buffer.from(message, 'latin1') })
        accepted.set(id, message)
        woken?.()
      }
    } catch {
      // Nobody answers any more: what was not accepted is the sender's.
    } finally {
      transport.close()
    }
  }

  const all = Promise.all(Array.from({ length: clients }, client)).then(() => woken?.())
  return {
    accepted,
    sent,
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
