/**
 * A program: strangers at work in a network namespace that a test has made. Its argument is JSON, a list of {@link Visit}; it prints JSON, a {@link Visited} for each.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Probe } from './probes.ts'

export interface Visit {
  /** Address to come from, address and port to go to. */
  readonly from: string
  readonly host: string
  readonly port: number
  readonly security: 'none' | 'starttls' | 'implicit'
  readonly probe: Probe
}

export interface Visited {
  /** Every reply's first line. */
  readonly heard: readonly string[]
}

/** As many at the same time as one address may have connections, shared by several. */
const AT_A_TIME = 45
const PATIENCE_MS = 30_000

async function visit({ from, host, port, security, probe }: Visit): Promise<Visited> {
  const heard: string[] = []
  let input = ''
  const line = { ended: false }
  let wake = (): void => undefined
  const listen = (socket: Socket): Socket => {
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      input += chunk.toString('latin1')
      wake()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      line.ended = true
      wake()
    })
    return socket
  }
  const secure = async (plain: Socket): Promise<Socket> => {
    plain.removeAllListeners('data')
    const socket = connectTls({ socket: plain, rejectUnauthorized: false })
    listen(socket)
    await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]).catch(() => undefined)
    return socket
  }
  const reply = async (): Promise<void> => {
    for (;;) {
      const found = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(input)?.[0]
      if (found !== undefined) {
        input = input.slice(found.length)
        heard.push(found.trimEnd().split('\r\n').at(-1) ?? '')
        return
      }
      if (line.ended) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  let socket: Socket = connect({ host, port, localAddress: from, ...(from.includes(':') ? { family: 6 } : {}) })
  if (security !== 'implicit') listen(socket)
  try {
    await once(socket, 'connect')
  } catch (thrown) {
    return { heard: [`no connection: ${String(thrown)}`] }
  }
  if (security === 'implicit') socket = await secure(socket)
  if (probe.early !== undefined) socket.write(probe.early)
  await reply()
  const say = async (text: string): Promise<void> => {
    if (line.ended) return
    socket.write(`${text}\r\n`, 'utf8')
    // An empty line is answered in a sign-in only; what it brings is read with the goodbye.
    if (text !== '') await reply()
  }
  if (security === 'starttls') {
    await say('EHLO far.test')
    await say('STARTTLS')
    if (!line.ended) socket = await secure(socket)
  }
  const lines = /^(?:EHLO|HELO|NOOP|POST)/.test(probe.lines[0] ?? '') ? probe.lines : ['EHLO far.test', ...probe.lines]
  if (probe.atOnce === true) {
    socket.write(`${lines.join('\r\n')}\r\nQUIT\r\n`)
  } else {
    for (const each of lines) await say(each)
    if (!line.ended) socket.write('QUIT\r\n')
  }
  while (!line.ended && heard.at(-1)?.startsWith('221') !== true) await reply()
  socket.destroy()
  return { heard }
}

const visits = JSON.parse(process.argv[2] ?? '[]') as readonly Visit[]
const visited: Visited[] = []
let next = 0
async function work(): Promise<void> {
  for (let i = next++; i < visits.length; i = next++) visited[i] = await visit(visits[i] as Visit)
}
await Promise.all(Array.from({ length: AT_A_TIME }, work))
process.stdout.write(JSON.stringify(visited))
