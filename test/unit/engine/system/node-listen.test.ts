import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { generate } from 'selfsigned'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { acceptTls, listen } from '../../../../main/engine/system/node/listen.ts'
import type { Connection, ListeningPort, ServerIdentity } from '../../../../main/engine/system/index.ts'

let identity: ServerIdentity
let open: ListeningPort | null = null

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'mailroom.test' }], { keyType: 'rsa', keySize: 2048, algorithm: 'sha256' })
  identity = { cert: made.cert, key: made.private }
})

afterEach(async () => {
  await open?.close()
  open = null
})

async function opened(onConnection: (connection: Connection) => void): Promise<number> {
  open = await listen({ address: '127.0.0.1', port: 0 }, onConnection, () => undefined)
  return open.port
}

function closed(stream: Connection['stream']): Promise<void> {
  return new Promise((resolve) => stream.on('close', resolve))
}

function read(stream: Connection['stream']): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    stream.on('end', () => resolve(text))
    stream.resume()
  })
}

describe('a port', () => {
  test('hands over every client paused, and what it sent meanwhile is not lost', async () => {
    const port = await opened((connection) => {
      expect(connection).toMatchObject({ remoteAddress: '127.0.0.1', localAddress: '127.0.0.1', tls: null })
      setImmediate(() => void read(connection.stream).then((text) => connection.stream.end(`heard ${text}`)))
    })
    const client = connect(port, '127.0.0.1')
    client.end('hello')
    expect(await read(client)).toBe('heard hello')
  })

  test('that is closed is free at once, while its clients go on', async () => {
    const streams: Connection['stream'][] = []
    const port = await opened(({ stream }) => void streams.push(stream))
    const client = connect(port, '127.0.0.1')
    await once(client, 'connect')
    while (streams.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await open?.close()
    open = await listen(
      { address: '127.0.0.1', port },
      () => undefined,
      () => undefined,
    )
    streams[0]?.end('still here')
    expect(await read(client)).toBe('still here')
    client.destroy()
  })

  test('that is taken says so', async () => {
    const port = await opened(() => undefined)
    await expect(
      listen(
        { address: '127.0.0.1', port },
        () => undefined,
        () => undefined,
      ),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('TLS as the server', () => {
  async function meet(legacy: boolean, client: { minVersion: 'TLSv1'; maxVersion: 'TLSv1' | 'TLSv1.2' | 'TLSv1.3' }): Promise<string> {
    let served: Promise<string> = Promise.resolve('')
    const port = await opened((connection) => {
      served = acceptTls(connection, { identity, legacy, timeoutMs: 5_000 }).then(
        ({ stream, tls }) => {
          stream.end('secret')
          return tls?.version ?? 'none'
        },
        (thrown: unknown) => (thrown as Error).name,
      )
    })
    const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ciphers: 'DEFAULT:@SECLEVEL=0', ...client })
    socket.on('error', () => undefined)
    socket.resume()
    await closed(socket)
    return served
  }

  test.each([
    [false, 'TLSv1.3', 'TLSv1.3'],
    [false, 'TLSv1.2', 'TLSv1.2'],
    [false, 'TLSv1', 'TlsError'],
    [true, 'TLSv1', 'TLSv1'],
    [true, 'TLSv1.3', 'TLSv1.3'],
  ] as const)('legacy %s, a client up to %s: %s', async (legacy, maxVersion, outcome) => {
    expect(await meet(legacy, { minVersion: 'TLSv1', maxVersion })).toBe(outcome)
  })

  test('a client that says something else is told as a failed handshake, one that says nothing as late', async () => {
    const outcomes: Promise<unknown>[] = []
    const port = await opened((connection) => {
      outcomes.push(acceptTls(connection, { identity, legacy: false, timeoutMs: 30 }).catch((thrown: unknown) => thrown))
    })
    const talker = connect(port, '127.0.0.1')
    talker.on('error', () => undefined)
    talker.write('EHLO plain.text.test\r\n')
    await closed(talker)
    expect(await outcomes[0]).toMatchObject({ name: 'TlsError', kind: 'handshake' })
    const silent = connect(port, '127.0.0.1')
    silent.on('error', () => undefined)
    await closed(silent)
    expect(await outcomes[1]).toMatchObject({ name: 'TlsError', kind: 'timeout' })
  })
})
