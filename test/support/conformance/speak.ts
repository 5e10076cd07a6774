import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** Where a conversation stands before the bytes of a case are sent. */
export const STATES = {
  connected: [],
  'said HELO': ['HELO client.test'],
  'said EHLO': ['EHLO client.test'],
  'MAIL taken': ['EHLO client.test', 'MAIL FROM:<ann@client.test>'],
  'RCPT taken': ['EHLO client.test', 'MAIL FROM:<ann@client.test>', 'RCPT TO:<bob@server.test>'],
  'message taken': ['EHLO client.test', 'MAIL FROM:<ann@client.test>', 'RCPT TO:<bob@server.test>', 'DATA', 'Subject: x\r\n\r\nx\r\n.'],
  'said EHLO with SMTPUTF8': ['EHLO client.test', 'MAIL FROM:<ann@client.test> SMTPUTF8'],
  'TLS begun': ['EHLO client.test', 'STARTTLS'],
  'EHLO under TLS': ['EHLO client.test', 'STARTTLS', 'EHLO client.test'],
  'signing in': ['EHLO client.test', 'STARTTLS', 'EHLO client.test', 'AUTH PLAIN'],
  'signed in': ['EHLO client.test', 'STARTTLS', 'EHLO client.test', `AUTH PLAIN ${base64('\0scanner\0pa55')}`],
  'MAIL taken under TLS': ['EHLO client.test', 'STARTTLS', 'EHLO client.test', 'MAIL FROM:<ann@client.test>'],
} as const satisfies Record<string, readonly string[]>

export type State = keyof typeof STATES

export interface Target {
  readonly host: string
  readonly port: number
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** No answer takes as long on a computer that is not stuck. */
const PATIENCE_MS = 20_000
const WHOLE_REPLY = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/

/**
 * Brings a conversation into a state, sends the bytes with QUIT behind them, and hears it out.
 * @param sends  octets as latin1
 * @returns each reply's code and enhanced status, separated by `, `, without the one to QUIT; `closes` at the end when the server went before that,
 *   `nothing` when it kept silent
 */
export async function converse(target: Target, state: State, sends: string): Promise<string> {
  const wire = await dial(target)
  try {
    for (const line of ['', ...STATES[state]]) {
      if (line !== '') wire.send(`${line}\r\n`)
      const reply = await wire.reply()
      if (!/^[23]/.test(reply)) throw new Error(`"${state}" was not reached: ${JSON.stringify(line)} heard ${reply}`)
      if (line === 'STARTTLS') await wire.encrypt()
    }
    // After this the server expects a handshake, and a QUIT would be none.
    if (/^STARTTLS\s*\r\n$/i.test(sends)) {
      wire.send(sends)
      return short(await wire.reply())
    }
    wire.send(`${sends}QUIT\r\n`)
    return summary(await wire.rest(), /^QUIT/i.test(sends))
  } finally {
    wire.hangUp()
  }
}

/** @param quits  the case itself is a QUIT: the goodbye is its answer */
function summary(replies: readonly string[], quits: boolean): string {
  const said = replies.map(short)
  const goodbye = said.at(-1) === '221 2.0.0' && !(quits && said.length === 1)
  return (goodbye ? said.slice(0, -1) : [...said, 'closes']).join(', ') || 'nothing'
}

/** `250 2.1.0` of a reply with all its lines; the status is missing where it has none. */
function short(reply: string): string {
  const [, code = '', status] = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})(?= |$))?/m.exec(reply) ?? []
  return status === undefined ? code : `${code} ${status}`
}

interface Wire {
  send(latin1: string): void
  reply(): Promise<string>
  /** All replies until the server closes. */
  rest(): Promise<string[]>
  encrypt(): Promise<void>
  hangUp(): void
}

async function dial({ host, port }: Target): Promise<Wire> {
  let input = ''
  let ended = false
  let wake = (): void => undefined
  const listen = (socket: Socket): Socket => {
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      input += chunk.toString('latin1')
      wake()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      ended = true
      wake()
    })
    return socket
  }
  const plain = connect({ host, port })
  await once(plain, 'connect')
  let socket = listen(plain)
  const news = (): Promise<void> => new Promise((resolve) => (wake = resolve))
  async function next(): Promise<string | null> {
    for (;;) {
      const found = WHOLE_REPLY.exec(input)?.[0]
      if (found !== undefined) {
        input = input.slice(found.length)
        return found.trimEnd()
      }
      if (ended) return null
      await news()
    }
  }
  return {
    send: (latin1) => void socket.write(latin1, 'latin1'),
    async reply() {
      return (await next()) ?? 'closed'
    },
    async rest() {
      const all: string[] = []
      for (let one = await next(); one !== null; one = await next()) all.push(one)
      return all
    },
    async encrypt() {
      plain.removeAllListeners('data')
      plain.removeAllListeners('close')
      const secure = connectTls({ socket: plain, rejectUnauthorized: false })
      await once(secure, 'secureConnect')
      socket = listen(secure)
    },
    hangUp: () => void socket.destroy(),
  }
}
