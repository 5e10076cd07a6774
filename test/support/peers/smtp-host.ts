import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'
import { Conversation, createRecord } from '../scripted-server.ts'
import type { ConversationOptions, ServerRecord, ServerScript } from '../scripted-server.ts'
import { ownAddress } from './loopback.ts'
import { until } from './processes.ts'
import type { Defer } from './processes.ts'

/** A scripted server with an address of its own, so that it can be a mail host of a zone. */
export interface SmtpHost {
  readonly address: string
  readonly port: number
  readonly record: ServerRecord
  /** Other answers from now on. */
  setScript(script: ServerScript): void
  /** Waits until nobody is connected: what was on its way when a client died has been read. */
  idle(): Promise<void>
  /** Waits until that many messages have been taken. Octets as latin1. */
  waitFor(count: number): Promise<readonly string[]>
}

export interface SmtpHostOptions {
  readonly script?: ServerScript
  readonly address?: string
  /** 25 unless given. */
  readonly port?: number
  readonly tls?: { readonly key: string; readonly cert: string; readonly implicit?: boolean }
  /** Is told each connection, for the order in which several hosts are tried. */
  readonly onConnection?: (address: string) => void
}

export async function startSmtpHost(defer: Defer, options: SmtpHostOptions = {}): Promise<SmtpHost> {
  const address = options.address ?? ownAddress()
  const record = createRecord()
  const sockets = new Set<Socket>()
  const { tls } = options
  const secureContext = tls === undefined ? undefined : createSecureContext(tls)
  const encrypt = (stream: Duplex): Duplex => {
    const secured = new TLSSocket(stream, { isServer: true, ...(secureContext === undefined ? {} : { secureContext }) })
    // Whoever refuses our certificate hangs up in the middle; that is the test.
    secured.on('error', () => secured.destroy())
    return secured
  }
  let script = options.script ?? {}
  // Connections that are open already follow a change too.
  const talk: ConversationOptions = {
    record,
    get script() {
      return script
    },
    ...(tls?.implicit === true ? { implicitTls: true } : {}),
    ...(tls === undefined ? {} : { upgrade: encrypt }),
  }
  const server = createServer((socket) => {
    options.onConnection?.(address)
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    new Conversation(tls?.implicit === true ? encrypt(socket) : socket, talk)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 25, address, resolve)
  })
  defer(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    address,
    port: (server.address() as AddressInfo).port,
    record,
    setScript: (next) => void (script = next),
    idle: async () => {
      await until(`${address} has no connection`, () => sockets.size === 0)
    },
    waitFor: (count) => until(`${address} has taken ${count} messages`, () => record.messages.length >= count && record.messages),
  }
}
