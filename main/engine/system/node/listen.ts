import { constants } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket, createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { TlsError } from '../network.ts'
import type { Connection, ListeningPort, ListenTarget, ServerIdentity, ServerTlsOptions } from '../network.ts'
import { errorCode } from '../disk.ts'

/** As many clients as may wait while the event loop is busy; the system may cut it. */
const BACKLOG = 1024

/** Network.listen on real sockets. */
export function listen(
  at: ListenTarget,
  onConnection: (connection: Connection) => void,
  onTrouble: (error: Error) => void,
): Promise<ListeningPort> {
  return new Promise((resolve, reject) => {
    // A client that has said all it wants to say may end its side and still hear the answers.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
      onConnection(asConnection(socket))
    })
    server.once('error', reject)
    server.listen({ host: at.address, port: at.port, ipv6Only: at.address.includes(':'), backlog: BACKLOG }, () => {
      server.off('error', reject)
      server.on('error', onTrouble)
      const { address, port } = server.address() as AddressInfo
      resolve({
        address,
        port,
        close: () =>
          new Promise((closed) => {
            // `close` waits for open connections, which are not ours to wait for; the port itself is given back within the call.
            server.close()
            server.off('error', onTrouble)
            server.on('error', () => undefined)
            setImmediate(closed)
          }),
      })
    })
  })
}

function asConnection(socket: Socket): Connection {
  return {
    stream: socket,
    localAddress: socket.localAddress ?? '',
    remoteAddress: socket.remoteAddress ?? '',
    remotePort: socket.remotePort ?? 0,
    tls: null,
  }
}

/** Network.acceptTls on real sockets. */
export function acceptTls(connection: Connection, options: ServerTlsOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = new TLSSocket(connection.stream, { isServer: true, secureContext: contextFor(options) })
    const timer = setTimeout(() => fail(new TlsError('timeout', 'ETIMEDOUT', 'the TLS handshake took too long')), options.timeoutMs)
    function fail(problem: TlsError): void {
      clearTimeout(timer)
      socket.off('close', onClose)
      socket.destroy()
      reject(problem)
    }
    const onError = (thrown: Error): void => fail(new TlsError('handshake', errorCode(thrown), thrown.message, thrown))
    const onClose = (): void => fail(new TlsError('handshake', 'ECONNRESET', 'the connection closed during the TLS handshake'))
    // Before the handshake is over a server's socket tells its errors under this name, and again as `error` when it is destroyed.
    socket.once('_tlsError', onError)
    socket.on('error', onError)
    socket.once('close', onClose)
    socket.once('secure', () => {
      clearTimeout(timer)
      socket.off('_tlsError', onError)
      socket.off('error', onError)
      socket.off('close', onClose)
      resolve({
        ...connection,
        stream: socket,
        tls: {
          version: socket.getProtocol() ?? '',
          cipher: socket.getCipher().name,
          authorized: false,
          authorizationError: null,
          fingerprint: null,
        },
      })
    })
  })
}

/** Reading a private key takes milliseconds, so each certificate is read once a profile. */
const contexts = new WeakMap<ServerIdentity, { modern?: SecureContext; legacy?: SecureContext }>()

function contextFor({ identity, legacy }: ServerTlsOptions): SecureContext {
  const known = contexts.get(identity) ?? {}
  contexts.set(identity, known)
  const profile = legacy ? 'legacy' : 'modern'
  const made = known[profile] ?? (legacy ? legacyContext(identity) : createSecureContext({ ...identity, ...MODERN }))
  known[profile] = made
  return made
}

/** A client that asks for ever new handshakes makes a server work, and nobody needs that. */
const COMMON = { honorCipherOrder: true, secureOptions: constants.SSL_OP_NO_RENEGOTIATION } as const
const MODERN = { ...COMMON, minVersion: 'TLSv1.2' } as const
const LEGACY = { ...COMMON, minVersion: 'TLSv1' } as const

/** Old devices sign with SHA-1 and have keys that OpenSSL only lets through at level 0. Electron's BoringSSL knows no levels and needs none. */
function legacyContext(identity: ServerIdentity): SecureContext {
  try {
    return createSecureContext({ ...identity, ...LEGACY, ciphers: 'DEFAULT:@SECLEVEL=0' })
  } catch (thrown) {
    if (!(thrown instanceof Error) || !/INVALID_COMMAND/.test(thrown.message)) throw thrown
    return createSecureContext({ ...identity, ...LEGACY })
  }
}
