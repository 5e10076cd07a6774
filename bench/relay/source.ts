import { connect } from 'node:net'
import { capture } from '../../scripts/house.ts'

export interface Load {
  readonly host: string
  readonly port: number
  readonly messages: number
  /** Connections side by side. */
  readonly sessions: number
  /** Messages handed in on one connection before the next is made. */
  readonly perConnection: number
  readonly bytes: number
  readonly to: string
}

/**
 * Hands in mail with Postfix's own `smtp-source`. It sends all messages of a run over the connections it opened first, so runs of
 * `sessions * perConnection` messages follow each other.
 */
export async function handIn(load: Load): Promise<void> {
  const { host, port, messages, sessions, perConnection, bytes, to } = load
  const atOnce = perConnection === 1 ? messages : sessions * perConnection
  for (let left = messages; left > 0; left -= atOnce) {
    const count = Math.min(left, atOnce)
    const { code, stderr } = await capture('smtp-source', [
      ...(perConnection === 1 ? [] : ['-d']),
      ...['-s', String(Math.min(sessions, count)), '-m', String(count), '-l', String(bytes)],
      ...['-f', 'scanner@office.test', '-t', to, `${host}:${port}`],
    ])
    if (code !== 0) throw new Error(`smtp-source: ${stderr}`)
  }
}

/** One client, one connection, one message after another. @returns ms from the final dot to its reply, a figure a message */
export async function replyTimes(host: string, port: number, messages: number, bytes: number, to: string): Promise<number[]> {
  const socket = connect({ host, port, noDelay: true })
  let heard = ''
  let wake: (() => void) | null = null
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text
    wake?.()
  })
  socket.on('error', () => wake?.())
  const reply = async (code: string): Promise<void> => {
    while (!/^\d{3} .*\r\n/m.test(heard)) {
      if (socket.destroyed) throw new Error('the server hung up')
      await new Promise<void>((resolve) => (wake = resolve))
    }
    if (!heard.includes(`${code} `) && !heard.startsWith(code)) throw new Error(`Expected ${code}, heard ${heard}`)
    heard = ''
  }
  const say = async (text: string, code: string): Promise<void> => {
    socket.write(text)
    await reply(code)
  }
  const body = `Subject: bench\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(Math.ceil(bytes / 78))}`
  const times: number[] = []
  await reply('220')
  await say('EHLO bench.test\r\n', '250')
  for (let sent = 0; sent < messages; sent += 1) {
    await say('MAIL FROM:<scanner@office.test>\r\n', '250')
    await say(`RCPT TO:<${to}>\r\n`, '250')
    await say('DATA\r\n', '354')
    socket.write(body)
    const begun = performance.now()
    await say('.\r\n', '250')
    times.push(performance.now() - begun)
  }
  socket.end('QUIT\r\n')
  return times
}
