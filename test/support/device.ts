import { connect } from 'node:net'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A device that speaks SMTP word for word as the test says. */
export interface Device {
  /** Sends a line, if any, and gives back the whole reply, its lines separated by `\n`. */
  says(line?: string): Promise<string>
  /** Sends bytes as they are and waits for nothing. */
  sends(bytes: string | Uint8Array): void
  /** The next reply. */
  hears(): Promise<string>
  /** Goes away without a word. */
  hangsUp(): void
  /** Resolves when the other side has closed. */
  readonly closed: Promise<void>
}

/** @param from  this computer's own address to come from, 127.0.0.2 for example */
export async function connectDevice(port: number, host = '127.0.0.1', from?: string): Promise<Device> {
  const socket = connect({ port, host, ...(from === undefined ? {} : { localAddress: from }) })
  let input = ''
  let ended = false
  let wake: () => void = () => undefined
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    input += text
    wake()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      ended = true
      wake()
      resolve()
    })
  })
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  const device: Device = {
    async says(line) {
      if (line !== undefined) socket.write(`${line}\r\n`)
      return device.hears()
    },
    sends: (bytes) => void socket.write(bytes),
    async hears() {
      for (;;) {
        const reply = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(input)
        if (reply !== null) {
          input = input.slice(reply[0].length)
          return reply[0].replaceAll('\r', '').trimEnd()
        }
        if (ended) throw new Error(`the connection closed; unread: ${JSON.stringify(input)}`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    hangsUp: () => void socket.destroy(),
    closed,
  }
  return device
}

/** A whole transaction. @returns the reply to the final dot, or the first refusal */
export async function handIn(
  port: number,
  message: string,
  to: readonly string[] = ['ann@office.test'],
  from = 'scanner@office.test',
): Promise<string> {
  const device = await connectDevice(port)
  await device.says()
  await device.says('EHLO scanner')
  for (const line of [`MAIL FROM:<${from}>`, ...to.map((address) => `RCPT TO:<${address}>`), 'DATA']) {
    const reply = await device.says(line)
    if (!/^[23]/.test(reply)) return reply
  }
  const reply = await device.says(
    `${message
      .replace(/\r?\n$/, '')
      .replace(/\r?\n/g, '\r\n')
      .replace(/^\./gm, '..')}\r\n.`,
  )
  await device.says('QUIT')
  return reply
}
