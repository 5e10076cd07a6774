import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Defer } from './processes.ts'

/** A mail server as there are some: a line ends with CR LF, LF or CR, and a dot between any two line ends is the end of a message. */
export interface LenientHost {
  readonly address: string
  readonly port: number
  /** What it took for messages, octets as latin1, just as they came. */
  readonly messages: readonly string[]
  readonly commands: readonly string[]
}

const LINE_END = /\r\n|\n|\r(?!$)/
const MESSAGE_END = /(?:^|\r\n|\n|\r)\.(?:\r\n|\n|\r(?!$))/

export async function startLenientHost(defer: Defer): Promise<LenientHost> {
  const messages: string[] = []
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    talk(socket, messages, commands)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  defer(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port, messages, commands }
}

function talk(socket: Socket, messages: string[], commands: string[]): void {
  let input = ''
  let inMessage = false
  socket.write('220 lenient.test\r\n')
  socket.on('data', (chunk: Buffer) => {
    input += chunk.toString('latin1')
    for (;;) {
      const found = (inMessage ? MESSAGE_END : LINE_END).exec(input)
      if (found === null) return
      const before = input.slice(0, found.index)
      input = input.slice(found.index + found[0].length)
      if (inMessage) {
        messages.push(before)
        inMessage = false
        socket.write('250 2.0.0 taken\r\n')
        continue
      }
      commands.push(before)
      const verb = before.slice(0, 4).toUpperCase()
      inMessage = verb === 'DATA'
      if (verb === 'QUIT') socket.end('221 bye\r\n')
      else socket.write(inMessage ? '354 go on\r\n' : verb === 'EHLO' ? '250-lenient.test\r\n250 8BITMIME\r\n' : '250 2.0.0 fine\r\n')
    }
  })
}
