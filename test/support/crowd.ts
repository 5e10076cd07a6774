import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Many clients at once, each with a loopback address of its own choice. Everything here is load on purpose, so it runs on real time. */
export interface Crowd {
  /** What was refused with 4xx or 5xx, or broke off. */
  readonly refused: readonly string[]
  /** Messages taken, or connections made. */
  readonly done: number
  disperse(): Promise<void>
}

const MESSAGE = 'From: scanner@office.test\r\nSubject: page\r\n\r\n'

/** One client, line by line. */
class Client {
  readonly socket: Socket
  #input = ''
  #wake: () => void = () => undefined
  #ended = false

  constructor(port: number, from: string) {
    this.socket = connect({ port, host: '127.0.0.1', localAddress: from })
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => {
      this.#input += text
      this.#wake()
    })
    this.socket.on('error', () => this.socket.destroy())
    this.socket.on('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  async hears(): Promise<string> {
    for (;;) {
      const reply = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#input)?.[0]
      if (reply !== undefined) {
        this.#input = this.#input.slice(reply.length)
        return reply
      }
      if (this.#ended) return '000 the connection broke off'
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async says(text: string): Promise<string> {
    this.socket.write(text)
    return this.hears()
  }
}

async function isClosed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close')
}

/** 127.x.y.z of this crowd; `perAddress` clients share one. */
function addressOf(crowd: number, client: number, perAddress: number): string {
  return `127.${crowd}.0.${1 + Math.floor(client / perAddress)}`
}

/** Greeted, and then silent for as long as the crowd stands. */
export async function idlers(port: number, count: number): Promise<Crowd> {
  const refused: string[] = []
  const clients = Array.from({ length: count }, (_, i) => new Client(port, addressOf(61, i, 20)))
  for (const client of clients) {
    for (const reply of [await client.hears(), await client.says('EHLO idle\r\n')]) if (!reply.startsWith('2')) refused.push(reply)
  }
  return {
    refused,
    done: count - refused.length,
    async disperse() {
      for (const { socket } of clients) socket.destroy()
      await Promise.all(clients.map(({ socket }) => isClosed(socket)))
    },
  }
}

/** One message after another on each connection, with a pause between them. */
export function busy(port: number, count: number, bytes: number, pauseMs: number): Crowd {
  const refused: string[] = []
  let done = 0
  let over = false
  const body = `${MESSAGE}${'x'.repeat(76)}\r\n`.padEnd(bytes, 'page after page\r\n').replace(/\r?\n?$/, '\r\n')
  async function work(client: Client): Promise<void> {
    const replies = [await client.hears(), await client.says('EHLO busy\r\n')]
    while (!over && replies.every((reply) => /^[23]/.test(reply))) {
      replies.length = 0
      for (const line of ['MAIL FROM:<scanner@office.test>\r\n', 'RCPT TO:<ann@office.test>\r\n', 'DATA\r\n', `${body}.\r\n`]) {
        replies.push(await client.says(line))
      }
      done += 1
      await pause(pauseMs)
    }
    refused.push(...replies.filter((reply) => !/^[23]/.test(reply)))
    client.socket.end('QUIT\r\n')
  }
  const all = Promise.all(Array.from({ length: count }, (_, i) => work(new Client(port, addressOf(62, i, 5)))))
  return {
    refused,
    get done() {
      return done
    },
    async disperse() {
      over = true
      await all
    },
  }
}

/** Slowloris: commands and messages that come a byte at a time and never end. */
export function dawdlers(port: number, count: number, everyMs: number): Crowd {
  const sockets = Array.from({ length: count }, (_, i) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: addressOf(63, i, 40) })
    socket.on('error', () => socket.destroy())
    socket.resume()
    // Half of them dawdle in a command, half in a message.
    if (i % 2 === 0) socket.write('EHLO slow\r\nMAIL FROM:<a@office.test>\r\nRCPT TO:<ann@office.test>\r\nDATA\r\n')
    return socket
  })
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x')
  }, everyMs)
  return {
    refused: [],
    done: count,
    async disperse() {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      await Promise.all(sockets.map(isClosed))
    },
  }
}

/** So many new connections a minute from one address; each hears its greeting and goes. */
export function knockers(port: number, perMinute: number): Crowd {
  const refused: string[] = []
  const open = new Set<Promise<void>>()
  const begunAt = performance.now()
  let begun = 0
  let done = 0
  async function knock(): Promise<void> {
    const client = new Client(port, '127.64.0.1')
    const reply = await client.hears()
    done += 1
    if (!reply.startsWith('220')) refused.push(reply)
    client.socket.destroy()
  }
  const timer = setInterval(() => {
    const due = ((performance.now() - begunAt) * perMinute) / 60_000
    for (; begun < due; begun += 1) {
      const one = knock().finally(() => open.delete(one))
      open.add(one)
    }
  }, 10)
  return {
    refused,
    get done() {
      return done
    },
    async disperse() {
      clearInterval(timer)
      await Promise.all(open)
    },
  }
}

/**
 * A device that sends one small message after another, each on a connection of its own.
 * @returns for each, milliseconds from connecting to the 250 behind the dot
 * @throws Error with the reply when one is refused
 */
export async function goodDevice(port: number, messages: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < messages; i += 1) {
    const begunAt = performance.now()
    const client = new Client(port, '127.0.0.1')
    const replies = [await client.hears()]
    for (const line of ['EHLO good', 'MAIL FROM:<scanner@office.test>', 'RCPT TO:<ann@office.test>', 'DATA', `${MESSAGE}page\r\n.`]) {
      replies.push(await client.says(`${line}\r\n`))
    }
    times.push(performance.now() - begunAt)
    const refused = replies.find((reply) => !/^[23]/.test(reply))
    if (refused !== undefined) throw new Error(`The good device was refused: ${refused}`)
    client.socket.end('QUIT\r\n')
    await pause(20)
  }
  return times
}

/** Bytes that a process holds in memory. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1024
}
