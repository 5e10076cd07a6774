import { connect } from 'node:net'

/** One connection that hands in small messages one after another, until told to stop. */
export async function handIn(
  port: number,
  wanted: { readonly messages: number; readonly perSecond?: number },
  stop?: AbortSignal,
): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  let heard = ''
  let wake: () => void = () => undefined
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text
    wake()
  })
  socket.on('error', () => wake())
  const reply = async (): Promise<string> => {
    for (;;) {
      const line = /^\d{3} .*\r\n/m.exec(heard)
      if (line !== null) {
        heard = heard.slice(line.index + line[0].length)
        return line[0]
      }
      if (socket.destroyed) throw new Error('the connection ended')
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const say = async (text: string, code: string): Promise<void> => {
    socket.write(text)
    const told = await reply()
    if (!told.startsWith(code)) throw new Error(`expected ${code}, heard ${told}`)
  }
  await reply()
  await say('EHLO scanner-1\r\n', '250')
  const begun = performance.now()
  let sent = 0
  while (sent < wanted.messages && stop?.aborted !== true) {
    await say('MAIL FROM:<scanner@office.test>\r\n', '250')
    await say(`RCPT TO:<person${sent % 97}@office.test>\r\n`, '250')
    await say('DATA\r\n', '354')
    await say(`Subject: Live scan ${sent}\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(50)}.\r\n`, '250')
    sent++
    const due = wanted.perSecond === undefined ? 0 : begun + (sent * 1000) / wanted.perSecond - performance.now()
    if (due > 0) await new Promise((resolve) => setTimeout(resolve, due))
  }
  socket.end('QUIT\r\n')
  return sent
}
