import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectControl, serveControl } from '../../main/control/index.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** More than a socket's buffers hold, so that something is unread when it ends: then the other side sees a reset. */
const LONG = 'x'.repeat(4_000_000)

test('a command that is killed before it has read its answer does not disturb the engine', async () => {
  const folder = await tempFolder()
  const server = await serveControl(folder, () => Promise.resolve({ ok: true, value: LONG }))
  onTestFinished(() => server.close())
  const command = connect(join(folder, 'control.sock'))
  command.write('{"id":1,"request":"status.get","args":{}}\n')
  await once(command, 'readable')
  command.destroy()
  await once(command, 'close')
  const next = connect(join(folder, 'control.sock'))
  next.write('{"id":2,"request":"status.get","args":{}}\n')
  expect(String(await once(next, 'data'))).toMatch(/^\{"id":2,"ok":true,/)
  next.destroy()
})

test('an engine that dies before it has read the question is told as one that stopped', async () => {
  const folder = await tempFolder()
  const engine = createServer((socket) => {
    socket.once('readable', () => socket.destroy())
  })
  await new Promise<void>((resolve) => engine.listen(join(folder, 'control.sock'), resolve))
  onTestFinished(() => new Promise<void>((resolve) => engine.close(() => resolve())))
  const client = await connectControl(folder)
  await expect(client.ask('queue.retry', { ids: [LONG] })).rejects.toThrow('Mailroom stopped before it answered.')
})
